import { type Playable, playable } from '../audio/playable.ts'
import type { FileSource } from '../audio/rendition-reading.ts'
import type { Found } from '../audio/sources/source.ts'
import type { PublishedCards } from '../cards/published.ts'
import { trackAt } from '../cards/track-on-card.ts'
import type { Clock } from '../core/clock.ts'
import type { MediaTarget, TrackAudio } from '../http/media-door.ts'
import type { Hub } from '../hub.ts'
import type { StreamAnswers } from './answers.ts'
import { awaitHolder, holderOf } from './card-holder.ts'

/** Where the files of tracks are found. */
export interface TrackSources extends FileSource {
  find(file: string): Promise<Found>
}

interface TrackGround {
  readonly cards: Pick<PublishedCards, 'byCard'>
  readonly sources: TrackSources
  readonly hub: Pick<Hub, 'players' | 'subscribe'>
  readonly answers: Pick<StreamAnswers, 'dependOnPlayer' | 'streamFor'>
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** What the track of a card plays now; null where the card has none of that number. */
export async function trackAudio(
  target: MediaTarget,
  number: string,
  ground: TrackGround,
): Promise<TrackAudio | null> {
  const { cards, sources, hub, answers, signal } = ground
  const tracks = target.card_id === null ? null : cards.byCard(target.card_id)?.tracks
  const plays = trackAt(tracks ?? [], number)?.plays
  if (plays === undefined || 'url' in plays) return null
  if ('file' in plays) return { body: await fileBody(plays.file, sources, signal) }
  const { stream } = plays
  const holder = answers.dependOnPlayer(stream) ? await awaitHolder(target, ground) : holderOf(target, hub)
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
