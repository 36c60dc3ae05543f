import type { PublishedCards } from '../cards/published.ts'
import { streamsOfCard } from '../cards/record.ts'
import { streamAt } from '../core/card-streams.ts'
import type { Queue } from '../core/queue.ts'
import type { Hub } from '../hub.ts'
import type { StreamAnswers } from './answers.ts'
import { holderOf } from './card-holder.ts'

interface Ground {
  readonly hub: Pick<Hub, 'players'>
  readonly answers: Pick<StreamAnswers, 'endsAt'>
  readonly cards: Pick<PublishedCards, 'byKey'>
  /** When a schedule puts something else into the queue's stream than it holds at `now`; null: not in the next days. */
  readonly endsAt: (queue: Queue, now: Date) => Date | null
}

interface Heard {
  readonly queue: Queue
  /** Of the card it is asked for by; absent where it is asked for by its name. */
  readonly key: string | undefined
  /** Which of its tracks, on a card of tracks. */
  readonly track: string | null
  /** How long it plays, milliseconds. */
  readonly lengthMs: number
  readonly now: Date
}

// Who asks once more is to find the same end, though by then the queue reaches further.
const spareMs = 60_000

/**
 * When something else begins where the queue is heard; null where it has come to its end long before. A schedule
 * begins another slot in the stream, whatever a rule or a person has put there meanwhile. Or another stream begins to
 * answer where the card's is asked for: to who hears it that is the same card at another hour, no less than a slot is.
 * Nothing of this is kept, so a clock that is set and a schedule that is changed count at once.
 */
export function heardUntil(ground: Ground, { queue, key, track, lengthMs, now }: Heard): Date | null {
  const { hub, answers, cards, endsAt } = ground
  const latestMs = now.getTime() + lengthMs + spareMs
  const slotEnd = endsAt(queue, now)
  const before = new Date(Math.min(slotEnd?.getTime() ?? latestMs, latestMs))
  const card = key === undefined ? undefined : cards.byKey(key)
  const asked = card === undefined ? null : streamAt(streamsOfCard(card), track)
  const answerEnd =
    card === undefined || asked === null
      ? null
      : answers.endsAt(asked, holderOf(card, hub), { after: now, before })
  return answerEnd ?? slotEnd
}
