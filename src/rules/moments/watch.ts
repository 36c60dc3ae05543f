import type { KeptMoments } from './kept-moments.ts'
import { type Absence, momentsBetween, type PlannedMoment } from './next-moment.ts'
import type { CameMoment, MomentWish } from './wish.ts'

export interface WatchInput {
  readonly rule: string
  /** Aborted when the rule is taken out. */
  readonly signal: AbortSignal
  readonly wish: MomentWish
  readonly receive: (moment: CameMoment) => void
}

interface Around {
  readonly kept: KeptMoments
  /** IANA name. */
  readonly zone: string
}

/** So late a moment is still on time: the next look found it. */
export const toleranceMs = 90_000
const dayMs = 86_400_000
// What was missed longer ago than that nobody asks for.
const lookBackMs = dayMs
const lookAheadMs = dayMs
// Of what comes again and again, the next is nearly always within that.
const soonMs = 2 * 3_600_000
// Enough for an hour and more of moments a minute apart.
const mostAhead = 100

/** One wish of a rule, with the moments that it waits for. */
export class Watch {
  readonly input: WatchInput
  #ahead: readonly PlannedMoment[] = []
  #position = 0
  /** Where the plan ends, in ms; what comes behind it has to be looked up. */
  #plannedUntil = Number.NEGATIVE_INFINITY

  constructor(input: WatchInput) {
    this.input = input
  }

  /** The rule with the wish. */
  get key(): string {
    return `${this.input.rule} ${this.input.wish.name}`
  }

  get isOver(): boolean {
    return this.input.signal.aborted
  }

  /** When to look at it again, in ms: never after its next moment. */
  get nextMs(): number {
    return this.#ahead[this.#position]?.at.getTime() ?? this.#plannedUntil
  }

  /** What comes is looked up afresh at the next look. */
  forgetPlan(): void {
    this.#ahead = []
    this.#position = 0
    this.#plannedUntil = Number.NEGATIVE_INFINITY
  }

  /** Looks up afresh what has come since the wish stands and is not done with, and what comes next. Says what there is not. */
  plan(now: Date, { kept, zone }: Around): readonly Absence[] {
    const { wish } = this.input
    if (wish.isQuiet === true && wish.ifMissedMs === 0) return this.#planSoon(now, { kept, zone })
    return this.#planWithin({ back: lookBackMs, ahead: lookAheadMs }, now, { kept, zone })
  }

  /** What nobody misses is not looked for in the past, and of what comes every minute not a whole day is looked up. */
  #planSoon(now: Date, around: Around): readonly Absence[] {
    const said = this.#planWithin({ back: 2 * toleranceMs, ahead: soonMs }, now, around)
    if (this.#ahead.length > 0) return said
    return this.#planWithin({ back: 2 * toleranceMs, ahead: lookAheadMs }, now, around)
  }

  #planWithin(
    look: { readonly back: number; readonly ahead: number },
    now: Date,
    { kept, zone }: Around,
  ): readonly Absence[] {
    const { rule, wish } = this.input
    const since = kept.armedSince(this.key) ?? now
    const after = new Date(Math.max(now.getTime() - look.back, Math.min(since.getTime(), now.getTime())))
    const until = new Date(now.getTime() + look.ahead)
    const { moments, absences } = momentsBetween(wish, { after, until, zone })
    // One that was missed by a clock set forward comes after all once that is put right.
    const isOpen = (moment: PlannedMoment) => {
      const outcome = kept.outcomeOf(rule, moment)
      return outcome === null || (outcome === 'missed' && !this.isTooLate(moment, now))
    }
    const come = moments.filter(({ at }) => at <= now)
    const tooLate = come.findLastIndex((moment) => this.isTooLate(moment, now))
    // Those before one that it was done with were missed together with it; of several the last one tells of all.
    const begin = Math.max(come.findLastIndex((moment) => !isOpen(moment)) + 1, tooLate, 0)
    const open = moments.slice(begin).filter(isOpen)
    this.#ahead = open.slice(0, mostAhead)
    this.#position = 0
    const last = this.#ahead.at(-1)
    this.#plannedUntil = open.length > mostAhead && last !== undefined ? last.at.getTime() : until.getTime()
    return absences.filter((absence) => absence.start <= now && kept.outcomeOf(rule, absence) === null)
  }

  /** Whether it is over for a moment that nobody has heard of yet. */
  isTooLate({ at }: PlannedMoment, now: Date): boolean {
    return now.getTime() - at.getTime() > Math.max(toleranceMs, this.input.wish.ifMissedMs)
  }

  /** Takes what has come by now out of the plan. */
  take(now: Date): readonly PlannedMoment[] {
    const from = this.#position
    while (isAtMost(this.#ahead[this.#position], now)) this.#position += 1
    return this.#ahead.slice(from, this.#position)
  }

  /** Whether the plan has come to its end. */
  needsPlan(now: Date): boolean {
    return this.#position >= this.#ahead.length && this.#plannedUntil <= now.getTime()
  }
}

function isAtMost(moment: PlannedMoment | undefined, now: Date): boolean {
  return moment !== undefined && moment.at <= now
}
