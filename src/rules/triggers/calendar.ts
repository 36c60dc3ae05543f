import { type Static, Type } from 'typebox'
import { durationMs } from '../../language/duration.ts'
import type { Calendar } from '../calendar.ts'
import { sameName } from '../ical/calendar-file.ts'
import { ifMissed, momentFields, tellOf } from '../moments/telling.ts'
import { upcomingMoments } from '../moments/upcoming.ts'
import type { DatedMoment, MomentWish } from '../moments/wish.ts'
import { lengthInWords } from '../moments/wording.ts'
import { trigger } from '../plugin.ts'
import { inWords } from '../telling.ts'
import { timeOfDay } from '../time.ts'

const eventName = Type.String({
  minLength: 1,
  maxLength: 200,
  expected: 'what an event of a calendar file is called',
})

/** `event-15m`: how far from when it really begins or ends, twelve hours at most. */
const eventMoment = Type.String({
  pattern: '^event([+-](([1-9][0-9]?|[1-6][0-9]{2}|7[01][0-9]|720)m|([1-9]|1[0-2])h))?$',
  expected:
    'a time of day such as "19:30", or "event", with up to 12 hours before or after it as in "event-15m"',
})

const options = Type.Object(
  {
    begins: Type.Optional(eventName),
    ends: Type.Optional(eventName),
    at: Type.Optional(Type.Union([timeOfDay, eventMoment])),
    if_missed: Type.Optional(ifMissed),
  },
  { additionalProperties: false, minProperties: 1 },
)

type Options = Static<typeof options>

export const calendar = trigger({
  title: 'Calendar',
  describe:
    'An event of the calendar files `begins` or `ends`. It counts in whole days: it begins at midnight of its first day and ends at midnight behind its last one, or with `at` when clocks show that time on the first day, or on the day behind the last. Days in a row with events of one name are one. With `at: event` its own hours count, and each event for itself; `event-15m` is a quarter of an hour before.',
  examples: [
    '- calendar: {begins: School holiday}',
    '- calendar: {ends: School holiday, at: "07:00", if_missed: 2h}',
    '- calendar: {begins: Piano lesson, at: event-15m}',
  ],
  options,
  explain({ begins, ends, at }) {
    const what = [
      ...(begins === undefined ? [] : [`"${begins}" begins in the calendar`]),
      ...(ends === undefined ? [] : [`"${ends}" has ended in the calendar`]),
    ]
    return `${inWords(what, 'or')}${at === undefined ? '' : `, ${atInWords(at)}`}`
  },
  provides: { ...momentFields, event: 'text' },
  check({ begins, ends }, { calendar: { known } }) {
    if (known.events === null) return []
    const names = new Set(known.events.map(sameName))
    return (['begins', 'ends'] as const).flatMap((option) => {
      const name = { begins, ends }[option]
      if (name === undefined || names.has(sameName(name))) return []
      const message = `no event of the calendar files is called "${name}"`
      const help =
        names.size === 0
          ? 'name the files: `calendar: {files: [calendars/school.ics]}`'
          : `there are: ${[...names].slice(0, 8).join(', ')}`
      return [{ option, level: 'warning', code: 'ref/event', message, help } as const]
    })
  },
  upcoming: (written, span) =>
    upcomingMoments(
      wishesOf(written, () => span.calendar).map(({ wish }) => wish),
      span,
    ),
  start(context) {
    for (const { event, wish, words } of wishesOf(context.options, () => context.world.calendar)) {
      const fire = (data: Readonly<Record<string, unknown>>, because: string) =>
        context.fire({ ...data, event }, because)
      context.moments.dated(
        wish,
        tellOf({ fire }, ({ time }) => `${time}, ${wordsAt(context.options.at)} "${event}" ${words}`),
      )
    }
  },
})

function wishesOf({ begins, ends, at = '00:00', if_missed }: Options, calendarNow: () => Calendar) {
  const asked = [
    ...(begins === undefined ? [] : [{ event: begins, edge: 'begins', words: 'begins' } as const]),
    ...(ends === undefined ? [] : [{ event: ends, edge: 'ends', words: 'has ended' } as const]),
  ]
  return asked.map(({ event, edge, words }) => {
    const label = `${edge} ${event} ${at}`
    const awayMs = awayFromEvent(at)
    const wish: MomentWish = {
      name: label,
      ifMissedMs: durationMs(if_missed ?? ''),
      on(day): readonly DatedMoment[] {
        const { date, instantOf } = day
        if (awayMs !== null)
          return calendarNow()
            .eventTimes(edge, event, day)
            .map((time) => ({
              label: `${label} ${time.toISOString()}`,
              at: new Date(time.getTime() + awayMs),
            }))
        const { hasEvent } = calendarNow()
        const [today, before] = [hasEvent(event, date), hasEvent(event, date.subtract({ days: 1 }))]
        const isEdge = edge === 'begins' ? today && !before : before && !today
        return isEdge ? [{ label, at: instantOf(at) }] : []
      },
    }
    return { event, words, wish }
  })
}

/** Null for a time of day. */
function awayFromEvent(at: string): number | null {
  const [, sign = '', length = ''] = /^event(?:([+-])(.+))?$/.exec(at) ?? []
  if (!at.startsWith('event')) return null
  return length === '' ? 0 : (sign === '-' ? -1 : 1) * durationMs(length)
}

function atInWords(at: string): string {
  const awayMs = awayFromEvent(at)
  if (awayMs === null) return `at ${at}`
  if (awayMs === 0) return 'at its own hour'
  return `${lengthInWords(Math.abs(awayMs))} ${awayMs < 0 ? 'before' : 'after'} its own hour`
}

/** `and`, `15 minutes before`. */
function wordsAt(at = ''): string {
  const awayMs = awayFromEvent(at) ?? 0
  if (awayMs === 0) return 'and'
  return `${lengthInWords(Math.abs(awayMs))} ${awayMs < 0 ? 'before' : 'after'}`
}
