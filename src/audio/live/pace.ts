import { msPerFrame } from '../frames.ts'

// What is sent ahead of real time: enough for a short gap of the network, and little to hear of an old queue.
const burstMs = 4_000
/** The same in frames. */
export const burstFrames = Math.floor(burstMs / msPerFrame)
// Longer than any tick is late: the clock was set, or the machine slept.
const longestStepMs = 5_000

/** Tells how many frames are due, from the time that has passed and never from the number of ticks. */
export class Pace {
  #beganMs: number
  #lastMs: number

  constructor(nowMs: number) {
    this.#beganMs = nowMs
    this.#lastMs = nowMs
  }

  /** Frames that should have been sent by then, since the beginning. To be asked with times that follow each other. */
  due(nowMs: number): number {
    const passedMs = nowMs - this.#lastMs
    if (passedMs < 0 || passedMs > longestStepMs) this.#beganMs += passedMs
    this.#lastMs = nowMs
    return Math.floor((nowMs - this.#beganMs) / msPerFrame) + burstFrames
  }

  /** Frames that a listener who began at once has heard by now. */
  played(nowMs: number): number {
    const passedMs = nowMs - this.#lastMs
    const isStep = passedMs < 0 || passedMs > longestStepMs
    return Math.floor(((isStep ? this.#lastMs : nowMs) - this.#beganMs) / msPerFrame)
  }
}
