import type { Metadata } from '../audio/import/tags.ts'
import { titleOf } from '../audio/names.ts'
import type { Sources } from '../audio/sources/sources.ts'
import type { Clock } from '../core/clock.ts'
import { type PickFacts, type PickTest, picked } from '../rules/picks.ts'
import type { Playlist } from '../rules/rule-set.ts'
import type { Audible } from '../rules/silence.ts'
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

/** Whether there is anything to hear in the household. */
export function audibleBy(input: PicksInput) {
  const { sources } = input
  return {
    fileExists: async (file) => (await sources.find(file)).state !== 'missing',
    filesIn: (folder) => sources.filesIn(folder),
    finds: findsBy(input),
  } satisfies Audible
}

/** Whether a smart playlist finds anything now; null where what it may take is still being imported. */
function findsBy({ facts, ...input }: PicksInput): (playlist: Playlist) => Promise<boolean | null> {
  const { pick } = audioOfPlaylists({ facts, ...input })
  return async (playlist) => {
    if ((await pick(playlist)).length > 0) return true
    return (await facts.library.list()).some(({ lookup }) => lookup.state === 'importing') ? null : false
  }
}

/** Of files of which nothing but the name is known: only what it certainly does not take is left out. */
export function pickedByName(
  { id, pick }: Playlist,
  { files, now, zone }: { readonly files: readonly string[]; readonly now: Date; readonly zone: string },
): readonly string[] {
  const day = { ...dayOf(now, zone), unknownPasses: true }
  return pick === undefined ? [] : picked(id, pick, { files: files.map(namedOnly), ...day })
}

interface OnDisk {
  allFiles(): Promise<readonly string[]>
  /** What a file says of itself; null where it says nothing. */
  saidBy(file: string): Promise<Pick<Metadata, 'tags' | 'lengthMs'> | null>
}

/**
 * Whether a smart playlist finds anything where no product runs: by the names of the files, and what those say of
 * themselves that it may take. What only the product knows, as what was heard, lets a file pass.
 */
export async function findsOnDisk(
  { id, pick }: Playlist,
  { audio, ...day }: { readonly audio: OnDisk; readonly now: Date; readonly zone: string },
): Promise<boolean> {
  if (pick === undefined) return false
  const { all, any, none } = pick
  const isByName = (test: PickTest) => !saidByFiles.has(test.kind)
  const byName = {
    all: all.filter(isByName),
    any: any.every(isByName) ? any : [],
    none: none.filter(isByName),
  }
  const how = { ...dayOf(day.now, day.zone), unknownPasses: true }
  const named = (await audio.allFiles()).map(namedOnly)
  const candidates = picked(id, { ...byName, sort: 'file' }, { files: named, ...how })
  if ([...all, ...any, ...none].every(isByName)) return candidates.length > 0
  for (const file of candidates) {
    const { tags = {}, lengthMs = null } = (await audio.saidBy(file)) ?? {}
    const { title = titleOf(file), artist = null, album = null } = tags
    const said = { title, artist, album, seconds: lengthMs === null ? null : lengthMs / 1000 }
    if (picked(id, pick, { files: [{ ...namedOnly(file), ...said }], ...how }).length > 0) return true
  }
  return false
}

const saidByFiles: ReadonlySet<PickTest['kind']> = new Set([
  'title',
  'artist',
  'album',
  'shorter_than',
  'longer_than',
])

function namedOnly(file: string): PickFacts {
  const nobody = { artist: null, album: null, seconds: null, loved: null, plays: null, lastPlayedAtMs: null }
  return { file, title: titleOf(file), changedAtMs: 0, ...nobody }
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
