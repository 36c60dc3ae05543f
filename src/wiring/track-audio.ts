import { type Playable, playable } from '../audio/playable.ts'
import type { FileSource } from '../audio/rendition-reading.ts'
import type { Found } from '../audio/sources/source.ts'
import type { PublishedCards } from '../cards/published.ts'
import { trackAt } from '../cards/track-on-card.ts'
import type { Clock } from '../core/clock.ts'
import type { TrackAudio } from '../http/media-door.ts'
import type { Hub } from '../hub.ts'
import type { StreamAnswers } from './answers.ts'
import { awaitHolder, holderOf } from './card-holder.ts'

/** Where the files of tracks are found. */
export interface TrackSources extends FileSource {
  find(file: string): Promise<Found>
}

interface TrackGround {
  readonly cards: Pick<PublishedCards, 'byKey'>
  readonly sources: TrackSources
  readonly hub: Pick<Hub, 'players' | 'subscribe'>
  readonly answers: Pick<StreamAnswers, 'dependOnPlayer' | 'streamFor'>
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** What the track of that number plays now on the card of this key; null where it has none. */
export async function trackAudio(
  key: string,
  number: string,
  ground: TrackGround,
): Promise<TrackAudio | null> {
  const { cards, sources, hub, answers, signal } = ground
  const card = cards.byKey(key)
  const plays = trackAt(card?.tracks ?? [], number)?.plays
  if (card === undefined || plays === undefined || 'url' in plays) return null
  if ('file' in plays) return { body: await fileBody(plays.file, sources, signal) }
  const { stream } = plays
  const holder = answers.dependOnPlayer(stream) ? await awaitHolder(card, ground) : holderOf(card, hub)
  return { stream: answers.streamFor(stream, holder) }
}

/** The very bytes that are heard of a file; null while it cannot be played. */
export async function fileBody(
  file: string,
  sources: TrackSources,
  signal: AbortSignal,
): Promise<Playable | null> {
  const found = await sources.find(file)
  return found.state === 'ready' ? playable([found.file], sources, signal) : null
}
