/** Days are counted from 1 January 1970; times of day play no part here. */
export type DayNumber = number

/** A rule of RFC 5545 3.3.10 for events that come at most once a day. */
export interface Recurrence {
  readonly freq: 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY'
  readonly interval: number
  readonly until: DayNumber | null
  readonly count: number | null
  /** 0 is Sunday. */
  readonly weekStart: number
  readonly byMonth: readonly number[]
  readonly byMonthDay: readonly number[]
  readonly byYearDay: readonly number[]
  /** `nth` is 0 for each of them; -1 is the last. */
  readonly byDay: readonly { readonly nth: number; readonly weekday: number }[]
  readonly bySetPosition: readonly number[]
}

interface Asked {
  readonly from: DayNumber
  readonly to: DayNumber
  /** Told how many days were looked at. */
  readonly looked?: (days: number) => void
}

interface Facts {
  readonly day: DayNumber
  readonly month: number
  readonly monthDay: number
  readonly monthLength: number
  readonly yearDay: number
  readonly yearLength: number
  readonly weekday: number
}

const dayMs = 86_400_000
// The calendar repeats itself after 400 years: what has not come by then never comes.
const longestYears = 400

/**
 * The days on which the rule holds, from `from` to before `to`, in order. Written out by hand, as the iterator of
 * ical.js 2.2.1 never returns from a rule such as FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31 (measured), and walks every
 * occurrence since the start. Where a count ends the rule, it is walked from its start.
 */
export function* daysOf(
  rule: Recurrence,
  start: DayNumber,
  { from, to, looked }: Asked,
): Generator<DayNumber> {
  const first = factsOf(start)
  const last = Math.min(to, start + longestYears * 366, rule.until === null ? to : rule.until + 1)
  let left = rule.count ?? Number.POSITIVE_INFINITY
  for (let period = rule.count === null ? periodBefore(rule, start, from) : 0; left > 0; period += 1) {
    const days = periodDays(rule, start, period)
    if ((days[0] ?? last) >= last) return
    looked?.(days.length)
    for (const day of chosen(rule, days, first)) {
      if (day < start) continue
      if (day >= last || left === 0) return
      left -= 1
      if (day >= from) yield day
    }
  }
}

export function dayNumber(year: number, month: number, day: number): DayNumber {
  return Math.round(Date.UTC(year, month - 1, day) / dayMs)
}

/** 0 is Sunday; 1 January 1970 was a Thursday. */
function weekdayOf(day: DayNumber): number {
  return modulo(day + 4, 7)
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by
}

function factsOf(day: DayNumber): Facts {
  const date = new Date(day * dayMs)
  const year = date.getUTCFullYear()
  const month = date.getUTCMonth() + 1
  return {
    day,
    month,
    monthDay: date.getUTCDate(),
    monthLength: new Date(Date.UTC(year, month, 0)).getUTCDate(),
    yearDay: day - dayNumber(year, 1, 1) + 1,
    yearLength: dayNumber(year + 1, 1, 1) - dayNumber(year, 1, 1),
    weekday: weekdayOf(day),
  }
}

/** The last period that begins no later than `from`, so that nothing in front of it needs to be walked. */
function periodBefore({ freq, interval, weekStart }: Recurrence, start: DayNumber, from: DayNumber): number {
  if (from <= start) return 0
  const [first, asked] = [new Date(start * dayMs), new Date(from * dayMs)]
  const years = asked.getUTCFullYear() - first.getUTCFullYear()
  const units = {
    DAILY: from - start,
    WEEKLY: Math.floor((from - weekOf(start, weekStart)) / 7),
    MONTHLY: years * 12 + asked.getUTCMonth() - first.getUTCMonth(),
    YEARLY: years,
  }[freq]
  return Math.floor(units / interval)
}

function weekOf(day: DayNumber, weekStart: number): DayNumber {
  return day - modulo(weekdayOf(day) - weekStart, 7)
}

/** All days of a period, in order. */
function periodDays(
  { freq, interval, weekStart }: Recurrence,
  start: DayNumber,
  period: number,
): DayNumber[] {
  const away = period * interval
  if (freq === 'DAILY') return [start + away]
  if (freq === 'WEEKLY') return range(weekOf(start, weekStart) + 7 * away, 7)
  const date = new Date(start * dayMs)
  const year = date.getUTCFullYear() + (freq === 'YEARLY' ? away : 0)
  const month = freq === 'YEARLY' ? 1 : date.getUTCMonth() + 1 + away
  const first = dayNumber(year, month, 1)
  const next = freq === 'YEARLY' ? dayNumber(year + 1, 1, 1) : dayNumber(year, month + 1, 1)
  return range(first, next - first)
}

function range(first: number, length: number): number[] {
  return Array.from({ length }, (_, place) => first + place)
}

function chosen(rule: Recurrence, days: readonly DayNumber[], first: Facts): DayNumber[] {
  const fitting = days.filter((day) => fits(rule, factsOf(day), first))
  if (rule.bySetPosition.length === 0) return fitting
  const places = rule.bySetPosition.map((position) =>
    position > 0 ? position - 1 : fitting.length + position,
  )
  return fitting.filter((_, place) => places.includes(place))
}

/** What a rule leaves open is as it is on the first day (RFC 5545 3.3.10, the table of BYxxx parts). */
function fits(rule: Recurrence, day: Facts, first: Facts): boolean {
  const { freq, byMonth, byMonthDay, byYearDay, byDay } = rule
  if (byMonth.length > 0 && !byMonth.includes(day.month)) return false
  if (byMonthDay.length > 0 && !counted(byMonthDay, day.monthDay, day.monthLength)) return false
  if (byYearDay.length > 0 && !counted(byYearDay, day.yearDay, day.yearLength)) return false
  if (byDay.length > 0) return byDay.some((wanted) => isNth(wanted, day, rule))
  if (byMonthDay.length > 0 || byYearDay.length > 0 || freq === 'DAILY') return true
  if (freq === 'WEEKLY') return day.weekday === first.weekday
  if (day.monthDay !== first.monthDay) return false
  return freq === 'MONTHLY' || byMonth.length > 0 || day.month === first.month
}

function counted(wanted: readonly number[], place: number, length: number): boolean {
  return wanted.includes(place) || wanted.includes(place - length - 1)
}

function isNth(
  { nth, weekday }: Recurrence['byDay'][number],
  day: Facts,
  { freq, byMonth }: Recurrence,
): boolean {
  if (day.weekday !== weekday) return false
  if (nth === 0 || freq === 'DAILY' || freq === 'WEEKLY') return true
  const inYear = freq === 'YEARLY' && byMonth.length === 0
  const [place, length] = inYear ? [day.yearDay, day.yearLength] : [day.monthDay, day.monthLength]
  const nthPlace = Math.ceil(place / 7)
  const fromEnd = -Math.ceil((length - place + 1) / 7)
  return nth === nthPlace || nth === fromEnd
}
