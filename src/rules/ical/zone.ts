import { Temporal } from 'temporal-polyfill'
import { daysOf, type Recurrence } from './recurrence.ts'

/**
 * A zone's clocks in numbers: milliseconds since 1970, of instants and of what the clocks show (as if they stood in
 * UTC). A wall time that comes twice is its first, one that is left out lies behind the gap.
 */
export interface Zone {
  readonly name: string
  instantOf(wallMs: number): number
  wallOf(instantMs: number): number
}

const dayMs = 86_400_000

export const utc: Zone = { name: 'UTC', instantOf: (wall) => wall, wallOf: (instant) => instant }

/** A zone of the IANA database; null where there is none of that name. */
export function namedZone(name: string): Zone | null {
  if (!isKnown(name)) return null
  const offsetAt = (ms: number) =>
    Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(name).offsetNanoseconds / 1e6
  // Asking takes so long that it is done once a day of UTC, but on those on which the clocks change.
  const days = new Map<number, number | null>()
  const offset = (instantMs: number) => {
    const day = Math.floor(instantMs / dayMs)
    let known = days.get(day)
    if (known === undefined) {
      const begins = offsetAt(day * dayMs)
      known = begins === offsetAt((day + 1) * dayMs) ? begins : null
      days.set(day, known)
    }
    return known ?? offsetAt(instantMs)
  }
  return {
    name,
    wallOf: (instant) => instant + offset(instant),
    instantOf: (wall) => instantBy(offset, wall),
  }
}

function instantBy(offset: (instantMs: number) => number, wall: number): number {
  // The offsets around the wall time: one of them holds at it, or neither where clocks skip it.
  const before = offset(wall - dayMs)
  const after = offset(wall + dayMs)
  if (before === after) return wall - before
  const first = wall - Math.max(before, after)
  return offset(first) === Math.max(before, after) ? first : wall - before
}

function isKnown(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name)
    return true
  } catch {
    return false
  }
}

/** Since when clocks of a zone that a file describes are how far ahead of UTC. */
export interface Observance {
  /** The wall time of its first day, in the zone's clocks before it. */
  readonly startMs: number
  readonly rule: Recurrence | null
  readonly offsetBeforeMs: number
  readonly offsetMs: number
}

/** A zone as a file describes it, with VTIMEZONE. */
export function describedZone(name: string, observances: readonly Observance[]): Zone {
  const years = new Map<number, readonly Change[]>()
  const offset = (instantMs: number) => {
    const year = new Date(instantMs).getUTCFullYear()
    const changes = years.get(year) ?? changesAround(year, observances)
    years.set(year, changes)
    const last = changes.findLast((change) => change.atMs <= instantMs)
    return last?.offsetMs ?? changes[0]?.offsetBeforeMs ?? 0
  }
  return {
    name,
    wallOf: (instant) => instant + offset(instant),
    instantOf: (wall) => instantBy(offset, wall),
  }
}

interface Change {
  readonly atMs: number
  readonly offsetBeforeMs: number
  readonly offsetMs: number
}

/** Those of the year, and of each observance the last one in front of it. */
function changesAround(year: number, observances: readonly Observance[]): Change[] {
  const from = Math.floor(Date.UTC(year - 1, 0, 1) / dayMs)
  const to = Math.floor(Date.UTC(year + 1, 0, 2) / dayMs)
  return observances
    .flatMap(({ startMs, rule, offsetBeforeMs, offsetMs }) => {
      const first = Math.floor(startMs / dayMs)
      // A rule that has ended holds on until another observance begins.
      const since = Math.min(from, (rule?.until ?? from) - 366)
      const days = rule === null ? [] : daysOf(rule, first, { from: since, to })
      return [first, ...days].map((day) => ({
        atMs: day * dayMs + (startMs - first * dayMs) - offsetBeforeMs,
        offsetBeforeMs,
        offsetMs,
      }))
    })
    .sort((one, other) => one.atMs - other.atMs)
}
