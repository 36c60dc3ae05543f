import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/error.ts'
import { Turns } from '../core/turns.ts'

/** A command to a player, while it is not yet sent. */
export interface Step {
  readonly player: { readonly id: string; readonly name: string }
  /** The command's name, for messages. */
  readonly command: string
}

/** Whether what was asked for may still be done. */
export interface Wanted {
  /** How long it may still wait, in ms. */
  leftMs(): number
  /** @throws AppError `conflict` where a later command has taken its place. */
  check(): void
}

// Who asked for the next track does not want it half a minute later.
const wantedMs = 5_000

/**
 * Commands that lead from track to track count from where the one before them leads, so each waits for it. A wait
 * may be so long that nobody wants the step any more, or a word such as "stop" may come meanwhile: then it is
 * refused, and never sent.
 */
export class Steps {
  readonly #clock: Clock
  readonly #turns = new Turns<string>()
  /** The last command of each player that left no sense in the steps before it. */
  readonly #ends = new Map<string, object>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Does the work when the steps of the same player before it are done.
   * @throws AppError `unavailable` when that takes longer than a few seconds, `conflict` where it was overtaken, and
   * what the work throws.
   */
  take(step: Step, work: (wanted: Wanted) => Promise<void>): Promise<void> {
    const wanted = this.wanted(step)
    return this.#turns.take(step.player.id, async () => {
      if (wanted.leftMs() <= 0)
        throw new AppError('unavailable', `${notSent(step)}: the command before it took too long`)
      wanted.check()
      await work(wanted)
    })
  }

  /** What is asked for now, and is not to be done much later. */
  wanted(step: Step): Wanted {
    const dueMs = this.#nowMs + wantedMs
    const end = this.#ends.get(step.player.id)
    return {
      leftMs: () => Math.max(0, dueMs - this.#nowMs),
      check: () => {
        if (this.#ends.get(step.player.id) !== end)
          throw new AppError('conflict', `${notSent(step)}: a later command took its place`)
      },
    }
  }

  /** From now on, steps that still wait are refused. */
  overtake(playerId: string): void {
    this.#ends.set(playerId, {})
  }

  get #nowMs(): number {
    return this.#clock.now().getTime()
  }
}

function notSent({ player, command }: Step): string {
  return `"${command}" was not sent to player "${player.name}"`
}
