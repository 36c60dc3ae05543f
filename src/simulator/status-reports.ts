import type { Clock } from '../core/clock.ts'
import type { JsonObject } from '../core/json.ts'
import type { Doubts } from './doubts.ts'
import { askedStatus, basicStatus, batteryStatus, fullStatus, type StatusFacts } from './status.ts'
import { Timers } from './timers.ts'

interface StatusReportParts {
  readonly clock: Clock
  readonly doubts: Pick<Doubts, 'losesStatusReplies' | 'losesSomeReplies'>
  readonly facts: () => StatusFacts
  readonly send: (topic: 'status' | 'data/status' | 'status/full', payload: JsonObject) => void
}

// Captured, yoto-protocol §3.6 and §3.7.
const replyDelayMs = 270
const batteryEveryMs = 300_000
const batteryAfterStartMs = 1_800
const repliesLostWithinMs = 500
const lostReply = 5

/** What a player says of itself: when it starts and ends, when it is asked, and its battery every five minutes. */
export class StatusReports {
  readonly #parts: StatusReportParts
  readonly #timers: Timers
  #questions = 0
  #askedMs = Number.NEGATIVE_INFINITY

  constructor(parts: StatusReportParts) {
    this.#parts = parts
    this.#timers = new Timers(parts.clock)
  }

  /** A player that has just started does not know the time of day yet. */
  announceStart(): void {
    const { send } = this.#parts
    send('status', { status: { ...fullStatus(this.#parts.facts()), utcTime: 0, day: -1 } })
    this.#timers.after(batteryAfterStartMs, () => {
      send('status', { status: { ...batteryStatus(this.#parts.facts()), utcTime: 0 } })
      send('data/status', { status: { ...basicStatus(this.#parts.facts()), day: -1 } })
    })
  }

  announceEnd(): void {
    this.#parts.send('status', { status: fullStatus(this.#parts.facts(), 'userShutdown') })
  }

  start(): void {
    this.#timers.after(batteryEveryMs, () => {
      this.start()
      this.#parts.send('status', { status: batteryStatus(this.#parts.facts()) })
    })
  }

  stop(): void {
    this.#timers.cancelAll()
  }

  answer(topic: 'data/status' | 'status/full'): void {
    const nowMs = this.#parts.clock.now().getTime()
    const { losesStatusReplies, losesSomeReplies } = this.#parts.doubts
    const isHasty = losesStatusReplies && nowMs - this.#askedMs < repliesLostWithinMs
    this.#askedMs = nowMs
    this.#questions++
    if (isHasty || (losesSomeReplies && this.#questions % lostReply === 0)) return
    this.#timers.after(replyDelayMs, () => {
      const facts = this.#parts.facts()
      const status = topic === 'data/status' ? askedStatus(facts) : fullStatus(facts)
      this.#parts.send(topic, { status })
    })
  }
}
