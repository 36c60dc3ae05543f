import { withoutAccents } from './folded.ts'

// An entity id may have 255 characters; the name of the component follows behind.
const longestSlug = 64

/** A name as the readable part of an entity id: `Léo's Player` → `leo_s_player`; the fallback where nothing is left. */
export function slugOf(name: string, fallback: string): string {
  const slug = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, longestSlug)
    .replace(/^_+|_+$/g, '')
  if (slug !== '') return slug
  return fallback
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, longestSlug)
}

const ascii = /^[\x20-\x7e]*$/
const plainWord = /^[A-Za-z0-9._-]+$/

/**
 * A name of streams and inputs as it stands in topics, ids and addresses, which are ASCII: a name of ASCII is that
 * itself, `küche` is `kuche`, and what cannot be written so is `hex-` with the digits of its UTF-8 bytes. Two names may
 * come to the same.
 */
export function asciiWordOf(name: string): string {
  if (ascii.test(name)) return name
  const word = withoutAccents(name)
  return plainWord.test(word) ? word : `hex-${hexOf(name.normalize('NFC'))}`
}

/** The one that people or topics call so; undefined where there is none. */
export function calledSo<Named>(
  all: readonly Named[],
  called: string,
  nameOf: (one: Named) => string,
): Named | undefined {
  const name = called.normalize('NFC')
  return all.find((one) => nameOf(one) === name) ?? all.find((one) => asciiWordOf(nameOf(one)) === name)
}

/** Another of the names, which topics call the same as this one; null where there is none. */
export function calledAs(name: string, names: Iterable<string>): string | null {
  const word = asciiWordOf(name)
  for (const other of names) if (other !== name && asciiWordOf(other) === word) return other
  return null
}

function hexOf(text: string): string {
  return [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
