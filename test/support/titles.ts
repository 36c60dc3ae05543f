import { checkStreamTitle } from '../../src/core/stream-title.ts'

/** Titles that no stream can have, each with what is wrong with it. */
export const badTitles: readonly (readonly [what: string, title: string])[] = [
  ['nothing', ''],
  ['blanks', '  \u00a0\u3000 '],
  ['what nobody sees', '\u200b\u2060\ufeff'],
  ['a NUL', 'Night\0'],
  ['a line break', 'Good\nnight'],
  ['a line separator', 'Good\u2028night'],
  ['a control character', 'Night\u009b31m'],
  ['half a character', 'Night \ud83e'],
  ['201 characters', '🦊'.repeat(201)],
  ['10,000 characters', 'x'.repeat(10_000)],
]

/** The words for it. */
export function titleFault(title: string): string {
  try {
    checkStreamTitle(title)
  } catch (error) {
    if (error instanceof Error) return error.message
  }
  throw new Error('there is nothing wrong with that title')
}
