import type { Clock } from '../core/clock.ts'
import { Recent } from '../core/recent.ts'

// 128 kbit/s.
const bytesPerMs = 16
const marginMs = 3_000
// A player asks for its next chapter as soon as one has ended.
const followsWithinMs = 10_000
const listenersKept = 1000

/**
 * Remembers to whom it was said that there is nothing to play. The chapters of a stream card follow one another by
 * themselves, and each would say it again; whoever presses a knob hears it again.
 */
export class SaidOnce {
  readonly #clock: Clock
  /** By listener: when what was said has been heard. */
  readonly #heardMs = new Recent<string, number>(listenersKept)

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock
  }

  /** `bytes`: the length of what is said. */
  say(listener: string, bytes: number): void {
    this.#heardMs.set(listener, this.#clock.now().getTime() + bytes / bytesPerMs)
  }

  /** Whether the listener comes from the end of it, and not from a press. */
  isFollowing(listener: string): boolean {
    const heardMs = this.#heardMs.get(listener)
    if (heardMs === undefined) return false
    const sinceMs = this.#clock.now().getTime() - heardMs
    return sinceMs >= -marginMs && sinceMs <= followsWithinMs
  }
}
