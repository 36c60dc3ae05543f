import { dateAt, localDay } from './local-day.ts'
import type { MomentWish } from './wish.ts'

/** A moment with the date that it belongs to, "YYYY-MM-DD". */
export interface PlannedMoment {
  readonly date: string
  readonly label: string
  readonly at: Date
}

/** A moment that the date does not have. */
export interface Absence {
  readonly date: string
  readonly label: string
  readonly why: string
  /** The first instant of the date. */
  readonly start: Date
}

interface Span {
  /** Not within the span itself. */
  readonly after: Date
  /** Within the span. */
  readonly until: Date
  /** IANA name. */
  readonly zone: string
}

export interface Plan {
  /** In order. */
  readonly moments: readonly PlannedMoment[]
  /** What the dates of the span do not have. */
  readonly absences: readonly Absence[]
}

/** The moments within the span. A pure function: of what has come already it knows nothing. */
export function momentsBetween(wish: Pick<MomentWish, 'on'>, { after, until, zone }: Span): Plan {
  const moments: PlannedMoment[] = []
  const absences: Absence[] = []
  const first = dateAt(after, zone).subtract({ days: 1 })
  const last = dateAt(until, zone).add({ days: 1 })
  const dates = first.until(last).days
  for (let days = 0; days <= dates; days++) {
    const day = localDay(first.add({ days }), zone)
    if (day === null) continue
    const date = day.date.toString()
    for (const { label, at, why = '' } of wish.on(day, { after, until }))
      if (at === null) {
        if (after < day.end && day.start <= until) absences.push({ date, label, why, start: day.start })
      } else if (after < at && at <= until) moments.push({ date, label, at })
  }
  return { moments: moments.sort((one, other) => one.at.getTime() - other.at.getTime()), absences }
}

/** The first moment after `after` within so many days; null where there is none. */
export function nextMoment(
  wish: Pick<MomentWish, 'on'>,
  { after, zone, days = 366 }: { readonly after: Date; readonly zone: string; readonly days?: number },
): PlannedMoment | null {
  for (let day = 0; day < days; day++) {
    const from = new Date(after.getTime() + day * 86_400_000)
    const until = new Date(from.getTime() + 86_400_000)
    const [next] = momentsBetween(wish, { after: from, until, zone }).moments
    if (next !== undefined) return next
  }
  return null
}
