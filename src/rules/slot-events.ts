import type { Calendar } from './calendar.ts'
import type { Schedule, Slot } from './rule-set.ts'
import { type SlotNow, slotAt } from './schedule.ts'
import { slotOfOccurrence } from './slot-positions.ts'
import { occurrenceIn } from './slot-verdict.ts'

/** `holds`: it has begun before, and the rules begin to run. */
export interface SlotEvent {
  readonly type: 'began' | 'ended' | 'holds'
  readonly stream: string
  /** `default` for what holds outside all slots. */
  readonly slot: string
}

export function nameOf(slot: Slot | null): string {
  return slot?.id ?? 'default'
}

/** What has happened between two that were noted of a stream; of a stream that is new, nothing. */
export function slotEvents(schedule: Schedule, before: string | undefined, after: string): SlotEvent[] {
  if (before === undefined || occurrenceIn(before) === occurrenceIn(after)) return []
  const { stream } = schedule
  const slotOf = (applied: string) => nameOf(slotOfOccurrence(schedule, occurrenceIn(applied)))
  return [
    { type: 'ended', stream, slot: slotOf(before) },
    { type: 'began', stream, slot: slotOf(after) },
  ]
}

interface Known {
  readonly calendar: Calendar
  readonly fromMs: number
  readonly now: SlotNow
}

/** Which slot holds, worked out once for as long as it does. */
export class KnownSlots {
  readonly #known = new WeakMap<Schedule, Known>()

  at(schedule: Schedule, now: Date, calendar: Calendar): SlotNow {
    const known = this.#known.get(schedule)
    const nowMs = now.getTime()
    const isKnown = known?.calendar === calendar && known.fromMs <= nowMs && nowMs < known.now.until.getTime()
    if (isKnown) return known.now
    const found = slotAt(schedule, now, calendar)
    this.#known.set(schedule, { calendar, fromMs: nowMs, now: found })
    return found
  }
}
