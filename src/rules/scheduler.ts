import { type Clock, every } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import type { Effect, Perform } from '../core/effect.ts'
import { messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { World } from './plugin.ts'
import type { Schedule } from './rule-set.ts'
import { playlistIn, type SlotNow, slotAt } from './schedule.ts'
import { SlotEnds } from './slot-ends.ts'

interface SchedulerOptions {
  readonly world: World
  readonly perform: Perform
  /** By stream: the occurrence that was last put into effect, so that a restart does not undo what a rule did since. */
  readonly applied: Collection<string>
  readonly clock: Clock
  readonly log: Log
}

// Timers sleep with the machine and do not see its clock being set; a look every minute does.
const lookAgainMs = 60_000

/**
 * Keeps streams at what their schedules say. Evaluated at the start, at each boundary and every minute;
 * acts only when another occurrence has begun, so what a rule changed meanwhile holds until then.
 */
export class Scheduler {
  readonly #options: SchedulerOptions
  readonly #ends: SlotEnds
  #schedules: readonly Schedule[] = []
  #cancelLook: () => void = () => undefined
  #cancelBoundary: () => void = () => undefined
  #turn: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(options: SchedulerOptions) {
    this.#options = options
    this.#ends = new SlotEnds(() => options.world.calendar)
  }

  /** Takes the schedules in place of the earlier ones; resolves when the streams hold what is due now. */
  async start(schedules: readonly Schedule[]): Promise<void> {
    this.#disarm()
    this.#schedules = schedules
    this.#stopped = false
    this.#cancelLook = every(this.#options.clock, lookAgainMs, () => this.evaluate())
    await this.evaluate()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#disarm()
    this.#schedules = []
    await this.#turn
  }

  /** Puts into effect what is due by now. Two evaluations never overlap. */
  evaluate(): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      const { clock, world } = this.#options
      const now = clock.now()
      const due = this.#schedules.map((schedule) => ({
        schedule,
        slot: slotAt(schedule, now, world.calendar),
      }))
      for (const { schedule, slot } of due) await this.#apply(schedule, slot)
      if (!this.#stopped) this.#armBoundary(due.map(({ slot }) => slot.until))
    })
    // One evaluation that fails by a fault of ours must not be the last.
    this.#turn = this.#turn.catch((error) =>
      this.#options.log.error('schedules could not be evaluated', { error: messageOf(error) }),
    )
    return this.#turn
  }

  /**
   * When the schedules put something else into the stream than the playlist it holds at `now`, see `SlotEnds`; null
   * where none drives it, or none does so in the next days.
   */
  endsAt(stream: string, playlist: string | null, now: Date): Date | null {
    const ends = this.#schedules.flatMap((schedule) =>
      schedule.stream === stream ? (this.#ends.of(schedule, playlist, now) ?? []) : [],
    )
    return ends.length === 0 ? null : new Date(Math.min(...ends.map((end) => end.getTime())))
  }

  async #apply(schedule: Schedule, now: SlotNow): Promise<void> {
    const { applied, world, log } = this.#options
    try {
      // A stream that somebody deleted is made again: its card still asks for it.
      const stands = world.queue(schedule.stream) !== undefined
      if (stands && (await applied.get(schedule.stream)) === now.occurrence) return
      await this.#perform(schedule, now)
      await applied.set(schedule.stream, now.occurrence)
    } catch (error) {
      log.error(
        `the schedule of stream "${schedule.stream}" could not be put into effect; tried again in a minute`,
        {
          slot: now.slot?.id ?? 'default',
          error: messageOf(error),
        },
      )
    }
  }

  async #perform(schedule: Schedule, { slot }: SlotNow): Promise<void> {
    const { stream } = schedule
    const because = `schedule ${stream}, ${slot === null ? 'default' : `slot ${slot.id}`}`
    const playlist = playlistIn(schedule, { slot })
    const effect: Effect =
      playlist === null
        ? {
            kind: 'mutate-queue',
            stream,
            mutation: {
              op: 'replace',
              files: [],
              playlist: null,
              closed: true,
              if_pressed: slot?.ifPressed ?? null,
            },
          }
        : { kind: 'fill-queue', stream, how: 'replace', content: playlist, closed: false, orEmpty: true }
    await this.#options.perform(effect, because)
  }

  #armBoundary(boundaries: readonly Date[]): void {
    this.#cancelBoundary()
    if (boundaries.length === 0) return
    const next = new Date(Math.min(...boundaries.map((boundary) => boundary.getTime())))
    this.#cancelBoundary = this.#options.clock.at(next, () => this.evaluate())
  }

  #disarm(): void {
    this.#cancelLook()
    this.#cancelBoundary()
  }
}
