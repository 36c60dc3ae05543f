import { Temporal } from 'temporal-polyfill'
import type { Rule, RuleSet, Schedule, Slot } from './rule-set.ts'
import { playlistIn, type SlotNow, slotsFrom } from './schedule.ts'

/** What the schedules and clocks of the household bring in the coming days. */
export interface Plan {
  /** The beginning of today on the household's clocks. */
  readonly from: Date
  readonly until: Date
  readonly schedules: readonly PlannedSchedule[]
  /** By time: when clocks start rules. */
  readonly moments: readonly Moment[]
  /** Of triggers that fire oftener than anybody reads: the last moment that is told. */
  readonly cut: readonly Moment[]
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

export interface Moment {
  readonly at: Date
  /** The rule's id. */
  readonly rule: string
  readonly place: string
  /** The kind of the trigger: `time`. */
  readonly kind: string
}

type Planned = Pick<RuleSet, 'schedules' | 'rules' | 'calendar'> & Partial<Pick<RuleSet, 'playlists'>>

// A trigger that fires every minute would fill pages with what nobody reads.
const mostMoments = 100

/** The plan from today's midnight on, over so many days of the household's clocks; a pure function of its input. */
export function planOf(ruleSet: Planned, { now, days }: { readonly now: Date; readonly days: number }): Plan {
  const { zone } = ruleSet.calendar
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(zone).startOfDay()
  const from = new Date(today.epochMilliseconds)
  const until = new Date(today.add({ days }).startOfDay().epochMilliseconds)
  const span = { from, until, calendar: ruleSet.calendar }
  const starts = ruleSet.rules
    .filter(({ enabled }) => enabled)
    .flatMap((rule) => startsOf(rule, { ...span, from: now }))
  return {
    from,
    until,
    schedules: ruleSet.schedules.map((schedule) => ({
      stream: schedule.stream,
      place: schedule.place ?? null,
      stretches: stretchesOf(schedule, span, now),
    })),
    moments: inOrder(starts.flatMap(({ moments }) => moments)),
    cut: inOrder(starts.flatMap(({ cut }) => cut ?? [])),
    silent: [...(ruleSet.playlists?.values() ?? [])].flatMap(({ id, isSilent }) =>
      isSilent === true ? [id] : [],
    ),
    holidays: Array.from({ length: days }, (_, index) => today.toPlainDate().add({ days: index })).filter(
      (date) => ruleSet.calendar.isHoliday(date),
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

const weekMs = 7 * 86_400_000

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
  /** The last of them where there would be more. */
  readonly cut: Moment | null
}

/** By trigger. */
function startsOf({ id, place, when }: Rule, span: Span): Starts[] {
  return when.map(({ kind, definition, options }) => {
    const moments: Moment[] = []
    for (const at of definition.upcoming?.(options as never, span) ?? []) {
      if (at >= span.until) break
      if (moments.length === mostMoments) return { moments, cut: moments.at(-1) ?? null }
      moments.push({ at, rule: id, place, kind })
    }
    return { moments, cut: null }
  })
}
