import { randomInt, timingSafeEqual } from 'node:crypto'

// Crockford's 32 signs: none looks like another.
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const half = 4

/** A code that is typed once, such as `7KM4-QXB2`: 40 random bits. */
export function newSetUpCode(): string {
  const signs = Array.from({ length: 2 * half }, () => alphabet[randomInt(alphabet.length)]).join('')
  return `${signs.slice(0, half)}-${signs.slice(half)}`
}

/** Whether somebody typed that code. Case, spaces and dashes do not matter, nor which of two alike signs was read. */
export function isSetUpCode(typed: string, code: string): boolean {
  const [one, other] = [Buffer.from(signsOf(typed)), Buffer.from(signsOf(code))]
  return one.length === other.length && timingSafeEqual(one, other)
}

function signsOf(text: string): string {
  return text
    .toUpperCase()
    .replaceAll(/[\s\-–—]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
}
