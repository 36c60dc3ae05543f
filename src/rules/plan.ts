import { Temporal } from 'temporal-polyfill'
import { deedInShort, partInWords, tellingOf } from './explain/rule-words.ts'
import { answerInWords } from './explain/schedule-words.ts'
import type { Rule, RuleSet, Schedule, Slot } from './rule-set.ts'
import { playlistIn, type SlotNow, slotsFrom } from './schedule.ts'

/** What the schedules and clocks of the household bring in the coming days. */
export interface Plan {
  /** The beginning of today on the household's clocks; now where it is the plan of a night. */
  readonly from: Date
  readonly until: Date
  readonly schedules: readonly PlannedSchedule[]
  /** Which streams are heard in place of others, whatever the clock says. */
  readonly answers: readonly PlannedAnswers[]
  /** By time: when clocks start rules. */
  readonly moments: readonly Moment[]
  /** Those of triggers that fire too often to list each time. */
  readonly often: readonly Round[]
  /** The playlists that bring nothing now, as far as that was looked for. */
  readonly silent: readonly string[]
  /** Dates that are public holidays. */
  readonly holidays: readonly Temporal.PlainDate[]
}

export interface PlannedSchedule {
  readonly stream: string
  readonly place: string | null
  readonly stretches: readonly Stretch[]
}

/** A time in which a stream holds the same. */
export interface Stretch {
  /** May lie before the plan, at most a week. */
  readonly from: Date
  /** May lie behind the plan. */
  readonly until: Date
  /** Null where the default holds. */
  readonly slot: Slot | null
  /** Null while the stream is closed. */
  readonly playlist: string | null
  readonly isNow: boolean
}

export interface PlannedAnswers {
  readonly stream: string
  /** In the order in which they are tried. */
  readonly ways: readonly {
    /** The stream that is heard. */
    readonly stream: string
    readonly place: string
    /** For whom and when: "for the player anna, if it is Saturday". */
    readonly words: string
  }[]
}

interface Started {
  /** The rule's id. */
  readonly rule: string
  readonly place: string
  /** The kind of the trigger: `time`. */
  readonly kind: string
  /** What the rule does, in a line. */
  readonly does: string
}

export interface Moment extends Started {
  readonly at: Date
}

/** What a trigger brings that fires again and again. */
export interface Round extends Started {
  /** When it fires: "every minute". */
  readonly words: string
  readonly first: Date
  readonly last: Date
  readonly times: number
  /** It fires more often than that. */
  readonly isMore: boolean
}

type Planned = Pick<RuleSet, 'schedules' | 'rules' | 'calendar' | 'playlists' | 'answers'>

// A trigger that fires oftener within a day would fill pages that nobody reads.
const mostADay = 12
// More are not counted: a month of minutes takes long to work out.
const mostCounted = 2000

/** The plan from today's midnight on, over so many days of the household's clocks; a pure function of its input. */
export function planOf(ruleSet: Planned, { now, days }: { readonly now: Date; readonly days: number }): Plan {
  const today = localOf(now, ruleSet).startOfDay()
  const until = today.add({ days }).startOfDay()
  const from = new Date(today.epochMilliseconds)
  return planBetween(ruleSet, { now, from, until: new Date(until.epochMilliseconds) })
}

/** The plan from now to the noon behind the coming night: at night that is the same day's, by day tomorrow's. */
export function planOfTonight(ruleSet: Planned, now: Date): Plan {
  const local = localOf(now, ruleSet)
  const noon = local.add({ days: local.hour < nightEnds ? 0 : 1 }).withPlainTime('12:00')
  return planBetween(ruleSet, { now, from: now, until: new Date(noon.epochMilliseconds) })
}

const nightEnds = 6

function localOf(now: Date, { calendar }: Planned): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(calendar.zone)
}

interface When {
  readonly now: Date
  readonly from: Date
  readonly until: Date
}

