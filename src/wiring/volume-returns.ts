import type { Clock } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import type { Perform } from '../core/effect.ts'
import { messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { PlayerState } from '../core/player.ts'

/** How loud a player is to be again. */
export interface VolumeReturn {
  readonly step: number
  /** Only where it is still as loud as it was left. */
  readonly left: number
  /** ISO 8601. */
  readonly at: string
}

interface ReturnsInput {
  /** By player. */
  readonly store: Collection<VolumeReturn>
  readonly player: (id: string) => PlayerState | undefined
  readonly perform: Perform
  readonly clock: Clock
  readonly log: Log
}

const because = 'the end of a wind-down'
// A player that is off then is tried again: the first child awake switches it on.
const tryAgainMs = 60_000
const longestMs = 12 * 3_600_000

/** Puts volumes back that were turned down for the night, when that is over. A hand that has set another one meanwhile has the last word. */
export class VolumeReturns {
  readonly #input: ReturnsInput
  readonly #waiting = new Map<string, VolumeReturn>()
  readonly #cancels = new Map<string, () => void>()

  constructor(input: ReturnsInput) {
    this.#input = input
  }

  async start(): Promise<void> {
    for (const [player, wanted] of await this.#input.store.entries()) this.#wait(player, wanted)
  }

  /** Of a player that waits for its volume already, what it had before the first time is what it gets back. */
  async add(player: string, wanted: VolumeReturn): Promise<void> {
    const step = this.#waiting.get(player)?.step ?? wanted.step
    const kept = { ...wanted, step }
    this.#wait(player, kept)
    await this.#input.store.set(player, kept)
  }

  stop(): void {
    for (const cancel of this.#cancels.values()) cancel()
    this.#cancels.clear()
  }

  #wait(player: string, wanted: VolumeReturn, at = new Date(wanted.at)): void {
    this.#cancels.get(player)?.()
    this.#waiting.set(player, wanted)
    this.#cancels.set(
      player,
      this.#input.clock.at(at, () => void this.#putBack(player, wanted)),
    )
  }

  async #putBack(player: string, wanted: VolumeReturn): Promise<void> {
    const { clock, perform, log } = this.#input
    const state = this.#input.player(player)
    const nowMs = clock.now().getTime()
    const isTooLate = nowMs - Date.parse(wanted.at) > longestMs
    if (state?.online !== true && !isTooLate) return this.#wait(player, wanted, new Date(nowMs + tryAgainMs))
    await this.#forget(player)
    if (state === undefined || isTooLate || state.volume_step !== wanted.left) return
    const command = { type: 'volume-step', step: wanted.step } as const
    await perform({ kind: 'command', player, command }, because).catch((error) =>
      log.warn('a volume could not be put back', { player, error: messageOf(error) }),
    )
  }

  async #forget(player: string): Promise<void> {
    this.#cancels.delete(player)
    this.#waiting.delete(player)
    await this.#input.store.delete(player).catch((error) =>
      this.#input.log.error('a volume that was put back could not be forgotten', {
        player,
        error: messageOf(error),
      }),
    )
  }
}
