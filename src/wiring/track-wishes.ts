import { titleOf } from '../audio/names.ts'
import type { TrackOnCard, TrackPlays } from '../cards/track-on-card.ts'
import { AppError } from '../core/error.ts'
import { fewAtOnce } from '../core/few-at-once.ts'
import { requireFiles } from '../core/playable-files.ts'
import type { TrackSources } from './track-audio.ts'

/** A track of a card as it is asked for. */
export interface TrackWish {
  /** That of what it plays where it is not given. */
  readonly title?: string
  /** Picture of 16×16 by its id in the account; null for that of the card, or none. */
  readonly icon?: string | null
  readonly plays: TrackPlays
  readonly audio?: 'streamed' | 'uploaded'
}

/** What tracks can play. */
export interface TrackGround {
  readonly sources: TrackSources & {
    /** What may have been meant by a name that is not there. */
    hint?(file: string): Promise<string | null>
  }
  readonly streamTitle: (stream: string) => string | null
}

// yoto-protocol §2.6
const longestTitle = 100
const lookedUpAtOnce = 8

/**
 * The tracks that are wished. What is to lie in the account and does so for one of the tracks `before` is not sent again,
 * and an icon that the one in the same place had is not that of another.
 * @throws AppError `not_found` naming the files that are not there, `unprocessable` for an upload of anything else
 */
export async function tracksFrom(
  wishes: readonly TrackWish[],
  before: readonly TrackOnCard[],
  ground: TrackGround,
): Promise<readonly TrackOnCard[]> {
  const place = wishes.findIndex(({ plays, audio }) => audio === 'uploaded' && !('file' in plays))
  if (place >= 0) throw new AppError('unprocessable', `tracks[${place}].audio: only a file can be uploaded`)
  const { sources } = ground
  const files = wishes.flatMap(({ plays }) => ('file' in plays ? [plays.file] : []))
  await requireFiles(files, {
    lookup: (file) => sources.find(file),
    ...(sources.hint === undefined ? {} : { hint: async (file) => (await sources.hint?.(file)) ?? null }),
    consequence: 'nothing was changed',
  })
  return fewAtOnce([...wishes.entries()], lookedUpAtOnce, async ([place, wish]) => {
    const { title, icon, plays, audio } = wish
    const had = before.find((track) => isSameFile(track.plays, plays))?.media
    const known = had === undefined ? {} : { media: had }
    return {
      title: title ?? (await titleNow(plays, ground)) ?? short(nameOf(plays)),
      ...(title === undefined ? {} : { isNamed: true as const }),
      ...iconFor(icon, before[place]),
      plays,
      ...(audio === 'uploaded' ? { audio, ...known } : {}),
    }
  })
}

/** The account's document keeps what is in its place until another is said, or none. */
function iconFor(
  wished: string | null | undefined,
  before: TrackOnCard | undefined,
): Pick<TrackOnCard, 'icon'> {
  if (wished !== undefined) return { icon: wished }
  return before?.icon === undefined ? {} : { icon: null }
}

/** What people call what the track plays now; null for a file that cannot be read now. */
export async function titleNow(
  plays: TrackPlays,
  { sources, streamTitle }: TrackGround,
): Promise<string | null> {
  if ('stream' in plays) return short(streamTitle(plays.stream) ?? plays.stream)
  if ('url' in plays) return short(nameOf(plays))
  const found = await sources.find(plays.file)
  return found.state === 'ready' ? short(found.file.title) : null
}

/** Where nothing says more. */
function nameOf(plays: TrackPlays): string {
  if ('url' in plays) return new URL(plays.url).host
  return 'stream' in plays ? plays.stream : titleOf(plays.file)
}

/** Cut between characters: half of one is none. */
function short(title: string): string {
  return title.length <= longestTitle ? title : [...title].slice(0, longestTitle / 2).join('')
}

function isSameFile(one: TrackPlays, other: TrackPlays): boolean {
  return 'file' in one && 'file' in other && one.file === other.file
}
