import type { Clock } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import type { Effect, Perform } from '../core/effect.ts'
import { messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { Queue } from '../core/queue.ts'
import { AppliedSlots } from './applied-slots.ts'
import type { World } from './plugin.ts'
import type { Schedule } from './rule-set.ts'
import { playlistIn, type SlotNow } from './schedule.ts'
import { slotEffect } from './slot-effect.ts'
import type { SlotEvent } from './slot-events.ts'
import { SlotPositions, type StoredSlotPosition } from './slot-positions.ts'
import { changeOf, isAtItsEnd, longestQueueMs, resumes } from './slot-terms.ts'
import { verdictOn } from './slot-verdict.ts'
import { ToldPlayers } from './told-players.ts'

/** What a schedule has just put into a stream. */
export interface Changed {
  readonly stream: string
  /** Null: it was closed. */
  readonly playlist: string | null
}

export interface ScheduledStreamsOptions {
  readonly world: World
  readonly perform: Perform
  /** By stream: the occurrence that was last put into effect, so that a restart does not undo what a rule did since. */
  readonly applied: Collection<string | null>
  /** Takes what is to be stored there together with what `told` brings about; absent: it is stored at once. */
  readonly appliedDue?: (stream: string, applied: string | null) => void
  /** Where the content of slots was left; absent: it starts over each time. */
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

/**
 * The streams that schedules drive: puts into them what is due. Acts only when another occurrence has begun, so what a
 * rule changed meanwhile holds until then, or as long as it was told to; where a slot's content is left, its place is kept.
 */
export class ScheduledStreams {
  /** What was last put into effect. */
  readonly applied: AppliedSlots
  readonly #options: ScheduledStreamsOptions
  readonly #positions: SlotPositions | null
  readonly #players: ToldPlayers
  /** The streams as they were last seen. */
  readonly #seen = new Map<string, Queue>()
  /** Since when slots wait for a queue to end, by stream, in milliseconds of the clock. */
  readonly #waiting = new Map<string, number>()
  /** Streams that are being changed by their schedules. */
  readonly #changing = new Set<string>()

  constructor(options: ScheduledStreamsOptions) {
    this.#options = options
    this.applied = new AppliedSlots({
      store: options.applied,
      due: options.appliedDue,
      told: (event) => options.told?.(event),
    })
    this.#players = new ToldPlayers(options)
    this.#positions = options.positions === undefined ? null : new SlotPositions(options.positions)
  }

  /** What the stream holds from now on is what it is compared with at its next change. */
  see(stream: string): Queue | undefined {
    const queue = this.#options.world.queue(stream)
    if (queue === undefined) this.#seen.delete(stream)
    else this.#seen.set(stream, queue)
    return queue
  }

  /**
   * To be told of each change of its queue, and when it is gone; keeps the place of what was left. `stands`: nothing else
   * is due because of it; `open`: something may be.
   */
  changed(schedule: Schedule): 'gone' | 'stands' | 'open' {
    const { stream } = schedule
    const before = this.#seen.get(stream)
    const queue = this.see(stream)
    if (queue === undefined) return 'gone'
    if (before !== undefined && !this.#changing.has(stream)) void this.#keepIfLeft(schedule, before, queue)
    return before?.held === queue.held && !this.#waiting.has(stream) ? 'stands' : 'open'
  }

  /** Puts what is due into the stream. Whether the stream holds it then; false: it is to be tried again. Throws nothing. */
  async put(schedule: Schedule, now: SlotNow): Promise<boolean> {
    const { world, log, clock } = this.#options
    const { stream } = schedule
    try {
      const applied = await this.applied.of(stream)
      const queue = world.queue(stream)
      const nowMs = clock.now().getTime()
      const { occurrence } = now
      // A stream that somebody deleted is made again: its card still asks for it.
      const verdict =
        queue === undefined
          ? ({ do: 'apply' } as const)
          : verdictOn({ applied, occurrence, held: queue.held, nowMs })
      if (verdict.do === 'note') await this.applied.note(schedule, verdict.applied)
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

  /** Resolves when every player that was to be told of a slot has been. */
  settled(): Promise<void> {
    return this.#players.settled()
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
    await this.applied.note(schedule, now.occurrence)
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
      await this.#positions?.keepOf(schedule, before, await this.applied.of(schedule.stream))
    } catch (error) {
      this.#options.log.warn('where a slot was left could not be stored; it starts over the next time', {
        stream: schedule.stream,
        error: messageOf(error),
      })
    }
  }
}
