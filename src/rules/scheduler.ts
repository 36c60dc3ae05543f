import { type Clock, every } from '../core/clock.ts'
import { messageOf } from '../core/error.ts'
import { holdEndMs } from '../core/hold.ts'
import type { Queue } from '../core/queue.ts'
import type { Calendar } from './calendar.ts'
import { carryOver } from './carry-over.ts'
import type { SlotHeld } from './plugin.ts'
import type { Schedule } from './rule-set.ts'
import type { SlotNow } from './schedule.ts'
import { ScheduledStreams, type ScheduledStreamsOptions } from './scheduled-streams.ts'
import { SlotEnds } from './slot-ends.ts'
import { KnownSlots, nameOf } from './slot-events.ts'
import { Standing } from './standing.ts'

// Timers sleep with the machine and do not see its clock being set; a look every minute does.
const lookAgainMs = 60_000
// What could not be put into effect, or waits for a queue to end, is not looked at for each request.
const soonAgainMs = 5_000
// A player waits some seconds for audio before it gives up.
const longestWaitMs = 1_000
// What takes longer, such as a playlist that others are asked for, is not waited for with the other streams.
const longestTurnMs = 1_000

/**
 * Keeps streams at what their schedules say: knows what is due, and when to look. Evaluated at the start, at each
 * boundary, every minute, and when somebody asks for a stream of which something else is due.
 */
export class Scheduler {
  readonly #options: ScheduledStreamsOptions
  readonly #streams: ScheduledStreams
  readonly #ends: SlotEnds
  readonly #standing = new Standing()
  readonly #slots = new KnownSlots()
  /** By stream: the next moment at which something else may be due. */
  readonly #untilMs = new Map<string, number>()
  /** By stream: what is being put into it. */
  readonly #underWay = new Map<string, Promise<void>>()
  #schedules: ReadonlyMap<string, Schedule> = new Map()
  #calendar: Calendar
  #cancelLook: () => void = () => undefined
  #cancelBoundary: () => void = () => undefined
  #turn: Promise<void> = Promise.resolve()
  /** The evaluation that has not begun yet: whoever asks for one meanwhile means the same. */
  #next: Promise<void> | null = null
  #stopped = false

  constructor(options: ScheduledStreamsOptions) {
    this.#options = options
    this.#streams = new ScheduledStreams(options)
    this.#calendar = options.world.calendar
    this.#ends = new SlotEnds(() => options.world.calendar)
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
    for (const schedule of schedules) this.#streams.see(schedule.stream)
    this.#stopped = false
    this.#cancelLook = every(this.#options.clock, lookAgainMs, () => this.evaluate())
    const { applied } = this.#streams
    this.#turn = this.#turn.then(async () => {
      // What the earlier ones still put there would be taken for what these have put.
      await Promise.all(this.#underWay.values())
      await carryOver({ ...this.#options, earlier, schedules: this.#schedules, changed, applied })
    })
    await this.evaluate()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#disarm()
    this.#schedules = new Map()
    await this.#turn
    await Promise.all(this.#underWay.values())
    await this.#streams.settled()
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
    const outcome = this.#streams.changed(schedule)
    if (outcome === 'stands') return
    this.#standing.forget(schedule)
    if (outcome === 'open') void this.evaluate()
  }

  async #evaluate(): Promise<void> {
    await Promise.all([...this.#schedules.values()].map((schedule) => this.#look(schedule)))
    if (!this.#stopped) this.#armBoundary()
  }

  /** Resolves when the stream holds what is due, or after a second: then the rest is done by itself. */
  async #look(schedule: Schedule): Promise<void> {
    const { clock, log } = this.#options
    const { stream } = schedule
    if (this.#underWay.has(stream)) return
    let isLate = false
    const putting = this.#put(schedule)
      // One that fails by a fault of ours must not keep the others.
      .catch((error) => log.error('a schedule could not be evaluated', { stream, error: messageOf(error) }))
      .finally(() => {
        this.#underWay.delete(stream)
        if (isLate && !this.#stopped) this.#goOn(schedule)
      })
    this.#underWay.set(stream, putting)
    await atMost(clock, longestTurnMs, putting)
    isLate = this.#underWay.has(stream)
    // There is no telling when something else is due before it has ended.
    if (isLate) this.#untilMs.delete(stream)
  }

  /** What took long is done. */
  #goOn(schedule: Schedule): void {
    if (this.#schedules.get(schedule.stream) === schedule) this.#armBoundary()
    else void this.evaluate()
  }

  async #put(schedule: Schedule): Promise<void> {
    const { clock, world } = this.#options
    const now = clock.now()
    const slot = this.#slotNow(schedule)
    const isDone = await this.#streams.put(schedule, slot)
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
