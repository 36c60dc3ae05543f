import { createTask, parse, validateDetailed } from 'node-cron'
import { Temporal } from 'temporal-polyfill'
import type { LocalDay } from './local-day.ts'
import type { DatedMoment, MomentWish } from './wish.ts'

/** A pattern of five fields, as its dates and its times of day. */
export interface CronPattern {
  readonly text: string
  /** "HH:MM", in order. */
  readonly times: readonly string[]
  includes(date: Temporal.PlainDate): boolean
}

export interface CronFault {
  /** `never`: there is no such day. */
  readonly kind: 'wrong' | 'never'
  readonly message: string
  readonly help?: string
}

const fieldNames: Readonly<Record<string, { readonly name: string; readonly takes: string }>> = {
  minute: { name: 'the minute (1st field)', takes: '0-59' },
  hour: { name: 'the hour (2nd field)', takes: '0-23' },
  dayOfMonth: { name: 'the day of the month (3rd field)', takes: '1-31 or L for the last' },
  month: { name: 'the month (4th field)', takes: '1-12 or jan-dec' },
  dayOfWeek: { name: 'the day of the week (5th field)', takes: '0-7 or sun-sat (0 and 7 are Sunday)' },
}

/** What is wrong with a pattern, one for each field; of a sound one nothing. */
export function cronFaults(text: string): readonly CronFault[] {
  const fields = text.trim().split(/\s+/)
  const help = 'write minute, hour, day of the month, month, day of the week, as in "0 7 * * 1-5"'
  if (fields.length === 6)
    return [{ kind: 'wrong', message: 'a pattern has five fields here, without seconds', help }]
  const { errors } = validateDetailed(text)
  if (errors.length === 0)
    return comes(cronPattern(text)) ? [] : [{ kind: 'never', message: `"${text}" never comes` }]
  return errors.map(({ field, value = '' }) => {
    const known = fieldNames[field]
    if (known === undefined)
      return { kind: 'wrong', message: `"${text}" is not a pattern of five fields`, help }
    if (isDay(field, value)) return { kind: 'never', message: neverInWords(fields) }
    return { kind: 'wrong', message: `${known.name} takes ${known.takes}, not "${value}"` }
  })
}

/** @throws Error for a pattern with a fault. */
export function cronPattern(text: string): CronPattern {
  const { minute, hour } = parse(text)
  // The library matches an instant in a zone. UTC has every time of every date once: what the household's clocks make
  // of them is ours to say.
  const task = createTask(text, () => undefined, { timezone: 'UTC' })
  // It would be kept for good, though it never runs.
  task.destroy()
  const times = hour
    .flatMap((hours) => minute.map((minutes) => `${twoDigits(hours)}:${twoDigits(minutes)}`))
    .sort()
  const [firstHour = 0] = hour
  const [firstMinute = 0] = minute
  return {
    text,
    times,
    includes: ({ year, month, day }) =>
      task.match(new Date(Date.UTC(year, month - 1, day, firstHour, firstMinute))),
  }
}

/** A time that clocks leave out does not come, one that they show twice comes the first time. */
export function cronWish(pattern: CronPattern): MomentWish {
  return {
    name: `cron ${pattern.text.trim().replace(/\s+/g, ' ')}`,
    on: (day) => (pattern.includes(day.date) ? shownOn(day, pattern.times) : []),
    ifMissedMs: 0,
  }
}

function shownOn(day: LocalDay, times: readonly string[]): readonly DatedMoment[] {
  return times.flatMap((label) => {
    const at = day.shownAt(label)
    return at === null ? [] : [{ label, at }]
  })
}

/** The one fault that is about a field whose values are all right by themselves. */
function isDay(field: string, value: string): boolean {
  const days = value.split(',').map(Number)
  return field === 'dayOfMonth' && days.every((day) => Number.isInteger(day) && day >= 1 && day <= 31)
}

const months = 'January February March April May June July August September October November December'.split(
  ' ',
)

function neverInWords([, , day = '', month = '']: readonly string[]): string {
  const names = month.split(',').map((number) => months[Number(number) - 1] ?? number)
  return `${day} ${names.join(' or ')} never comes`
}

// After as many years dates fall on the same days of the week again.
const cycleYears = 28

/** Only patterns that say more of days than their numbers can be such that no day is like them. */
function comes(pattern: CronPattern): boolean {
  const { dayOfMonth, dayOfWeek, month } = parse(pattern.text)
  const isPlain = [...dayOfMonth, ...dayOfWeek].every((value) => typeof value === 'number')
  if (isPlain && !(month.length === 1 && month[0] === 2)) return true
  const weekdays = dayOfWeek.every((value) => typeof value === 'number') ? dayOfWeek : null
  const days = dayOfMonth.every((value) => typeof value === 'number') ? dayOfMonth : null
  const start = Temporal.PlainDate.from('2024-01-01')
  const end = start.add({ years: cycleYears })
  for (let date = start; Temporal.PlainDate.compare(date, end) < 0; date = date.add({ days: 1 })) {
    if (!month.includes(date.month) || days?.includes(date.day) === false) continue
    if (weekdays?.includes(date.dayOfWeek % 7) !== false && pattern.includes(date)) return true
  }
  return false
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0')
}
