import type { Calendar } from '../calendar.ts'
import { parseSunTime, type SunTime } from '../sun.ts'
import type { Days } from '../time.ts'
import type { LocalDay } from './local-day.ts'
import type { DatedMoment, MomentWish } from './wish.ts'

interface SunWish {
  /** A text of `sunTimePattern`. */
  readonly text: string
  /** "HH:MM" for dates on which the sun does not do it. */
  readonly or: string | null
  readonly days?: Days
  readonly ifMissedMs: number
}

/** A moment of each of the days, by the sun at the calendar's location. */
export function sunWish({ text, or, days, ifMissedMs }: SunWish, calendar: () => Calendar): MomentWish {
  const moment = parseSunTime(text)
  return {
    name: [text, ...(or === null ? [] : ['or', or]), ...[days ?? 'daily'].flat()].join(' '),
    on(day) {
      const isMeant = days === undefined || calendar().includes(days, day.date)
      return moment === null || !isMeant ? [] : [{ label: text, ...onDay(day, moment, { or, calendar }) }]
    },
    ifMissedMs,
  }
}

function onDay(
  day: LocalDay,
  { sun, offsetMinutes }: Omit<SunTime, 'or'>,
  { or, calendar }: { readonly or: string | null; readonly calendar: () => Calendar },
): Pick<DatedMoment, 'at' | 'why'> {
  const moment = calendar().sun(sun, day.date)
  // Whole seconds: more than that the sun's times are not worth.
  if (moment !== null)
    return { at: new Date(Math.round(moment.getTime() / 1000) * 1000 + offsetMinutes * 60_000) }
  if (or !== null) return { at: day.instantOf(or) }
  if (!calendar().known.sun) return { at: null, why: 'location.latitude and location.longitude are not set' }
  return { at: null, why: `there is no ${sun} there on that day, and the trigger has no \`or\`` }
}
