import { Temporal } from 'temporal-polyfill'
import type { Calendar } from './calendar.ts'
import type { Plan, PlannedAnswers, PlannedSchedule, Round, Stretch } from './plan.ts'
import { inWords } from './telling.ts'
import { wallTime } from './time.ts'

const dayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const evenHours = 24

/** The plan in columns for people, by stream and day; the present stretch is marked with ">". */
export function planInWords(plan: Plan, calendar: Calendar): string {
  const { zone } = calendar
  const first = wallTime(plan.from, zone).date
  const last = wallTime(new Date(plan.until.getTime() - 1), zone).date
  const span = first.equals(last) ? dayOf(first) : `${dayOf(first)} to ${dayOf(last)}`
  const said = [...clockDays(first, last, zone), ...holidayWords(plan.holidays)]
  const parts = [
    `${span}, by the clocks of ${zone}.${said.map((sentence) => ` ${sentence}`).join('')}`,
    ...plan.schedules.map((schedule) => scheduleLines(schedule, { zone, silent: plan.silent })),
    ...(plan.schedules.length === 0 ? ['The rule files hold no schedules.'] : []),
    ...clockAndAnswers(plan, zone),
  ]
  return `${parts.join('\n\n')}\n`
}

/**
 * The same of a night, with what streams hold that no schedule has put there. `now`: by stream, in words; null where it is
 * not known what they hold.
 */
export function tonightInWords(
  plan: Plan,
  calendar: Calendar,
  now: ReadonlyMap<string, string> | null,
): string {
  const { zone } = calendar
  const end = `${dayAt(plan.until, zone)} ${timeAt(plan.until, zone)}`
  const known = now === null ? ' What streams hold by hand is not known, for there is no store to read.' : ''
  const planned = new Set(plan.schedules.map(({ stream }) => stream))
  const others = [...(now ?? [])].filter(([stream]) => !planned.has(stream))
  const parts = [
    `${dayAt(plan.from, zone)} ${timeAt(plan.from, zone)} to ${end}, by the clocks of ${zone}.${known}`,
    ...plan.schedules.map((schedule) => {
      const words = now?.get(schedule.stream)
      return [
        scheduleLines(schedule, { zone, silent: plan.silent }),
        ...(words === undefined ? [] : [`   but now: ${words}`]),
      ].join('\n')
    }),
    ...others.map(([stream, words]) => `${stream}\n   now: ${words}`),
    ...(plan.schedules.length + others.length === 0 ? ['No stream holds anything.'] : []),
    ...clockAndAnswers(plan, zone),
  ]
  return `${parts.join('\n\n')}\n`
}

function clockAndAnswers(plan: Plan, zone: string): string[] {
  return [
    ...plan.answers.map(answerLines),
    ...(plan.moments.length + plan.often.length === 0 ? [] : [momentLines(plan, zone)]),
  ]
}

/** "2026-11-22T19:00:00+01:00": the time on the household's clocks. */
export function localIso(at: Date, { zone }: Pick<Calendar, 'zone'>): string {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime())
    .toZonedDateTimeISO(zone)
    .toString({ timeZoneName: 'never', smallestUnit: 'second' })
}

type Row = readonly string[]

function scheduleLines(
  { stream, place, stretches }: PlannedSchedule,
  { zone, silent }: Pick<Calendar, 'zone'> & Pick<Plan, 'silent'>,
): string {
  const head = place === null ? stream : `${stream} (${place})`
  const rows = stretches.map((stretch, index) => {
    const before = stretches[index - 1]
    const isSameDay = before !== undefined && dayAt(before.from, zone) === dayAt(stretch.from, zone)
    const isOnly = stretches.length === 1
    return [
      stretch.isNow ? '>' : ' ',
      isSameDay || isOnly ? '' : dayAt(stretch.from, zone),
      isOnly ? 'all the time' : hoursOf(stretch, zone),
      contentOf(stretch, silent),
      stretch.slot === null ? 'default' : `slot ${stretch.slot.id}`,
    ]
  })
  return [head, ...inColumns(rows)].join('\n')
}

