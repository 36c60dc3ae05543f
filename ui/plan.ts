import { grouped } from './history.ts'
import type { Say } from './text.ts'

/** What schedules and clocks bring; times are ISO 8601 as the household's clocks show them: `2026-11-22T19:00:00+01:00`. */
export interface PlanView {
  /** IANA name of the household's time zone. */
  readonly zone: string
  readonly from: string
  readonly until: string
  readonly schedules: readonly {
    readonly stream: string
    readonly source: string | null
    readonly slots: readonly StretchView[]
  }[]
  readonly moments: readonly MomentView[]
  /** Triggers that fire too often to list each time. */
  readonly often: readonly RoundView[]
}

export interface RoundView extends Omit<MomentView, 'at'> {
  /** In English: "every minute". */
  readonly words: string
  readonly times: number
  /** It fires more often than that. */
  readonly more: boolean
}

/** A time in which a stream holds the same. */
export interface StretchView {
  /** May lie before the plan. */
  readonly from: string
  readonly until: string
  readonly slot: string | null
  readonly playlist: string | null
  readonly closed: boolean
  /** Whether the playlist brings nothing to hear now. */
  readonly silent?: boolean
  readonly if_pressed: string | null
  readonly now: boolean
}

export interface MomentView {
  readonly at: string
  readonly rule: string
  readonly trigger: string
  readonly source: string
}

const dayMs = 86_400_000

/** By day, `2026-11-22`; what began before the plan stands on its first day. */
export function stretchesByDay(slots: readonly StretchView[], { from }: Pick<PlanView, 'from'>) {
  const first = dateOf(from)
  return grouped(slots, (slot) => (dateOf(slot.from) < first ? first : dateOf(slot.from)))
}

export function momentsByDay(moments: readonly MomentView[]): Map<string, MomentView[]> {
  return grouped(moments, ({ at }) => dateOf(at))
}

/** "19:00–06:30", "all day", "until 06:30" for what began before the plan; with the day where it lasts longer than one. */
export function hoursText(
  slot: StretchView,
  { plan, say }: { plan: Pick<PlanView, 'from'>; say: Say },
): string {
  const lastsMs = wallMs(slot.until) - wallMs(slot.from)
  if (lastsMs === dayMs && slot.from.slice(11, 16) === '00:00') return say('rules.all-day')
  const isLong = wallMs(slot.until) - Math.max(wallMs(slot.from), wallMs(plan.from)) > dayMs
  const until = isLong
    ? wallText(slot.until, say, { weekday: 'short', day: 'numeric', month: 'short', ...hourAndMinute })
    : timeText(slot.until, say)
  if (wallMs(slot.from) < wallMs(plan.from)) return say('rules.until', { until })
  return say('rules.hours', { from: timeText(slot.from, say), until })
}

/** What the stream holds, in words. */
export function contentText({ playlist, silent, slot, if_pressed }: StretchView, say: Say): string {
  if (playlist !== null) return silent === true ? say('rules.silent', { playlist }) : playlist
  if (slot === null) return say('rules.closed-default')
  return if_pressed === null ? say('rules.closed') : say('rules.closed-pressed', { file: if_pressed })
}

/** "Today", or "Sunday, 22 November". */
export function dayText(date: string, { plan, say }: { plan: Pick<PlanView, 'from'>; say: Say }): string {
  const day = wallText(date, say, { weekday: 'long', day: 'numeric', month: 'long' })
  return date === dateOf(plan.from) ? say('rules.today', { day }) : day
}

export function timeText(iso: string, say: Say): string {
  return wallText(iso, say, hourAndMinute)
}

const hourAndMinute = { hour: '2-digit', minute: '2-digit' } as const

function dateOf(iso: string): string {
  return iso.slice(0, 10)
}

/** As if the wall's clock stood in UTC: the reader's own zone has no part in it. */
function wallMs(iso: string): number {
  return Date.parse(`${iso.length === 10 ? `${iso}T00:00:00` : iso.slice(0, 19)}Z`)
}

/** A time of the wall in that form; the reader’s own zone has no part in it. */
export function wallText(iso: string, say: Say, format: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(say.locale, { ...format, timeZone: 'UTC' }).format(wallMs(iso))
}
