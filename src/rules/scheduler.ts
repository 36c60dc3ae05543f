import { type Clock, every } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import type { Effect, Perform } from '../core/effect.ts'
import { messageOf } from '../core/error.ts'
import { holdEndMs } from '../core/hold.ts'
import type { Log } from '../core/log.ts'
import type { Queue } from '../core/queue.ts'
import { AppliedSlots } from './applied-slots.ts'
import type { Calendar } from './calendar.ts'
import { carryOver } from './carry-over.ts'
import type { SlotHeld, World } from './plugin.ts'
import type { Schedule } from './rule-set.ts'
import { playlistIn, type SlotNow } from './schedule.ts'
import { slotEffect } from './slot-effect.ts'
import { SlotEnds } from './slot-ends.ts'
import { KnownSlots, nameOf, type SlotEvent } from './slot-events.ts'
import { SlotPositions, type StoredSlotPosition } from './slot-positions.ts'
import { changeOf, isAtItsEnd, longestQueueMs, resumes } from './slot-terms.ts'
import { verdictOn } from './slot-verdict.ts'
import { Standing } from './standing.ts'
import { ToldPlayers } from './told-players.ts'

/** What a schedule has just put into a stream. */
export interface Changed {
  readonly stream: string
  /** Null: it was closed. */
  readonly playlist: string | null
}

export interface SchedulerOptions {
  readonly world: World
  readonly perform: Perform
  /** By stream: the occurrence that was last put into effect, so that a restart does not undo what a rule did since. */
  readonly applied: Collection<string>
  /** Where the content of slots was left; absent: it begins anew each time. */
  readonly positions?: Collection<StoredSlotPosition>
  /** Whether somebody hears the stream item by item now, and so gets what is put into it behind the current item. */
  readonly isHeard?: (stream: string) => boolean
  /** What has players that play the stream hear at once what it is now. */
  readonly cutOver?: (changed: Changed) => readonly Effect[]
  /** Told of slots that have begun and ended. */
  readonly told?: (event: SlotEvent) => void
  readonly clock: Clock
  readonly log: Log
}

// Timers sleep with the machine and do not see its clock being set; a look every minute does.
const lookAgainMs = 60_000
// What could not be put into effect, or waits for a queue to end, is not looked at for each request.
const soonAgainMs = 5_000
// A player waits some seconds for audio before it gives up.
const longestWaitMs = 1_000

/**
 * Keeps streams at what their schedules say. Evaluated at the start, at each boundary, every minute, and when somebody
 * asks for a stream of which something else is due; acts only when another occurrence has begun, so what a rule changed
 * meanwhile holds until then, or as long as it was told to.
 */
export class Scheduler {
  readonly #options: SchedulerOptions
  readonly #ends: SlotEnds
  readonly #standing = new Standing()
  readonly #slots = new KnownSlots()
  readonly #positions: SlotPositions | null
  readonly #applied: AppliedSlots
  readonly #players: ToldPlayers
  /** The scheduled streams as they were last seen. */
  readonly #seen = new Map<string, Queue>()
  /** Since when slots wait for a queue to end, by stream, in milliseconds of the clock. */
  readonly #waiting = new Map<string, number>()
  /** By stream: the next moment at which something else may be due. */
  readonly #untilMs = new Map<string, number>()
  /** Streams that are being changed by their schedules. */
  readonly #changing = new Set<string>()
  #schedules: ReadonlyMap<string, Schedule> = new Map()
  #calendar: Calendar
  #cancelLook: () => void = () => undefined
  #cancelBoundary: () => void = () => undefined
  #turn: Promise<void> = Promise.resolve()
  /** The evaluation that has not begun yet: whoever asks for one meanwhile means the same. */
  #next: Promise<void> | null = null
  #stopped = false

  constructor(options: SchedulerOptions) {
    this.#options = options
    this.#applied = new AppliedSlots({ store: options.applied, told: (event) => options.told?.(event) })
    this.#players = new ToldPlayers(options)
    this.#calendar = options.world.calendar
    this.#ends = new SlotEnds(() => options.world.calendar)
    this.#positions = options.positions === undefined ? null : new SlotPositions(options.positions)
  }