function answerLines({ stream, ways }: PlannedAnswers): string {
  const rows = ways.map(({ stream: other, place, words }) => `   the stream ${other} (${place}), ${words}`)
  return [`Heard in place of the stream ${stream}`, ...rows].join('\n')
}

function momentLines({ moments, often }: Pick<Plan, 'moments' | 'often'>, zone: string): string {
  const rows = moments.map(({ at, rule, place, kind, does }, index) => {
    const before = moments[index - 1]
    const isSameDay = before !== undefined && dayAt(before.at, zone) === dayAt(at, zone)
    return [
      ' ',
      isSameDay ? '' : dayAt(at, zone),
      timeAt(at, zone),
      `rule ${rule}`,
      `${kind}, ${place}`,
      does,
    ]
  })
  const rounds = inColumns(
    often.map(({ rule, place, does, ...round }) => [
      ' ',
      roundInWords(round, zone),
      `rule ${rule}`,
      `${round.kind}, ${place}`,
      does,
    ]),
  )
  return ['Rules that a clock starts', ...rounds, ...inColumns(rows)].join('\n')
}

/** "every minute, 60 times (from Sun 22 Nov 18:01)". */
function roundInWords(
  { words, times, isMore, first }: Pick<Round, 'words' | 'times' | 'isMore' | 'first'>,
  zone: string,
): string {
  const often = `${isMore ? 'more than ' : ''}${times.toLocaleString('en')} times`
  return `${words}, ${often} (from ${dayAt(first, zone)} ${timeAt(first, zone)})`
}

function inColumns(rows: readonly Row[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

function contentOf({ slot, playlist }: Stretch, silent: Plan['silent']): string {
  if (playlist !== null) return silent.includes(playlist) ? `${playlist} (brings nothing now)` : playlist
  if (slot === null) return 'closed (there is no default)'
  return slot.ifPressed === null ? 'closed' : `closed (a press plays ${slot.ifPressed})`
}

/** "19:00-06:30"; where it lasts into a day after the next, or ends with the plan, that stands there too. */
function hoursOf({ from, until }: Stretch, zone: string): string {
  const [begins, ends] = [wallTime(from, zone), wallTime(until, zone)]
  const days = begins.date.until(ends.date).days
  const isMidnight = ends.time === '00:00' && days === 1
  if (isMidnight) return `${begins.time}-24:00`
  return days <= 1 && until.getTime() - from.getTime() < dayMs
    ? `${begins.time}-${ends.time}`
    : `${begins.time}-${dayOf(ends.date)} ${ends.time}`
}

const dayMs = 86_400_000

/** Sentences about the days on which clocks are set. */
function clockDays(first: Temporal.PlainDate, last: Temporal.PlainDate, zone: string): string[] {
  const said: string[] = []
  for (let date = first; Temporal.PlainDate.compare(date, last) <= 0; date = date.add({ days: 1 })) {
    const hours = date.toZonedDateTime(zone).hoursInDay
    if (hours !== evenHours) said.push(`On ${dayOf(date)} the clocks are set: the day has ${hours} hours.`)
  }
  return said
}

function holidayWords(holidays: Plan['holidays']): string[] {
  const days = holidays.map(dayOf)
  if (days.length === 0) return []
  return [
    days.length === 1 ? `${days[0]} is a public holiday.` : `${inWords(days, 'and')} are public holidays.`,
  ]
}

function dayAt(at: Date, zone: string): string {
  return dayOf(wallTime(at, zone).date)
}

function timeAt(at: Date, zone: string): string {
  return wallTime(at, zone).time
}

function dayOf(date: Temporal.PlainDate): string {
  return `${dayNames[date.dayOfWeek - 1]} ${date.day} ${monthNames[date.month - 1]}`
}
