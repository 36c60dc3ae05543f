import { weekdays } from '../../core/answer.ts'
import type { Slot } from '../rule-set.ts'
import { matchesWord } from '../time.ts'
import { crossesMidnight, minutesOf, type Window } from '../window.ts'

const dayMinutes = 24 * 60
const weekMinutes = 7 * dayMinutes
const nobody = -1

/** A stretch of the week that no slot covers. Minutes count from Monday 00:00; `end` may lie in the week after. */
export interface Gap {
  readonly start: number
  readonly end: number
}

/**
 * What slots make of an ordinary week, in which no clocks change: which of them holds when. Which days a day set or the
 * holidays are, and when the sun sets, differs from week to week: such a slot covers for certain only what it covers in
 * every week, and may cover all that it covers in any.
 */
export class Week {
  readonly #slots: readonly Slot[]
  /** Where a slot begins or ends; between two of them the same slot holds. */
  readonly #cuts: readonly number[]
  readonly #indexOfCut: ReadonlyMap<number, number>
  /** Whether some slot may ever hold from each cut on. */
  readonly #covered: Uint8Array
  /** The slot that holds from each cut on, by its place in the file. */
  readonly #holders: Int32Array
  /** From each stretch where to go on looking for a free one; itself while it is free. */
  readonly #onward: Int32Array
  /** Slots that never hold, in the file's order. */
  readonly shadowed: readonly Slot[]

