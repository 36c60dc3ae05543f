import { AppError } from './error.ts'

/** What the library has under a name: `importing` can be played soon, `refused` is there but never can. */
export type LookUp = (file: string) => Promise<FileState>
type FileState =
  | { readonly state: 'ready' | 'importing' | 'missing' }
  | { readonly state: 'refused'; readonly reason: string }

/**
 * Whether all of these can be played, now or as soon as they are imported.
 * @throws AppError `not_found` naming those that are not there, `unprocessable` those that cannot be played; both end
 * with the consequence.
 */
export async function requireFiles(
  names: readonly string[],
  { lookup, consequence }: { lookup: LookUp; consequence: string },
): Promise<void> {
  const looked = await Promise.all(names.map(async (name) => ({ name, found: await lookup(name) })))
  const missing = looked.filter(({ found }) => found.state === 'missing').map(({ name }) => name)
  if (missing.length > 0)
    throw new AppError('not_found', `not in the library: ${few(missing)}; ${consequence}`, {
      details: { missing },
    })
  const refused = looked.flatMap(({ name, found }) =>
    found.state === 'refused' ? [{ file: name, reason: found.reason }] : [],
  )
  if (refused.length > 0)
    throw new AppError(
      'unprocessable',
      `cannot be played: ${few(refused.map(({ file, reason }) => `"${file}" (${reason})`))}; ${consequence}`,
      { details: { refused } },
    )
}

function few(words: readonly string[]): string {
  const shown = words.slice(0, 20).join(', ')
  return words.length > 20 ? `${shown} and ${words.length - 20} more` : shown
}
