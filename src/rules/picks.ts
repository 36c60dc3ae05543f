import { randomFrom } from '../core/play-order.ts'
import { seedOf } from './seed.ts'

export const pickOrders = ['file', 'title', 'random', 'newest', 'least_played'] as const
export type PickOrder = (typeof pickOrders)[number]

/** What a smart playlist takes from the library. */
export interface LibraryPick {
  readonly all: readonly PickTest[]
  /** One of them must hold; none are written where any may. */
  readonly any: readonly PickTest[]
  readonly none: readonly PickTest[]
  readonly sort: PickOrder
  /** At most so many. */
  readonly limit?: number
  /** Of those that fit, only so many that were changed last. */
  readonly newest?: number
}

/** One thing that must hold of a file. Times are in seconds, `days` are whole ones before today. */
export type PickTest =
  | { readonly kind: 'folder' | 'title' | 'artist' | 'album'; readonly text: string }
  | { readonly kind: 'loved'; readonly isLoved: boolean }
  | { readonly kind: 'shorter_than' | 'longer_than'; readonly seconds: number }
  | { readonly kind: 'played_in' | 'not_played_in'; readonly days: number }

/** A file of the library, as far as it is known. */
export interface PickFacts {
  /** As it stands in queues. */
  readonly file: string
  readonly title: string
  readonly artist: string | null
  readonly album: string | null
  /** null where it is not known. */
  readonly seconds: number | null
  readonly changedAtMs: number
  /** Whether somebody has said so; null where that is not known. */
  readonly loved: boolean | null
  /** How often it was heard; null where that is not known. */
  readonly plays: number | null
  /** null where it never was. */
  readonly lastPlayedAtMs: number | null
}

interface PickDay {
  /** "YYYY-MM-DD" on the household's clocks. */
  readonly date: string
  /** When the day began that lies so many days before today. */
  readonly begins: (daysAgo: number) => number
  /** Whether what is not known lets a file pass: where no product runs, little is. */
  readonly unknownPasses?: boolean
}

/**
 * The files that a smart playlist takes, in its order: the same list for a day, as long as the library stays. `files` come
 * in natural order. A pure function.
 */
export function picked(
  playlist: string,
  pick: LibraryPick,
  { files, ...day }: PickDay & { readonly files: readonly PickFacts[] },
): string[] {
  const fitting = files.filter((file) => fits(file, pick, day))
  const fresh =
    pick.newest === undefined ? fitting : kept(fitting, newestFirst(fitting).slice(0, pick.newest))
  const ordered = inOrder(pick.sort, fresh, (file) => rankOf(`${day.date} ${playlist} ${file}`))
  return ordered.slice(0, pick.limit).map(({ file }) => file)
}

function kept(files: readonly PickFacts[], some: readonly PickFacts[]): readonly PickFacts[] {
  const chosen = new Set(some)
  return files.filter((file) => chosen.has(file))
}

function inOrder(
  sort: PickOrder,
  files: readonly PickFacts[],
  rank: (file: string) => number,
): readonly PickFacts[] {
  switch (sort) {
    case 'file':
      return files
    case 'title':
      return files.toSorted((one, other) => titles.compare(one.title, other.title))
    case 'newest':
      return newestFirst(files)
    case 'least_played':
      return files.toSorted((one, other) => (one.plays ?? 0) - (other.plays ?? 0))
    case 'random': {
      // Each by itself, so that one that comes or goes leaves the others where they are.
      const ranks = new Map(files.map(({ file }) => [file, rank(file)]))
      const of = ({ file }: PickFacts) => ranks.get(file) ?? 0
      return files.toSorted((one, other) => of(one) - of(other))
    }
  }
}

const titles = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

function newestFirst(files: readonly PickFacts[]): readonly PickFacts[] {
  return files.toSorted((one, other) => other.changedAtMs - one.changedAtMs)
}

function rankOf(text: string): number {
  return randomFrom(seedOf(text))()
}

function fits(file: PickFacts, { all, any, none }: LibraryPick, day: Omit<PickDay, 'date'>): boolean {
  const passes = (holds: boolean | null) => holds ?? day.unknownPasses ?? false
  const holds = (test: PickTest) => holdsFor(test, file, day)
  return (
    all.every((test) => passes(holds(test))) &&
    (any.length === 0 || any.some((test) => passes(holds(test)))) &&
    none.every((test) => {
      const held = holds(test)
      return passes(held === null ? null : !held)
    })
  )
}

/** null where it cannot be told. */
function holdsFor(test: PickTest, file: PickFacts, { begins }: Omit<PickDay, 'date'>): boolean | null {
  switch (test.kind) {
    case 'folder':
      return file.file.normalize('NFC').startsWith(`${test.text.replace(/\/+$/, '')}/`)
    case 'title':
    case 'artist':
    case 'album': {
      const said = file[test.kind]
      return said === null ? (test.kind === 'title' ? null : false) : contains(said, test.text)
    }
    case 'loved':
      return file.loved === null ? null : file.loved === test.isLoved
    case 'shorter_than':
      return file.seconds === null ? null : file.seconds < test.seconds
    case 'longer_than':
      return file.seconds === null ? null : file.seconds > test.seconds
    case 'played_in':
      return file.plays === null
        ? null
        : file.lastPlayedAtMs !== null && file.lastPlayedAtMs >= begins(test.days)
    case 'not_played_in': {
      if (file.plays === null) return null
      const last = file.lastPlayedAtMs
      // What is heard today counts from tomorrow on, or the list would change under who listens.
      return last === null || last < begins(test.days) || last >= begins(0)
    }
  }
}

function contains(text: string, part: string): boolean {
  return text.toLocaleLowerCase('en').includes(part.toLocaleLowerCase('en'))
}
