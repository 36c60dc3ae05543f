import { lengthInWords } from './moments/wording.ts'
import type { Telling } from './plugin.ts'
import type { Days } from './time.ts'
import type { DayTime } from './window.ts'

/** Words that several parts of rules use when they explain themselves. */

/** The stream an action changes; without a name of its own the one that whatever started the rule tells of. */
export function theStream(name: string | null): string {
  return name === null ? 'the stream it happened on' : `the stream ${name}`
}

/** Whose players are heard: the rule's own where the trigger names none. */
export function somePlayer({ player, stream }: Pick<Telling, 'player' | 'stream'>): string {
  const which = player === null ? 'a player' : `the player ${player}`
  return stream === null ? which : `${which} of the stream ${stream}`
}

/** " on a player of the stream bedroom", and nothing where any player will do. */
export function on(
  own: { readonly player?: string | undefined; readonly stream?: string | undefined },
  { player, stream }: Pick<Telling, 'player' | 'stream'>,
): string {
  const where = { player: own.player ?? player, stream: own.stream ?? stream }
  return ` on ${where.player === null && where.stream === null ? 'any player' : somePlayer(where)}`
}

const dayNames: Readonly<Record<string, string>> = {
  mon: 'Monday',
  tue: 'Tuesday',
  wed: 'Wednesday',
  thu: 'Thursday',
  fri: 'Friday',
  sat: 'Saturday',
  sun: 'Sunday',
  weekdays: 'a day from Monday to Friday',
  weekends: 'a day of the weekend',
  daily: 'any day',
  holidays: 'a public holiday',
}

/** "Saturday or Sunday". A name that the week does not have is said as it was written. */
export function daysInWords(days: Days): string {
  const words = [days].flat().map((day) => dayNames[day] ?? day)
  return inWords(words, 'or')
}

/** "19:30", "30 minutes before sunset". */
export function dayTimeInWords(time: DayTime): string {
  if (typeof time === 'string') return time
  const { sun, offsetMinutes, or } = time
  const away = lengthInWords(Math.abs(offsetMinutes) * 60_000)
  const at = offsetMinutes === 0 ? sun : `${away} ${offsetMinutes < 0 ? 'before' : 'after'} ${sun}`
  return or === null ? at : `${at} (${or} where that does not come)`
}

/** What a condition looked at, as expressions say it: `now.time is "18:40"`, `holiday is no`. */
export function seen(name: string, value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return `${name} is not known`
  if (typeof value === 'boolean') return `${name} is ${value ? 'yes' : 'no'}`
  return `${name} is ${typeof value === 'string' ? JSON.stringify(value) : value}`
}

/** "a, b and c". */
export function inWords(words: readonly string[], joint: 'and' | 'or'): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} ${joint} ${last}`
}