  /**
   * Takes the schedules in place of the earlier ones; resolves when the streams hold what is due now. After the first
   * time, a stream whose schedule puts there what it put there before is left alone; one that it puts something
   * else into gets that at once, also where a rule has changed it since. `changed`: playlists that are not what they were.
   */
  async start(schedules: readonly Schedule[], changed: ReadonlySet<string> = new Set()): Promise<void> {
    this.#disarm()
    const earlier = { schedules: [...this.#schedules.values()], calendar: this.#calendar }
    this.#schedules = new Map(schedules.map((schedule) => [schedule.stream, schedule]))
    this.#calendar = this.#options.world.calendar
    this.#standing.clear()
    for (const schedule of schedules) this.#see(schedule.stream)
    this.#stopped = false
    this.#cancelLook = every(this.#options.clock, lookAgainMs, () => this.evaluate())
    this.#turn = this.#turn.then(() =>
      carryOver({ ...this.#options, earlier, schedules: this.#schedules, changed, applied: this.#applied }),
    )
    await this.evaluate()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#disarm()
    this.#schedules = new Map()
    await this.#turn
    await this.#players.settled()
  }

  /** Puts into effect what is due by now. Two evaluations never overlap. */
  evaluate(): Promise<void> {
    if (this.#next !== null) return this.#next
    const next = this.#turn
      .then(() => {
        this.#next = null
        return this.#evaluate()
      })
      // One evaluation that fails by a fault of ours must not be the last.
      .catch((error) =>
        this.#options.log.error('schedules could not be evaluated', { error: messageOf(error) }),
      )
    this.#next = next
    this.#turn = next
    return next
  }

  /**
   * Null where the stream holds what is due now, as nearly always. Else resolves when it does, or after a second with
   * what there is.
   */
  upToDate(stream: string): Promise<void> | null {
    const schedule = this.#schedules.get(stream)
    if (schedule === undefined) return null
    const { clock, world } = this.#options
    const nowMs = clock.now().getTime()
    const isThere = world.queue(stream) !== undefined
    if (isThere && this.#standing.holds(schedule, { nowMs, calendar: world.calendar })) return null
    return atMost(clock, longestWaitMs, this.evaluate())
  }

  /**
   * When the schedules put something else into the stream than it holds at `now`, see `SlotEnds`; null where none
   * drives it, or none does so in the next days.
   */
  endsAt({ name, playlist, held = null }: Ending, now: Date): Date | null {
    const schedule = this.#schedules.get(name)
    if (schedule === undefined) return null
    const slotEnd = held?.over_slots === true ? null : this.#ends.of(schedule, playlist, now)
    const endMs = Math.min(slotEnd?.getTime() ?? Number.POSITIVE_INFINITY, holdEndMs(held))
    return Number.isFinite(endMs) ? new Date(endMs) : null
  }

  /** To be told of each change of a queue, and of streams that are gone. */
  queueChanged(stream: string): void {
    const schedule = this.#schedules.get(stream)
    if (schedule === undefined) return
    const before = this.#seen.get(stream)
    const queue = this.#see(stream)
    if (queue === undefined) {
      this.#standing.forget(schedule)
      return
    }
    if (before !== undefined && !this.#changing.has(stream)) void this.#keepIfLeft(schedule, before, queue)
    if (before?.held === queue.held && !this.#waiting.has(stream)) return
    this.#standing.forget(schedule)
    void this.evaluate()
  }

  #see(stream: string): Queue | undefined {
    const queue = this.#options.world.queue(stream)
    if (queue === undefined) this.#seen.delete(stream)
    else this.#seen.set(stream, queue)
    return queue
  }

  async #evaluate(): Promise<void> {
    await Promise.all([...this.#schedules.values()].map((schedule) => this.#look(schedule)))
    if (!this.#stopped) this.#armBoundary()
  }

  async #look(schedule: Schedule): Promise<void> {
    const { clock, world } = this.#options
    const now = clock.now()
    const slot = this.#slotNow(schedule)
    const isDone = await this.#apply(schedule, slot)
    const fromMs = now.getTime()
    // Read anew: it may have been changed just now.
    const heldMs = holdEndMs(world.queue(schedule.stream)?.held ?? null)
    const untilMs = Math.min(slot.until.getTime(), heldMs > fromMs ? heldMs : Number.POSITIVE_INFINITY)
    this.#untilMs.set(schedule.stream, untilMs)
    const standsMs = isDone ? untilMs : Math.min(untilMs, fromMs + soonAgainMs)
    this.#standing.note(schedule, { calendar: world.calendar, fromMs, untilMs: standsMs })
  }

  /** The slots that hold now, by stream. */
  slots(): SlotHeld[] {
    return [...this.#schedules.values()].map((schedule) => ({
      stream: schedule.stream,
      slot: nameOf(this.#slotNow(schedule).slot),
    }))
  }

  /** How loud players of the stream may be in the slot that holds now; null: it does not say. */
  volumeLimit(stream: string): number | null {
    const schedule = this.#schedules.get(stream)
    return schedule === undefined ? null : (this.#slotNow(schedule).slot?.volumeLimit ?? null)
  }

  #slotNow(schedule: Schedule): SlotNow {
    const { clock, world } = this.#options
    return this.#slots.at(schedule, clock.now(), world.calendar)
  }

  /** Whether the stream holds what is due; false: it is to be tried again. */
  async #apply(schedule: Schedule, now: SlotNow): Promise<boolean> {
    const { world, log, clock } = this.#options
    const { stream } = schedule
    try {
      const applied = await this.#applied.of(stream)
      const queue = world.queue(stream)
      const nowMs = clock.now().getTime()
      const { occurrence } = now
      // A stream that somebody deleted is made again: its card still asks for it.
      const verdict =
        queue === undefined
          ? ({ do: 'apply' } as const)
          : verdictOn({ applied, occurrence, held: queue.held, nowMs })
      if (verdict.do === 'note') await this.#applied.note(schedule, verdict.applied)
      const isWaiting = verdict.do === 'apply' && queue !== undefined && this.#mustWait(schedule, now, queue)
      if (isWaiting) return false
      this.#waiting.delete(stream)
      if (verdict.do === 'apply') await this.#change(schedule, now, applied)
      return true
    } catch (error) {
      log.error(
        `the schedule of stream "${stream}" could not be put into effect; tried again within a minute`,
        {
          slot: now.slot?.id ?? 'default',
          error: messageOf(error),
        },
      )
      return false
    }
  }

  /** Whether the slot comes only when the queue that somebody hears has ended. */
  #mustWait(schedule: Schedule, { slot }: SlotNow, queue: Queue): boolean {
    const { clock, isHeard = () => false } = this.#options
    const { stream } = schedule
    if (changeOf(schedule, slot) !== 'after_queue' || isAtItsEnd(queue) || !isHeard(stream)) return false
    const nowMs = clock.now().getTime()
    const sinceMs = this.#waiting.get(stream) ?? nowMs
    this.#waiting.set(stream, sinceMs)
    return nowMs - sinceMs < longestQueueMs
  }

  /** The place is stored before the queue is another, and that before it is noted: whatever of it a crash leaves is done again. */
  async #change(schedule: Schedule, now: SlotNow, applied: string | undefined): Promise<void> {
    const { world, perform, cutOver = () => [] } = this.#options
    const { stream } = schedule
    const because = `schedule ${stream}, ${now.slot === null ? 'default' : `slot ${now.slot.id}`}`
    const before = world.queue(stream)
    this.#changing.add(stream)
    try {
      if (before !== undefined) await this.#positions?.keepOf(schedule, before, applied)
      const isResumed = resumes(schedule, now.slot)
      const resume = isResumed ? await this.#positions?.of(schedule, now.slot) : null
      await perform(slotEffect(schedule, now, resume ?? null), because)
    } finally {
      this.#changing.delete(stream)
    }
    await this.#applied.note(schedule, now.occurrence)
    const after = world.queue(stream)
    const isOther = before !== undefined && before.items !== after?.items && before.items.length > 0
    if (!isOther || changeOf(schedule, now.slot) !== 'now') return
    for (const effect of cutOver({ stream, playlist: playlistIn(schedule, now) }))
      this.#players.tell(effect, because)
  }

  /** Somebody else has put other things there: the slot may come back, or come again tomorrow. */
  async #keepIfLeft(schedule: Schedule, before: Queue, queue: Queue): Promise<void> {
    const isLeft =
      before.playlist !== queue.playlist || before.items.every(({ id }) => id !== queue.items[0]?.id)
    if (!isLeft) return
    try {
      await this.#positions?.keepOf(schedule, before, await this.#applied.of(schedule.stream))
    } catch (error) {
      this.#options.log.warn('where a slot was left could not be stored; it begins anew the next time', {
        stream: schedule.stream,
        error: messageOf(error),
      })
    }
  }

  #armBoundary(): void {
    this.#cancelBoundary()
    const untils = [...this.#schedules.keys()].flatMap((stream) => this.#untilMs.get(stream) ?? [])
    if (untils.length === 0) return
    this.#cancelBoundary = this.#options.clock.at(new Date(Math.min(...untils)), () => this.evaluate())
  }

  #disarm(): void {
    this.#cancelLook()
    this.#cancelBoundary()
  }
}

type Ending = Pick<Queue, 'name' | 'playlist'> & Partial<Pick<Queue, 'held'>>

function atMost(clock: Clock, ms: number, work: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.at(new Date(clock.now().getTime() + ms), resolve)
    void work.finally(() => {
      cancel()
      resolve()
    })
  })
}
