import type { Node } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import { code } from '../../language/wording.ts'
import type { Calendar } from '../calendar.ts'
import { parseSunTime } from '../sun.ts'
import { sunlessDays, yearDays } from '../sunless-days.ts'
import { type Window, windowOn } from '../window.ts'

/** Whether a time of the sun that stands alone is known in this house; what is wrong or worth a warning is said. */
export function isKnownSun(
  text: string,
  node: Node,
  { report, calendar }: { readonly report: Report; readonly calendar: Calendar },
): boolean {
  const event = parseSunTime(text)?.sun
  if (event === undefined) return true
  const instead = code(`{sun: ${text}, or: "${event === 'sunset' ? '21:00' : '07:00'}"}`)
  if (!calendar.known.sun) {
    const message = `${code(text)} cannot be told: it is not known where the house is`
    const help = `set the options location.latitude and location.longitude, or say what holds instead: ${instead}`
    report.add(node, 'error', 'time/sun', message, help)
    return false
  }
  const missing = sunlessDays(event, calendar)
  if (missing > 0) {
    const message = `there is no ${event} here on ${missing} days of the year: on them this does not come`
    report.add(node, 'warning', 'time/polar', message, `say what holds instead: ${instead}`)
  }
  return true
}

/** Whether a window that follows the sun comes on no day of the year. */
export function neverComes(window: Window, calendar: Calendar): boolean {
  return yearDays().every((date) => windowOn(window, date, calendar) === null)
}
