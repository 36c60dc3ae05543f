import { didYouMean } from '../../language/names.ts'
import type { Node } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import { list, quote } from '../../language/wording.ts'
import { type Calendar, noCountry } from '../calendar.ts'
import type { Reference } from '../plugin.ts'
import { dayWords } from '../time.ts'
import { isKnownSun } from './sun-times.ts'

/** Whether what a part of a rule names is known to the calendar; else it is said what is wrong. Of other kinds nothing is said. */
export function isKnownTime(
  kind: Reference['kind'],
  node: Node,
  { name, ...where }: { readonly name: string; readonly report: Report; readonly calendar: Calendar },
): boolean {
  if (kind === 'day') return isKnownDay(name, node, where)
  return kind !== 'sun' || isKnownSun(name, node, where)
}

/** Whether the word stands for days in this house; else it is said that it does not. */
export function isKnownDay(
  name: string,
  node: Node,
  { report, calendar }: { readonly report: Report; readonly calendar: Calendar },
): boolean {
  const fault = dayFault(name, calendar)
  if (fault !== null) report.add(node, 'error', 'ref/day', fault.message, fault.help)
  return fault === null
}

/** Why the word stands for no days in this house; null where it does. */
export function dayFault(
  name: string,
  calendar: Calendar,
): { readonly message: string; readonly help?: string } | null {
  const { daySets, holidays, isUnread } = calendar.known
  if (name === 'holidays' && !holidays)
    return { message: `it is not known which days are holidays: ${noCountry}` }
  if (dayWords.includes(name) || daySets.has(name) || isUnread(name)) return null
  const near =
    didYouMean(name, [...daySets, ...dayWords]) ??
    dayWords.find((word) => name.toLowerCase().startsWith(word))
  const question = near === undefined ? '' : ` - did you mean ${quote(near)}?`
  const known = [...daySets, ...dayWords]
  const message = `there is no day or day set ${quote(name)}${question}`
  if (near !== undefined) return { message }
  return {
    message,
    help: `known: ${list(known)}; days of your own stand under \`calendar: {day_sets: …}\``,
  }
}
