import { streamAt } from '../src/core/card-streams.ts'
import type { PlayerState } from '../src/core/player.ts'
import type { Queue } from '../src/core/queue.ts'
import type { PublishedCardView } from '../src/http/api/cards.ts'
import { type Items, titleIn } from './items.ts'
import type { SeenPlayer } from './store.ts'
import type { Say } from './text.ts'

type Card = Pick<PublishedCardView, 'card_id' | 'stream' | 'kind'>

/** The stream that the player's card has it hear where it is; null where it is none of ours, or plays none there. */
export function streamHeard(
  { card_id, chapter_key }: Pick<PlayerState, 'card_id' | 'chapter_key'>,
  cards: readonly Pick<PublishedCardView, 'card_id' | 'stream' | 'tracks'>[],
): string | null {
  const card = card_id === null ? undefined : cards.find((one) => one.card_id === card_id)
  if (card === undefined) return null
  const ofTracks = card.tracks?.map(({ stream }) => stream) ?? null
  return streamAt({ stream: card.stream, ofTracks }, chapter_key)
}

/**
 * What a card of that kind lets hear of the queue now; null for a card that plays the whole queue as one file, in all its
 * chapters or in one, of which nobody tells how far it is.
 */
export function heardText(
  queue: Queue,
  { kind, files, say }: { kind: Card['kind']; files: Items | null; say: Say },
): string | null {
  if (queue.closed || queue.items.length === 0)
    return queue.if_pressed === null ? say('player.clip') : titleIn(files, queue.if_pressed)
  if (kind === 'stream' || kind === 'tracks') return null
  const item = queue.items.find(({ id }) => id === queue.current)
  return item === undefined ? say('player.clip') : titleIn(files, item.file)
}

/** Where cards that play item by item are in their queue. */
export interface Place {
  /** The item that is due; null where no card goes by it. */
  readonly current: string | null
  readonly playing: boolean
}

export function placeIn(
  queue: Queue,
  { cards, players }: { cards: readonly Card[]; players: Iterable<SeenPlayer> },
): Place {
  const ids = new Set(
    cards
      .filter(({ stream, kind }) => stream === queue.name && kind === 'queue')
      .map(({ card_id }) => card_id),
  )
  if (ids.size === 0 || queue.closed) return { current: null, playing: false }
  const plays = ({ state }: SeenPlayer) =>
    state.online && state.playback === 'playing' && state.card_id !== null && ids.has(state.card_id)
  return { current: queue.current, playing: [...players].some(plays) }
}
