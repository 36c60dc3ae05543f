/** A place in a text of a template where a value of whoever uses it goes: `${with.at}`. */
export interface Hole {
  readonly name: string
}

/** A name that a hole can have. */
export const holeName = /^\p{L}[\p{L}\p{M}\p{N}_]*$/u

// `$${` stands for `${` itself, and what it begins is no hole.
const hole = /(?<!\$)\$\{[ ]{0,8}with\.(\p{L}[\p{L}\p{M}\p{N}_]*)[ ]{0,8}\}/gu

/** The text cut at its holes; what else stands between `${` and `}` stays for later. */
export function partsOf(text: string): readonly (string | Hole)[] {
  if (!text.includes('with.')) return [text]
  const parts: (string | Hole)[] = []
  let at = 0
  for (const { 0: whole, 1: name = '', index } of text.matchAll(hole)) {
    if (index > at) parts.push(text.slice(at, index))
    parts.push({ name })
    at = index + whole.length
  }
  if (at < text.length || parts.length === 0) parts.push(text.slice(at))
  return parts
}

export function hasHole(text: string): boolean {
  return partsOf(text).some((part) => typeof part !== 'string')
}

/** The one hole that the text is made of, or null. */
export function soleHole(parts: readonly (string | Hole)[]): Hole | null {
  const [first] = parts
  return parts.length === 1 && typeof first === 'object' ? first : null
}

// No hole that somebody could have meant is longer.
const longestHole = 200

/** The first `${ }` that speaks of `with` and is no hole, such as `${with.volume + 1}`; null where there is none. */
export function brokenHole(text: string): string | null {
  for (const part of partsOf(text)) {
    if (typeof part !== 'string' || !part.includes('with.')) continue
    for (let start = part.indexOf('${'); start >= 0; start = part.indexOf('${', start + 2)) {
      if (part[start - 1] === '$') continue
      const piece = part.slice(start, start + longestHole)
      const end = piece.indexOf('}')
      if (end >= 0 && /\bwith\./.test(piece.slice(0, end))) return piece.slice(0, end + 1)
    }
  }
  return null
}
