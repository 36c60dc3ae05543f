import type { PublishedCard } from '../cards/record.ts'
import type { Clock } from '../core/clock.ts'
import { messageOf } from '../core/error.ts'
import type { PlayerEvent } from '../core/event.ts'
import type { Log } from '../core/log.ts'
import type { Hub } from '../hub.ts'

interface PauseGestureInput {
  readonly hub: Pick<Hub, 'subscribe'>
  readonly cards: { byCard(cardId: string): PublishedCard | undefined }
  /** Has the player begin its story again. */
  readonly again: (card: PublishedCard, player: string) => Promise<void>
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
}

interface Paused {
  readonly card_id: string
  readonly atMs: number
  isResumed: boolean
}

// Who wants to hear on has pressed once.
const withinMs = 4_000
// What is told later was done some other time.
const lateMs = 10_000

/**
 * Whoever pauses a story, lets it go on, and pauses it again at once wants to hear it from the beginning
 * (rules-and-stories §8.3). Pauses that a command of ours has brought are nobody's gesture.
 */
export function watchPauseGesture({ hub, cards, again, clock, log }: PauseGestureInput): { stop(): void } {
  const paused = new Map<string, Paused>()
  const happened = (event: PlayerEvent) => {
    const { player } = event
    if (player === null) return
    if (event.type === 'playback_resumed') {
      const before = paused.get(player)
      if (event.commanded === true) paused.delete(player)
      else if (before !== undefined) before.isResumed = true
      return
    }
    if (event.type === 'card_removed' || event.type === 'playback_stopped') paused.delete(player)
    if (event.type !== 'playback_paused') return
    const before = paused.get(player)
    paused.delete(player)
    const atMs = Date.parse(event.at)
    if (event.commanded === true || event.card_id === null || clock.now().getTime() - atMs > lateMs) return
    const card = cards.byCard(event.card_id)
    if (card?.story == null) return
    const isTwice = before?.card_id === event.card_id && before.isResumed && atMs - before.atMs <= withinMs
    if (!isTwice) {
      paused.set(player, { card_id: event.card_id, atMs, isResumed: false })
      return
    }
    log.info('a story was paused twice: it begins again', { player, story: card.story.id })
    again(card, player).catch((error) =>
      log.warn('a story could not be begun again', { player, error: messageOf(error) }),
    )
  }
  return {
    stop: hub.subscribe('pausing a story twice', (change) => {
      if (change.kind === 'event') happened(change.event)
    }),
  }
}
