import { type Queue, shownQueue } from './queue.ts'

/** What becomes of a queue that is left as it is. */
export interface Outlook {
  /** When the stream's schedule puts something else there, ISO 8601; null: it does not in the next days. */
  readonly holds_until: string | null
  /** The schedule leaves it alone until a person ends that. */
  readonly stays: boolean
}

/** The queue as those see it who only look on. */
export type ToldQueue = Queue & Partial<Pick<Outlook, 'holds_until'>>

export interface Outlooks {
  of(queue: Queue): Outlook
  /** What is to be said to a person who has just put something into the stream; null: nothing. */
  wordsOn(queue: Queue): string | null
}

/** A moment as the household's clocks show it. */
type TimeText = (moment: Date) => string

export function outlookOf(queue: Queue, endsAt: Date | null): Outlook {
  const { held } = queue
  const stays = held?.over_slots === true && held.until === null
  return { holds_until: endsAt === null ? null : endsAt.toISOString(), stays }
}

export function toldQueue(queue: Queue, { holds_until }: Outlook): ToldQueue {
  return { ...shownQueue(queue), holds_until }
}

/** When what was just put into the stream is heard, or how long it stays there; null where there is nothing to say. */
export function outlookWords(queue: Queue, { holds_until }: Outlook, timeText: TimeText): string | null {
  const { name, closed, closed_until } = queue
  const ends = holds_until === null ? null : new Date(holds_until)
  if (!closed)
    return ends === null
      ? null
      : `it stays until ${timeText(ends)}, then the schedule of "${name}" puts its own content there; "stays": true keeps it until a person ends that`
  const opens = closed_until === null ? null : new Date(closed_until)
  const opener = '"closed": false opens it now'
  if (opens !== null && (ends === null || opens < ends))
    return `"${name}" is closed until ${timeText(opens)}; it plays then; ${opener}`
  if (ends !== null)
    return `"${name}" is closed, and at ${timeText(ends)} its schedule puts its own content there: it is heard only where the stream is opened before; ${opener}`
  return `"${name}" is closed; it plays when the stream is opened; ${opener}`
}
