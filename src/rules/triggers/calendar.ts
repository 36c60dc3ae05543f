import { type Static, Type } from 'typebox'
import { durationMs } from '../../language/duration.ts'
import type { Calendar } from '../calendar.ts'
import { sameName } from '../ical/calendar-file.ts'
import { ifMissed, momentFields, tellOf } from '../moments/telling.ts'
import { upcomingMoments } from '../moments/upcoming.ts'
import type { DatedMoment, MomentWish } from '../moments/wish.ts'
import { trigger } from '../plugin.ts'
import { inWords } from '../telling.ts'
import { timeOfDay } from '../time.ts'

const eventName = Type.String({
  minLength: 1,
  maxLength: 200,
  expected: 'what an event of a calendar file is called',
})

const options = Type.Object(
  {
    begins: Type.Optional(eventName),
    ends: Type.Optional(eventName),
    at: Type.Optional(timeOfDay),
    if_missed: Type.Optional(ifMissed),
  },
  { additionalProperties: false, minProperties: 1 },
)

type Options = Static<typeof options>

export const calendar = trigger({
  title: 'Calendar',
  describe:
    'An event of the calendar files `begins` or `ends`. It counts in whole days: it begins at midnight of its first day and ends at midnight behind its last one, or with `at` when clocks show that time on the first day, or on the day behind the last. Days in a row with events of one name are one.',
  examples: [
    '- calendar: {begins: School holiday}',
    '- calendar: {ends: School holiday, at: "07:00", if_missed: 2h}',
  ],
  options,
  explain({ begins, ends, at }) {
    const what = [
      ...(begins === undefined ? [] : [`"${begins}" begins in the calendar`]),
      ...(ends === undefined ? [] : [`"${ends}" has ended in the calendar`]),
    ]
    return `${inWords(what, 'or')}${at === undefined ? '' : `, at ${at}`}`
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
        tellOf({ fire }, ({ time }) => `${time}, and "${event}" ${words}`),
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
    const wish: MomentWish = {
      name: label,
      ifMissedMs: durationMs(if_missed ?? ''),
      on({ date, instantOf }): readonly DatedMoment[] {
        const { hasEvent } = calendarNow()
        const [today, before] = [hasEvent(event, date), hasEvent(event, date.subtract({ days: 1 }))]
        const isEdge = edge === 'begins' ? today && !before : before && !today
        return isEdge ? [{ label, at: instantOf(at) }] : []
      },
    }
    return { event, words, wish }
  })
}
