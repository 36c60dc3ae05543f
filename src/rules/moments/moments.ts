import { Temporal } from 'temporal-polyfill'
import type { Clock } from '../../core/clock.ts'
import type { Collection } from '../../core/collection.ts'
import { messageOf } from '../../core/error.ts'
import type { Log } from '../../core/log.ts'
import type { Calendar } from '../calendar.ts'
import { dailyWishes } from './daily.ts'
import { KeptMoments, type KeptRecord } from './kept-moments.ts'
import { clockAt } from './local-day.ts'
import type { Absence, PlannedMoment } from './next-moment.ts'
import { toleranceMs, Watch, type WatchInput } from './watch.ts'
import type { TriggerMoments } from './wish.ts'
import { lengthInWords } from './wording.ts'

interface MomentsOptions {
  readonly world: { readonly calendar: Calendar }
  /** Which moments have come, so that none comes twice. */
  readonly kept: Collection<KeptRecord>
  /**
   * Takes what is to be stored there together with what is told next, so that no crash comes between. Without it that a
   * moment has come is kept before anybody is told, and a crash in between loses it: better than a second time.
   */
  readonly due?: (rows: readonly [key: string, record: KeptRecord][]) => void
  readonly clock: Pick<Clock, 'now' | 'at'>
  readonly log: Log
}

// Timers sleep with the machine and do not see its clock being set; a look every minute does.
const lookAgainMs = 60_000
// More than a look that was late on a busy machine.
const jumpMs = 300_000
// A plan takes up to a tenth of a millisecond; a thousand rules that come together are planned in several looks.
const mostPlans = 100
// A clock that has just been set may be set again.
const steadyMs = 3_600_000

interface Due {
  readonly watch: Watch
  readonly moment: PlannedMoment
  readonly lateMs: number
}

/**
 * Tells triggers of the moments they wait for: of each once per rule and date, through restarts, sleep, changes of the
 * clocks and a clock that is set. One timer serves them all.
 */
export class Moments {
  readonly #options: MomentsOptions
  readonly #kept: KeptMoments
  readonly #watches = new Map<string, Watch>()
  #startedAt: Date | null = null
  #lookedAt = new Date(0)
  #steadySince = new Date(0)
  #isAsked = false
  /** What came while not all of them were planned: it is told with the rest, in order. */
  #due: readonly Due[] = []
  #cancelLook: () => void = () => undefined
  #turn: Promise<void> = Promise.resolve()

  constructor(options: MomentsOptions) {
    this.#options = options
    this.#kept = new KeptMoments(options.kept)
  }

