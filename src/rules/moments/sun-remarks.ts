import type { Calendar } from '../calendar.ts'
import type { Remark } from '../plugin.ts'
import { parseSunTime } from '../sun.ts'
import { sunlessDays } from '../sunless-days.ts'

/** What keeps the sun from giving a rule its moment: that nobody said where the household is, or the polar summer and winter. */
export function polarRemarks(
  { at, or }: { readonly at: string; readonly or: string | null },
  calendar: Calendar,
): readonly Remark[] {
  const event = parseSunTime(at)?.sun
  if (event === undefined || or !== null) return []
  const instead = `\`sun: {at: ${at}, or: "${event === 'sunset' || event === 'dusk' ? '21:00' : '07:00'}"}\``
  if (!calendar.known.sun) {
    const message = `\`${at}\` cannot be told: it is not known where the house is`
    const help = `set the options location.latitude and location.longitude, or say what holds instead: ${instead}`
    return [{ option: 'at', level: 'error', code: 'time/sun', message, help }]
  }
  const days = sunlessDays(event, calendar)
  if (days === 0) return []
  const message = `there is no ${event} here on ${days} ${days === 1 ? 'day' : 'days'} of the year: the rule does not run then`
  const help = `say what holds instead: ${instead}`
  return [{ option: 'at', level: 'warning', code: 'time/polar', message, help }]
}
