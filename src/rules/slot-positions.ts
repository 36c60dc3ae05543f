import type { Collection } from '../core/collection.ts'
import type { Queue } from '../core/queue.ts'
import { type ResumePoint, resumePointOf } from '../core/resume-point.ts'
import type { Schedule, Slot } from './rule-set.ts'
import { playlistIn } from './schedule.ts'

/** Where a slot's playlist was left. */
export interface StoredSlotPosition {
  readonly playlist: string
  readonly point: ResumePoint
}

// "YYYY-MM-DD", behind the name of a slot in its occurrence.
const dateLength = 10

/** Where the content of each slot was left, for its next time. */
export class SlotPositions {
  readonly #store: Collection<StoredSlotPosition>

  constructor(store: Collection<StoredSlotPosition>) {
    this.#store = store
  }

  /** Keeps where the queue is, if it holds what that occurrence has put there and not something else. */
  async keepOf(schedule: Schedule, queue: Queue, occurrence: string | undefined): Promise<void> {
    if (occurrence === undefined || queue.playlist === null || queue.held !== null) return
    const slot = slotOfOccurrence(schedule, occurrence)
    if (playlistIn(schedule, { slot }) === queue.playlist) await this.#keep(schedule, slot, queue)
  }

  /** One that was heard to its end starts over the next time. */
  async #keep(schedule: Schedule, slot: Slot | null, queue: Queue): Promise<void> {
    const { playlist } = queue
    const point = resumePointOf(queue)
    if (playlist === null || point === null) await this.#store.delete(keyOf(schedule, slot))
    else await this.#store.set(keyOf(schedule, slot), { playlist, point })
  }

  /** Where the slot's playlist was left; null where it starts over. */
  async of(schedule: Schedule, slot: Slot | null): Promise<ResumePoint | null> {
    const stored = await this.#store.get(keyOf(schedule, slot))
    return stored?.playlist === playlistIn(schedule, { slot }) ? stored.point : null
  }
}

/** The slot of which that was an occurrence; null for what holds outside all slots, or a slot that is no more. */
export function slotOfOccurrence(schedule: Schedule, occurrence: string): Slot | null {
  const name = occurrence.slice(0, -dateLength - 1)
  const isDated = occurrence.at(-dateLength - 1) === '@'
  return (isDated ? schedule.slots.find(({ id }) => id === name) : undefined) ?? null
}

// No stream has a space in its name.
function keyOf({ stream }: Schedule, slot: Slot | null): string {
  return slot === null ? stream : `${stream} ${slot.id}`
}
