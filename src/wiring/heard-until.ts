import type { PublishedCards } from '../cards/published.ts'
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
export function heardUntil(ground: Ground, { queue, key, lengthMs, now }: Heard): Date | null {
  const { hub, answers, cards, endsAt } = ground
  const latestMs = now.getTime() + lengthMs + spareMs
  const slotEnd = endsAt(queue, now)
  const before = new Date(Math.min(slotEnd?.getTime() ?? latestMs, latestMs))
  const card = key === undefined ? undefined : cards.byKey(key)
  const answerEnd =
    card == null || card.stream === null
      ? null
      : answers.endsAt(card.stream, holderOf(card, hub), { after: now, before })
  return answerEnd ?? slotEnd
}
