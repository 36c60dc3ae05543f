import { AppError } from './error.ts'
import { fewAtOnce } from './few-at-once.ts'

/** What the library has under a name: `importing` can be played soon, `refused` is there but never can. */
export type LookUp = (file: string) => Promise<FileState>
type FileState =
  | { readonly state: 'ready' | 'importing' | 'missing' }
  | { readonly state: 'refused'; readonly reason: string }

interface Requiring {
  readonly lookup: LookUp
  /** What was not done, behind the names. */
  readonly consequence: string
  /** What somebody probably meant who named what is not there, for people: `did you mean "a.mp3"?`. */
  readonly hint?: (name: string) => Promise<string | null>
}

// Of more than these nobody reads what else they could be.
const mostHints = 5
// A disk answers some questions at once, and others who ask are not to wait behind ten thousand.
const lookedUpAtOnce = 32

/**
 * Whether all of these can be played, now or as soon as they are imported.
 * @throws AppError `not_found` naming those that are not there, `unprocessable` those that cannot be played; both end
 * with the consequence.
 */
export async function requireFiles(names: readonly string[], requiring: Requiring): Promise<void> {
  const { lookup, consequence } = requiring
  const found = await lookUpAll(names, lookup)
  const missing = names.filter((name) => found.get(name)?.state === 'missing')
  if (missing.length > 0) {
    const words = await withHints([...new Set(missing)], requiring)
    throw new AppError('not_found', `not in the library: ${few(words)}; ${consequence}`, {
      details: { missing },
    })
  }
  const refused = [...found].flatMap(([file, state]) =>
    state.state === 'refused' ? [{ file, reason: state.reason }] : [],
  )
  if (refused.length > 0)
    throw new AppError(
      'unprocessable',
      `cannot be played: ${few(refused.map(({ file, reason }) => `"${file}" (${reason})`))}; ${consequence}`,
      { details: { refused } },
    )
}

/** Each name looked up once, some at a time. */
export async function lookUpAll<Found>(
  names: readonly string[],
  lookup: (name: string) => Promise<Found>,
): Promise<ReadonlyMap<string, Found>> {
  const distinct = [...new Set(names)]
  const entries = await fewAtOnce(
    distinct,
    lookedUpAtOnce,
    async (name) => [name, await lookup(name)] as const,
  )
  return new Map(entries)
}

function withHints(missing: readonly string[], { hint }: Requiring): Promise<string[]> {
  return Promise.all(
    missing.map(async (name, index) => {
      const meant = index < mostHints ? ((await hint?.(name)) ?? null) : null
      return meant === null ? name : `${name} (${meant})`
    }),
  )
}

function few(words: readonly string[]): string {
  const shown = words.slice(0, 20).join(', ')
  return words.length > 20 ? `${shown} and ${words.length - 20} more` : shown
}
