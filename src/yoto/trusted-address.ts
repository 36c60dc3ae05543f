/**
 * An address that Yoto named, where it may be gone to: https, or the very origin of a stand-in without. Undefined for
 * any other.
 */
export function trustedAddress(text: unknown, apiUrl: string): URL | undefined {
  if (typeof text !== 'string' || text.length > longest || !URL.canParse(text)) return undefined
  const url = new URL(text)
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && url.origin === originOf(apiUrl))
  return isSafe && url.username === '' && url.password === '' ? url : undefined
}

// Signed addresses of Amazon's have up to two thousand characters.
const longest = 4096

function originOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).origin : null
}
