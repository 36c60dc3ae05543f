import type { Calendar } from '../calendar.ts'
import type { DailyWish, MomentWish } from './wish.ts'

/** One wish for each of the times, so that a time that is added later has not been missed before. */
export function dailyWishes(
  { at, days, ifMissedMs = 0 }: DailyWish,
  calendar: () => Calendar,
): readonly MomentWish[] {
  return [at].flat().map((time) => ({
    name: `${time} ${[days ?? 'daily'].flat().join(' ')}`,
    on: (day) =>
      days === undefined || calendar().includes(days, day.date)
        ? [{ label: time, at: day.instantOf(time) }]
        : [],
    ifMissedMs,
  }))
}