  /** Resolves when it is known what has come already. What was wished for before is looked at from now on. */
  async start(): Promise<void> {
    await this.#kept.load()
    const now = this.#options.clock.now()
    this.#startedAt = now
    this.#lookedAt = now
    this.#steadySince = now
    if (this.#watches.size > 0) this.#lookSoon()
  }

  /** Looks no more; resolves when everybody has been told of what had come. */
  async stop(): Promise<void> {
    this.#startedAt = null
    this.#cancelLook()
    this.#tellDue()
    await this.#turn
  }

  /** The moments of one rule; they end with the signal. */
  of(rule: string, signal: AbortSignal): TriggerMoments {
    const dated: TriggerMoments['dated'] = (wish, receive) => this.#add({ rule, signal, wish, receive })
    return {
      dated,
      daily: (daily, receive) => {
        for (const wish of dailyWishes(daily, () => this.#options.world.calendar)) dated(wish, receive)
      },
    }
  }

  #add(input: WatchInput): void {
    const watch = new Watch(input)
    this.#watches.set(watch.key, watch)
    if (this.#startedAt !== null) this.#lookSoon()
  }

  /** Rules come by the hundred; they are looked at together, when those that were taken out are known. */
  #lookSoon(): void {
    if (this.#isAsked) return
    this.#isAsked = true
    queueMicrotask(() => {
      this.#isAsked = false
      this.#look()
    })
  }

  #look(): void {
    if (this.#startedAt === null) return
    const now = this.#options.clock.now()
    this.#heedJumps(now)
    this.#armNew(now)
    const budget = { plans: mostPlans }
    const due = [...this.#watches.values()].flatMap((watch) => this.#dueOf(watch, { now, budget }))
    this.#due = [...this.#due, ...due]
    // Those that have no plan yet have the timer ring at once.
    if (budget.plans >= 0) this.#tellDue(now)
    this.#armTimer(now)
  }

  #tellDue(now = this.#options.clock.now()): void {
    if (now.getTime() - this.#steadySince.getTime() >= steadyMs) this.#kept.prune(now)
    const told = this.#due.toSorted((one, other) => one.moment.at.getTime() - other.moment.at.getTime())
    this.#due = []
    if (told.length > 0 || this.#kept.hasUnsaved) this.#turn = this.#turn.then(() => this.#tell(told))
  }

  /** A clock that was set back brings times again that had not come yet when it was ahead. */
  #heedJumps(now: Date): void {
    const passedMs = now.getTime() - this.#lookedAt.getTime()
    this.#lookedAt = now
    if (passedMs < 0 || passedMs > jumpMs) this.#steadySince = now
    if (passedMs >= 0) return
    const since = new Date(now.getTime() - toleranceMs)
    for (const { key } of this.#watches.values()) {
      const armed = this.#kept.armedSince(key)
      if (armed !== undefined && armed > since) this.#kept.arm(key, since)
    }
    for (const watch of this.#watches.values()) watch.forgetPlan()
  }

  #armNew(now: Date): void {
    for (const [key, watch] of this.#watches) {
      if (watch.isOver) this.#watches.delete(key)
      else if (this.#kept.armedSince(key) === undefined) this.#kept.arm(key, now)
    }
    this.#kept.keepArmed(this.#watches)
  }

  /** What has come and is to be heard of; what is too late is said. */
  #dueOf(watch: Watch, { now, budget }: { readonly now: Date; readonly budget: { plans: number } }): Due[] {
    const due: Due[] = []
    const take = () => {
      const { rule } = watch.input
      const open = watch.take(now).filter((moment) => this.#kept.outcomeOf(rule, moment) !== 'came')
      const missed = open.findLast((moment) => watch.isTooLate(moment, now))
      if (missed !== undefined && this.#kept.outcomeOf(rule, missed) === null)
        this.#miss({ watch, moment: missed, lateMs: msBetween(missed.at, now) }, now)
      for (const moment of open) {
        if (watch.isTooLate(moment, now)) continue
        this.#kept.finish(rule, moment, 'came', now)
        due.push({ watch, moment, lateMs: msBetween(moment.at, now) })
      }
    }
    take()
    if (!watch.needsPlan(now)) return due
    budget.plans -= 1
    if (budget.plans >= 0) {
      this.#plan(watch, now)
      take()
    }
    return due
  }

  #plan(watch: Watch, now: Date): void {
    const { world, log } = this.#options
    const { rule } = watch.input
    const say = ({ date, label, why }: Absence) =>
      log.info(`rule "${rule}" does not run for ${label} on ${date}: ${why}`)
    for (const absence of watch.plan(now, { kept: this.#kept, zone: world.calendar.zone })) {
      this.#kept.finish(rule, absence, 'missed', now)
      say(absence)
    }
  }

  #miss(missed: Due, now: Date): void {
    const { rule, wish } = missed.watch.input
    this.#kept.finish(rule, missed.moment, 'missed', now)
    if (wish.isQuiet === true) return
    const { label, date } = missed.moment
    this.#options.log.info(
      `rule "${rule}" did not run: ${label} on ${date} was missed by ${lengthInWords(missed.lateMs)}, ${this.#why(missed)}`,
      { if_missed: wish.ifMissedMs === 0 ? 'skip' : lengthInWords(wish.ifMissedMs) },
    )
  }

  #why({ moment }: Due): string {
    const wasOff = this.#startedAt !== null && moment.at <= this.#startedAt
    return wasOff
      ? 'as the product was not running'
      : 'as the machine slept, or its clock was set forward or the product was held up'
  }

  async #tell(due: readonly Due[]): Promise<void> {
    const { due: dueRows } = this.#options
    if (dueRows === undefined) await this.#save()
    else dueRows(this.#kept.take())
    this.#receive(due)
    // What is to be deleted is left.
    if (this.#kept.hasUnsaved) await this.#save()
  }

  #save(): Promise<void> {
    const { log } = this.#options
    // In memory it is known already, so it comes once unless the product starts again.
    return this.#kept.save().catch((error) =>
      log.error('that moments have come could not be kept; after a restart they may come again', {
        error: messageOf(error),
      }),
    )
  }

  #receive(due: readonly Due[]): void {
    const { log, world } = this.#options
    for (const one of due) {
      const { date, label, at } = one.moment
      if (one.lateMs > toleranceMs)
        log.info(`rule "${one.watch.input.rule}": ${label} on ${date} is made up for, ${this.#why(one)}`)
      // A rule that was read again meanwhile has taken its place.
      const { input, isOver } = this.#watches.get(one.watch.key) ?? one.watch
      if (isOver) continue
      try {
        input.receive({
          date: Temporal.PlainDate.from(date),
          label,
          at,
          time: clockAt(at, world.calendar.zone),
          lateMs: one.lateMs,
        })
      } catch (error) {
        log.error('a trigger failed on a moment; the others go on', {
          rule: input.rule,
          error: messageOf(error),
        })
      }
    }
  }

  #armTimer(now: Date): void {
    this.#cancelLook()
    let next = now.getTime() + lookAgainMs
    for (const { nextMs } of this.#watches.values()) next = Math.min(next, nextMs)
    // A moment that came during this look is not waited for, but does not starve the others either.
    this.#cancelLook = this.#options.clock.at(new Date(Math.max(next, now.getTime())), () => this.#look())
  }
}

function msBetween(from: Date, to: Date): number {
  return to.getTime() - from.getTime()
}
