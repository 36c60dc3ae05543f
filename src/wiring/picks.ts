import type { Sources } from '../audio/sources/sources.ts'
import type { Clock } from '../core/clock.ts'
import { type PickFacts, picked } from '../rules/picks.ts'
import type { Playlist } from '../rules/rule-set.ts'
import { wallTime } from '../rules/time.ts'
import type { LibraryFacts } from './library-facts.ts'

interface PicksInput {
  readonly sources: Sources
  readonly facts: Pick<LibraryFacts, 'library' | 'plays' | 'isLoved'>
  /** IANA name of the household's time zone. */
  readonly zone: string
  readonly clock: Pick<Clock, 'now'>
}

/** The audio that playlists are made of, with what smart playlists take from the library. */
export function audioOfPlaylists({ sources, facts, zone, clock }: PicksInput) {
  return {
    find: (file: string) => sources.find(file),
    filesIn: (folder: string) => sources.filesIn(folder),
    expand: (files: readonly string[], how: { readonly split: boolean }) => sources.expand(files, how),
    newestFirst: (files: readonly string[]) => sources.newestFirst(files),
    async pick({ id, pick }: Playlist): Promise<readonly string[]> {
      if (pick === undefined) return []
      const files = (await facts.library.list()).flatMap((listed) => factsOf(listed, { sources, facts }))
      return picked(id, pick, { files, ...dayOf(clock.now(), zone) })
    },
  }
}

/** The day on the household's clocks, and those before it. */
export function dayOf(now: Date, zone: string) {
  const { date } = wallTime(now, zone)
  return {
    date: date.toString(),
    begins: (daysAgo: number) => date.subtract({ days: daysAgo }).toZonedDateTime(zone).epochMilliseconds,
  }
}

type Listed = Awaited<ReturnType<LibraryFacts['library']['list']>>[number]

/** What cannot be played yet is not picked: how long it is, and whether it was heard, is not known. */
function factsOf(
  { file, lookup }: Listed,
  { sources, facts }: Pick<PicksInput, 'sources' | 'facts'>,
): PickFacts[] {
  if (lookup.state !== 'ready') return []
  const { title, seconds, hash, modifiedAt } = lookup.file
  const { artist = null, album = null } = lookup.facts?.tags ?? {}
  const heard = facts.plays.ofContent(hash)
  return [
    {
      file: sources.referenceOf(file),
      title,
      artist,
      album,
      seconds,
      changedAtMs: modifiedAt.getTime(),
      loved: facts.isLoved(hash),
      plays: heard?.plays ?? 0,
      lastPlayedAtMs: heard === null ? null : Date.parse(heard.last_played_at),
    },
  ]
}
