import { Temporal } from 'temporal-polyfill'
import { Type } from 'typebox'
import { type Weekday, weekdays } from '../core/answer.ts'
import { anyCase } from '../language/duration.ts'

// Quotes of word processors, which YAML takes for a part of the text.
const open = '^[\u201c\u201d\u201e\u2018\u2019\u201a\u00ab\u00bb]?'
const close = '[\u201c\u201d\u201e\u2018\u2019\u201a\u00ab\u00bb]?$'

/** "HH:MM", zero-padded, so that times of a day compare as texts. */
export const timeOfDay = Type.String({
  pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$',
  expected: 'a time of day such as "19:30"',
  beyond: {
    pattern: '^([0-9]{1,2}:[6-9][0-9]|(2[4-9]|[3-9][0-9]):[0-9]{2})$',
    code: 'time/range',
    says: 'is not a time of day: they go from 00:00 to 23:59',
  },
  also: [
    { pattern: `${open}([0-9])[:.h]([0-5][0-9])(?::00)?${close}`, write: '0$1:$2' },
    { pattern: `${open}([01][0-9]|2[0-3])[:.h]([0-5][0-9])(?::00)?${close}`, write: '$1:$2' },
  ],
  // Editors take 7.30 for a number.
  ...{ minimum: 0, maximum: 23.59 },
  // A clock of rules has no seconds.
  instead: [
    { pattern: '^([0-9])[:.]([0-5][0-9]):[0-5][0-9]$', write: '0$1:$2' },
    { pattern: '^([01][0-9]|2[0-3])[:.]([0-5][0-9]):[0-5][0-9]$', write: '$1:$2' },
  ],
})

/** The words for days that need no calendar. */
export const weekWords = [...weekdays, 'weekdays', 'weekends', 'daily'] as const
/** The words for days that are the same in every house. */
export const dayWords: readonly string[] = [...weekWords, 'holidays']

/** A name that the household gives to days, in the letters of any language. */
export const daySetName = /^[\p{L}_][\p{L}\p{M}\p{N}_]*$/u

/** Words for days in other forms: `Monday`, `Sat`, `Weekdays`. */
const dayForms: Readonly<Record<string, string>> = {
  mon: 'mon(day)?s?',
  tue: 'tue(s|sday|sdays)?',
  wed: 'wed(s|nesday|nesdays)?',
  thu: 'thu(rs?|rsdays?)?',
  fri: 'fri(day)?s?',
  sat: 'sat(urday)?s?',
  sun: 'sun(day)?s?',
  weekdays: 'weekdays?',
  weekends: 'weekends?',
  daily: 'daily|every ?day',
  holidays: 'holidays?',
}

const formOf = (word: string) => `^(?:${anyCase(dayForms[word] ?? word)})$`

/** The word that such a text is another form of. */
export function dayWordOf(text: string): string | undefined {
  return dayWords.find((word) => new RegExp(formOf(word), 'u').test(text))
}

const dayName = Type.Union([
  ...dayWords.map((word) =>
    Type.Literal(word, { also: [{ pattern: formOf(word), write: word, plain: true }] }),
  ),
  Type.String({ pattern: daySetName.source }),
])
const someDays = 'mon…sun, weekdays, weekends, daily, holidays or the name of a day set'

/** One day or a list of them; a name that is none of the words is a day set of the household. */
export const dayNames = Type.Union(
  [dayName, Type.Array(Type.Union(dayName.anyOf, { expected: someDays }), { minItems: 1 })],
  { expected: `${someDays}, or a list of them` },
)

/** The days that a part of a rule names, for its `references`. */
export function dayReferences(days: Days | undefined): { readonly kind: 'day'; readonly name: string }[] {
  return (days === undefined ? [] : [days].flat()).map((name) => ({ kind: 'day', name }))
}

export type Days = string | readonly string[]

/** Whether the weekday is one that was written; null for what is told by no day of the week. */
export function matchesWord(word: string, weekday: Weekday): boolean | null {
  const isWeekend = weekday === 'sat' || weekday === 'sun'
  if (word === 'daily') return true
  if (word === 'weekdays') return !isWeekend
  if (word === 'weekends') return isWeekend
  return weekdays.some((day) => day === word) ? word === weekday : null
}

interface WallTime {
  readonly time: string
  readonly date: Temporal.PlainDate
  readonly weekday: Weekday
}

/** What was asked for last: a thousand conditions that one event brings up all ask for the same. */
let last: { readonly minute: number; readonly zone: string; readonly shown: WallTime } | null = null

// Since then the clocks of all zones go by whole minutes.
const wholeMinutesMs = Date.UTC(1973, 0)

/** What clocks on the wall of the zone show: time "HH:MM", date and weekday. */
export function wallTime(now: Date, zone: string): WallTime {
  const nowMs = now.getTime()
  const minute = nowMs < wholeMinutesMs ? Number.NaN : Math.floor(nowMs / 60_000)
  if (last !== null && last.minute === minute && last.zone === zone) return last.shown
  const zoned = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(zone)
  const date = zoned.toPlainDate()
  const time = zoned.toPlainTime().toString({ smallestUnit: 'minute' })
  const shown = { time, date, weekday: weekdayOf(date) }
  last = { minute, zone, shown }
  return shown
}

/** How far the zone's clocks are ahead of UTC at that moment, in seconds. */
export function utcOffsetSeconds(now: Date, zone: string): number {
  const zoned = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(zone)
  return zoned.offsetNanoseconds / 1e9
}

export function weekdayOf(date: Temporal.PlainDate): Weekday {
  return weekdays[date.dayOfWeek - 1] ?? 'mon'
}

/** "06:30 on 2026-11-25": as the household's clocks show it. */
export function clockWords(iso: string, zone: string): string {
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return iso
  const { date, time } = wallTime(at, zone)
  return `${time} on ${date.toString()}`
}
