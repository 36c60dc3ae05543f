import { isIP } from 'node:net'

/** What texts of the options must look like, by the name of the format in the schema. */
export const formats: Readonly<Record<string, (text: string) => boolean>> = {
  path: (text) => text.trim() !== '' && !text.includes('\0'),
  host: (text) => isIP(text) !== 0 || isHostName(text),
  'http-address': (text) => isAddress(text, ['http:', 'https:']),
  'bare-http-address': (text) => isAddress(text, ['http:', 'https:'], 'bare'),
  broker: (text) => text === 'auto' || text === 'embedded' || isAddress(text, ['mqtt:', 'mqtts:'], 'bare'),
  'cloud-broker': (text) => isAddress(text, ['mqtt:', 'mqtts:', 'ws:', 'wss:']),
  wyoming: (text) => isAddress(text, ['tcp:'], 'bare') && new URL(text).port !== '',
  topic: isTopic,
  'time-zone': isTimeZone,
  network: isNetwork,
  'npm-name': (text) =>
    text.length <= 214 && /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/.test(text),
  domain: (text) => /^[a-z][a-z0-9_]*$/.test(text),
}

/** The text without user name and password, for messages. */
export function withoutCredentials(text: string): string {
  return text.replace(/(:\/\/)\S*@/g, '$1…@')
}

function isHostName(text: string): boolean {
  const labels = text.split('.')
  // A name that ends in a number would be read as an odd spelling of an address.
  if (text.length > 253 || /^\d+$/.test(labels.at(-1) ?? '')) return false
  return labels.every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(label))
}

/** User names and passwords have options of their own; in an address they end up in logs. */
function isAddress(text: string, protocols: readonly string[], path: 'bare' | 'any' = 'any'): boolean {
  if (/\s/.test(text) || !URL.canParse(text)) return false
  const url = new URL(text)
  if (!protocols.includes(url.protocol) || url.hostname === '') return false
  if (url.username !== '' || url.password !== '' || url.hash !== '') return false
  return path === 'any' || ((url.pathname === '' || url.pathname === '/') && url.search === '')
}

function isTopic(text: string): boolean {
  return /^[^+#\s\0]+$/.test(text) && !/^[/$]|\/$|\/\//.test(text) && Buffer.byteLength(text) <= 200
}

function isTimeZone(text: string): boolean {
  // Newer versions of Node also take bare offsets, which know nothing of summer time.
  if (!/^[A-Za-z]/.test(text)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: text })
    return true
  } catch {
    return false
  }
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const version = isIP(address)
  if (version === 0 || rest.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
}
