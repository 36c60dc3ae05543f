import type { Clock } from '../core/clock.ts'
import { Timers } from './timers.ts'

interface VolumeParts {
  readonly clock: Clock
  /** The highest step now. */
  readonly cap: () => number
  readonly changed: () => void
}

const firstStep = 8
const highestStep = 16
// While a knob was turned, messages came 0.35 to 1.1 s apart (captured, yoto-protocol §4.3).
const betweenClicksMs = 350
const minuteMs = 60_000

/** The volume of a player in steps of 0 to 16, never above the cap of the hour. */
export class Volume {
  readonly #parts: VolumeParts
  readonly #timers: Timers
  #step = firstStep
  /** Of the knob, still to come: 1 is louder, -1 softer. */
  #clicks: number[] = []

  constructor(parts: VolumeParts) {
    this.#parts = parts
    this.#timers = new Timers(parts.clock)
  }

  /** Keeps to the cap from now on: it changes when day turns to night. */
  start(): void {
    this.applyCap()
    const nowMs = this.#parts.clock.now().getTime()
    this.#timers.after(minuteMs - (nowMs % minuteMs), () => this.start())
  }

  /** Lets go of the knob. */
  stop(): void {
    this.#timers.cancelAll()
    this.#clicks = []
  }

  get step(): number {
    return this.#step
  }

  set(step: number): void {
    this.#step = Math.max(0, Math.min(step, this.#parts.cap()))
    this.#parts.changed()
  }

  setPercent(percent: number): void {
    this.set(Math.round((percent * highestStep) / 100))
  }

  /** Turns the knob as a hand does: the first click at once, the others one after another. */
  turn(steps: number): void {
    const turning = this.#clicks.length > 0
    const count = Math.min(Math.abs(steps), highestStep)
    this.#clicks.push(...Array<number>(count).fill(Math.sign(steps)))
    if (!turning) this.#click()
  }

  applyCap(): void {
    this.#step = Math.min(this.#step, this.#parts.cap())
    this.#parts.changed()
  }

  #click(): void {
    const click = this.#clicks.shift()
    if (click === undefined) return
    this.set(this.#step + click)
    if (this.#clicks.length > 0) this.#timers.after(betweenClicksMs, () => this.#click())
  }
}