  constructor(slots: readonly Slot[]) {
    this.#slots = slots
    const ends = slots
      .flatMap((slot) => [...windowsOf(slot, 'always'), ...windowsOf(slot, 'ever')])
      .flatMap(({ start, end }) => [start % weekMinutes, end % weekMinutes])
    this.#cuts = [...new Set(ends)].sort((one, other) => one - other)
    this.#indexOfCut = new Map(this.#cuts.map((cut, index) => [cut, index]))
    this.#holders = new Int32Array(this.#cuts.length).fill(nobody)
    this.#covered = new Uint8Array(this.#cuts.length)
    this.#onward = Int32Array.from({ length: this.#cuts.length + 1 }, (_, stretch) => stretch)
    this.shadowed = slots.filter((slot, index) => !this.#take(slot, index))
    this.#noteCovered()
  }

  /** The slots that hold in the time of one that never does, in the file's order. */
  coveringOf(slot: Slot): Slot[] {
    const holders = new Set<number>()
    for (const [first, last] of this.#stretchesOf(slot, 'ever'))
      for (const holder of this.#holders.subarray(first, last)) holders.add(holder)
    return [...holders].sort((one, other) => one - other).flatMap((holder) => this.#slots[holder] ?? [])
  }

  get gaps(): Gap[] {
    const count = this.#cuts.length
    // From a covered stretch on, so that the end of the week cuts no gap in two.
    const origin = this.#covered.indexOf(1)
    if (origin < 0) return [{ start: 0, end: weekMinutes }]
    const gaps: Gap[] = []
    let start: number | null = null
    for (let at = origin; at <= origin + count; at++) {
      const minute = (this.#cuts[at % count] ?? 0) + (at < count ? 0 : weekMinutes)
      if (this.#covered[at % count] === 0) start ??= minute
      else if (start !== null) {
        gaps.push(withinWeek(start, minute))
        start = null
      }
    }
    return gaps.sort((one, other) => one.start - other.start)
  }

  /**
   * Gives the slot all of the time it covers for certain that is free; whether any was free that it may ever cover. What
   * is taken is never looked at again.
   */
  #take(slot: Slot, index: number): boolean {
    const isHeard = this.#stretchesOf(slot, 'ever').some(([first, last]) => this.#freeFrom(first) < last)
    for (const [first, last] of this.#stretchesOf(slot, 'always'))
      for (let free = this.#freeFrom(first); free < last; free = this.#freeFrom(free)) {
        this.#holders[free] = index
        this.#onward[free] = free + 1
      }
    return isHeard
  }

  /** By counting where slots begin and end, so that many long ones take no longer. */
  #noteCovered(): void {
    const changes = new Int32Array(this.#cuts.length + 1)
    for (const slot of this.#slots)
      for (const [first, last] of this.#stretchesOf(slot, 'ever')) {
        changes[first] = (changes[first] ?? 0) + 1
        changes[last] = (changes[last] ?? 0) - 1
      }
    let holding = 0
    for (const [at, change] of changes.subarray(0, this.#cuts.length).entries()) {
      holding += change
      this.#covered[at] = holding > 0 ? 1 : 0
    }
  }

  #freeFrom(stretch: number): number {
    let at = stretch
    for (let next = this.#onward[at] ?? at; next !== at; next = this.#onward[at] ?? at) {
      this.#onward[at] = this.#onward[next] ?? next
      at = next
    }
    return at
  }

  /** From the first to before the last; what goes over the end of the week is two. */
  #stretchesOf(slot: Slot, how: Certainty): [first: number, last: number][] {
    return windowsOf(slot, how).flatMap(({ start, end }): [number, number][] => {
      const first = this.#indexOfCut.get(start % weekMinutes) ?? 0
      const last = this.#indexOfCut.get(end % weekMinutes) ?? 0
      if (first < last) return [[first, last]]
      return [
        [first, this.#cuts.length],
        [0, last],
      ]
    })
  }
}

/** `Tue-Thu 09:00-15:30`: gaps of the same hours in one. */
export function gapsInWords(gaps: readonly Gap[]): string[] {
  if (gaps.some(({ start, end }) => end - start === weekMinutes)) return ['the whole week']
  const byHours = new Map<string, number[]>()
  for (const { start, end } of gaps) {
    const day = Math.floor(start / dayMinutes)
    const isLong = end - start >= dayMinutes
    const until = isLong ? `${dayName(Math.floor(end / dayMinutes))} ` : ''
    const hours = `${clock(start)}-${until}${clock(end)}`
    byHours.set(hours, [...(byHours.get(hours) ?? []), day])
  }
  return [...byHours].map(([hours, days]) => `${daysInWords(days)} ${hours}`)
}

/** What a slot covers in every week, or what it may cover in one of them. */
type Certainty = 'always' | 'ever'

function windowsOf({ window, days }: Slot, how: Certainty): Gap[] {
  const minutes = minutesIn(window ?? ['00:00', '00:00'], how)
  if (minutes === null) return []
  const words = days === null ? ['daily'] : [days].flat()
  return weekdays.flatMap((weekday, day) => {
    const holds = words.some((word) => matchesWord(word, weekday) ?? how === 'ever')
    const start = day * dayMinutes + (minutes.from < 0 ? weekMinutes : 0)
    return holds ? [{ start: start + minutes.from, end: start + minutes.to }] : []
  })
}

/** From the midnight at which its day begins; null where none is certain. A time of the sun lies up to a day away from its date. */
function minutesIn(window: Window, how: Certainty): { readonly from: number; readonly to: number } | null {
  const [from, to] = window.map((time) => (typeof time === 'string' ? minutesOf(time) : null))
  if (how === 'always' && (from == null || to == null)) return null
  // The sun may set behind midnight.
  if (from == null || to == null)
    return { from: from ?? -dayMinutes, to: to === null ? 3 * dayMinutes : (to ?? 0) + dayMinutes }
  return { from, to: crossesMidnight(window) ? to + dayMinutes : to }
}

function withinWeek(start: number, end: number): Gap {
  const shift = start >= weekMinutes ? weekMinutes : 0
  return { start: start - shift, end: end - shift }
}

function clock(minute: number): string {
  const ofDay = minute % dayMinutes
  const two = (number: number) => String(number).padStart(2, '0')
  return `${two(Math.floor(ofDay / 60))}:${two(ofDay % 60)}`
}

/** `Tue, Thu-Sun`: three days and more in a row by the first and the last. */
function daysInWords(days: readonly number[]): string {
  if (days.length === weekdays.length) return 'every day'
  const runs: number[][] = []
  for (const day of days) {
    const run = runs.at(-1)
    if (run !== undefined && run.at(-1) === day - 1) run.push(day)
    else runs.push([day])
  }
  const words = runs.flatMap((run) => {
    const names = run.map(dayName)
    return run.length < 3 ? names : [`${names[0]}-${names.at(-1)}`]
  })
  return words.join(', ')
}

function dayName(day: number): string {
  const name = weekdays[day % 7] ?? ''
  return `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`
}
