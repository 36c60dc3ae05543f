import type { Clock } from '../core/clock.ts'
import { messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { AppliedSlots } from './applied-slots.ts'
import type { Calendar } from './calendar.ts'
import type { World } from './plugin.ts'
import type { Schedule } from './rule-set.ts'
import { playlistIn, type SlotNow, slotAt } from './schedule.ts'

interface CarryOver {
  readonly earlier: { readonly schedules: readonly Schedule[]; readonly calendar: Calendar }
  /** Those in place of them, by stream. */
  readonly schedules: ReadonlyMap<string, Schedule>
  /** Playlists that are not what they were. */
  readonly changed: ReadonlySet<string>
  readonly applied: Pick<AppliedSlots, 'of' | 'rename' | 'forget'>
  readonly world: World
  readonly clock: Clock
  readonly log: Log
}

/** Names what was put into effect as the new schedules name it, so that only what differs is put into effect again. */
export async function carryOver(carry: CarryOver): Promise<void> {
  const now = carry.clock.now()
  for (const was of carry.earlier.schedules) {
    try {
      await carryOne(carry, was, now)
    } catch (error) {
      carry.log.error(`what the schedule of stream "${was.stream}" did could not be noted`, {
        error: messageOf(error),
      })
    }
  }
}

async function carryOne(
  { earlier, schedules, changed, applied, world }: CarryOver,
  was: Schedule,
  now: Date,
): Promise<void> {
  const before = slotAt(was, now, earlier.calendar)
  if ((await applied.of(was.stream)) !== before.occurrence) return
  const is = schedules.get(was.stream)
  if (is === undefined) return applied.forget(was.stream)
  const after = slotAt(is, now, world.calendar)
  const holds = world.queue(was.stream)?.playlist ?? null
  const isOther = putBy(is, after) !== putBy(was, before) || (holds !== null && changed.has(holds))
  if (isOther) await applied.forget(was.stream)
  else if (after.occurrence !== before.occurrence) await applied.rename(is, after.occurrence)
}

/** What a schedule puts into its stream in a slot, so that two of them can be compared. */
function putBy(schedule: Schedule, { slot }: SlotNow): string {
  return JSON.stringify([slot?.id ?? null, playlistIn(schedule, { slot }), slot?.ifPressed ?? null])
}