function planBetween(ruleSet: Planned, { now, from, until }: When): Plan {
  const span = { from, until, calendar: ruleSet.calendar }
  const first = localOf(from, ruleSet).toPlainDate()
  const days = first.until(localOf(new Date(until.getTime() - 1), ruleSet).toPlainDate()).days + 1
  const starts = ruleSet.rules
    .filter(({ enabled }) => enabled)
    .flatMap((rule) => startsOf(rule, { ...span, from: now }, ruleSet.playlists))
  return {
    from,
    until,
    schedules: ruleSet.schedules.map((schedule) => ({
      stream: schedule.stream,
      place: schedule.place ?? null,
      stretches: stretchesOf(schedule, span, now),
    })),
    answers: [...(ruleSet.answers ?? [])].map(([stream, ways]) => ({
      stream,
      ways: ways.map((answer) => ({
        stream: answer.stream,
        place: answer.place,
        words: answerInWords(answer),
      })),
    })),
    moments: inOrder(starts.flatMap(({ moments }) => moments)),
    often: starts.flatMap(({ often }) => often ?? []),
    silent: [...ruleSet.playlists.values()].flatMap(({ id, isSilent }) => (isSilent === true ? [id] : [])),
    holidays: Array.from({ length: days }, (_, index) => first.add({ days: index })).filter((date) =>
      ruleSet.calendar.isHoliday(date),
    ),
  }
}

/** By time. */
export function inOrder(moments: readonly Moment[]): readonly Moment[] {
  return moments.toSorted((one, other) => one.at.getTime() - other.at.getTime())
}

interface Span {
  readonly from: Date
  readonly until: Date
  readonly calendar: RuleSet['calendar']
}

const dayMs = 86_400_000
const weekMs = 7 * dayMs

/**
 * Neighbours that hold the same are one; where a slot comes again at once, each time is one. Those at the ends of the
 * plan are followed a week beyond it.
 */
function stretchesOf(schedule: Schedule, { from, until, calendar }: Span, now: Date): Stretch[] {
  const wide = {
    from: new Date(from.getTime() - weekMs),
    until: new Date(until.getTime() + weekMs),
    calendar,
  }
  const found: (Stretch & { readonly occurrence: string })[] = []
  for (const [begin, slotNow] of slotsIn(schedule, wide)) {
    const { slot, until: end } = slotNow
    const occurrence = slot === null ? 'default' : slotNow.occurrence
    const last = found.at(-1)
    const isSame = last?.occurrence === occurrence
    if (!isSame && begin >= until) break
    if (isSame) found.pop()
    const start = isSame ? last.from : begin
    const playlist = playlistIn(schedule, { slot })
    found.push({ from: start, until: end, slot, playlist, isNow: start <= now && now < end, occurrence })
  }
  return found.filter((one) => one.until > from).map(({ occurrence: _, ...stretch }) => stretch)
}

/** Each with its beginning. `slotsFrom` reaches a week, so it is asked anew from where it ended. */
function* slotsIn(
  schedule: Schedule,
  { from, until, calendar }: Span,
): Generator<[from: Date, slot: SlotNow]> {
  for (let at = from; at < until; )
    for (const slot of slotsFrom(schedule, at, calendar)) {
      if (at >= until) return
      yield [at, slot]
      at = slot.until
    }
}

interface Starts {
  readonly moments: readonly Moment[]
  /** In their place where they are too many to list. */
  readonly often: Round | null
}

/** By trigger. */
function startsOf(rule: Rule, span: Span, playlists: RuleSet['playlists']): Starts[] {
  const does = deedInShort(rule, playlists)
  return rule.when.map((part) => {
    const { kind, definition, options } = part
    const found: Date[] = []
    for (const at of definition.upcoming?.(options as never, span) ?? []) {
      if (at >= span.until || found.length > mostCounted) break
      found.push(at)
    }
    const started = { rule: rule.id, place: rule.place, kind, does }
    const [first] = found
    const last = found.at(-1)
    if (first === undefined || last === undefined || !isOften(found))
      return { moments: found.map((at) => ({ at, ...started })), often: null }
    const words = partInWords(part, tellingOf(rule, playlists))
    const isMore = found.length > mostCounted
    const times = Math.min(found.length, mostCounted)
    return { moments: [], often: { ...started, words, first, last, times, isMore } }
  })
}

function isOften(moments: readonly Date[]): boolean {
  return moments.some((at, index) => {
    const later = moments[index + mostADay]
    return later !== undefined && later.getTime() - at.getTime() < dayMs
  })
}
