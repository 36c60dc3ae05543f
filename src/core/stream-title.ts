import { AppError } from './error.ts'

const longest = 200

/** What a stream's title may be, for people. */
export const expectedTitle = `1 to ${longest} characters, not blanks alone, without line breaks and other control characters`

// What nobody can see, and what ends a line or is no character at all.
const unseen = /^[\s\p{Z}\p{Cf}]*$/u
const unfit = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u

/** @throws AppError `unprocessable`, with the field in its details, when it cannot be the title of a stream. */
export function checkStreamTitle(title: string): string {
  const length = [...title].length
  if (length <= longest && !unseen.test(title) && !unfit.test(title)) return title
  const found = length > longest ? `, and this one has ${length}` : ''
  const message = `the title of a stream takes ${expectedTitle}${found}`
  throw new AppError('unprocessable', message, { details: { fields: [{ field: 'title', message }] } })
}
