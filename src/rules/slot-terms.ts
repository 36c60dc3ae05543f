import type { Queue } from '../core/queue.ts'
import type { Schedule, Slot } from './rule-set.ts'

/** How a slot takes the place of what a stream holds: docs/rules/schedules.md. */
export const slotChanges = ['after_track', 'after_queue', 'now'] as const
export type SlotChange = (typeof slotChanges)[number]

/** How long `after_queue` waits at most, so that no queue goes on for ever. */
export const longestQueueMs = 2 * 3_600_000

/** How the slot comes; `slot` is null for what holds outside all of them. */
export function changeOf(schedule: Pick<Schedule, 'change'>, slot: Pick<Slot, 'change'> | null): SlotChange {
  return slot?.change ?? schedule.change ?? 'after_track'
}

/** Whether it goes on where it was left. */
export function resumes(schedule: Pick<Schedule, 'resume'>, slot: Pick<Slot, 'resume'> | null): boolean {
  return slot?.resume ?? schedule.resume ?? true
}

/** Whether nothing of the queue is cut off by what comes behind the item that is due. */
export function isAtItsEnd({ items, order, current, closed }: Queue): boolean {
  const last = order === null ? items.at(-1)?.id : order.ids.at(-1)
  return closed || current === null || current === last
}
