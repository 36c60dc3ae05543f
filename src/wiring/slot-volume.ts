import { type Clock, every } from '../core/clock.ts'
import type { Perform, PlayerCommand } from '../core/effect.ts'
import { messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { PlayerState } from '../core/player.ts'
import type { Hub } from '../hub.ts'

interface VolumeInput {
  readonly hub: Pick<Hub, 'players' | 'player' | 'subscribe'>
  /** The streams that the player may be playing now; the lowest of their limits holds. */
  readonly streamsOf: (player: PlayerState) => readonly string[]
  /** How loud the slot of the stream lets it be, in steps of 0 to 16; null: as loud as the player may be. */
  readonly limitOf: (stream: string) => number | null
  readonly perform: Perform
  readonly clock: Clock
  readonly log: Log
}

// A slot may begin without a word from the player.
const lookAgainMs = 60_000
const steps = 16

/**
 * Turns players down that are louder than the slot of their stream lets them be: as it begins, and each time a hand
 * turns them up. Once each time, for a player that does not obey is not to be told without end. Nothing is made louder.
 */
export class SlotVolume {
  readonly #input: VolumeInput
  /** How loud a player was that has been turned down and has not said that it is, and how far it was. */
  readonly #turnedDown = new Map<string, { readonly from: number; readonly to: number }>()
  #stop: () => void = () => undefined

  constructor(input: VolumeInput) {
    this.#input = input
  }

  start(): void {
    const { hub, clock } = this.#input
    const stopLooking = every(clock, lookAgainMs, () => this.look())
    const forget = hub.subscribe('volume limits of slots', (change) => {
      if (change.kind === 'player') this.#check(change.player)
      if (change.kind === 'player-removed') this.#turnedDown.delete(change.id)
    })
    this.#stop = () => {
      stopLooking()
      forget()
    }
    this.look()
  }

  stop(): void {
    this.#stop()
  }

  /** To be told of slots that begin. */
  look(): void {
    for (const player of this.#input.hub.players()) this.#check(player)
  }

  /** The command with a volume that the player may have now. */
  limited(playerId: string, command: PlayerCommand): PlayerCommand {
    if (command.type !== 'volume-step' && command.type !== 'volume-percent') return command
    const player = this.#input.hub.player(playerId)
    const limit = player === undefined ? null : this.#limitOf(player)
    if (limit === null) return command
    if (command.type === 'volume-step') return { ...command, step: Math.min(command.step, limit) }
    return { ...command, percent: Math.min(command.percent, Math.floor((limit * 100) / steps)) }
  }

  #limitOf(player: PlayerState): number | null {
    const { streamsOf, limitOf } = this.#input
    const limits = streamsOf(player).flatMap((stream) => limitOf(stream) ?? [])
    return limits.length === 0 ? null : Math.min(...limits)
  }

  #check(player: PlayerState): void {
    const { id, volume_step: step } = player
    const limit = this.#limitOf(player)
    if (step === null || limit === null || step <= limit) {
      this.#turnedDown.delete(id)
      return
    }
    const told = this.#turnedDown.get(id)
    // On its way from chapter to chapter it may have come under a lower limit than it was told.
    if (told !== undefined && step <= told.from && limit >= told.to) return
    this.#turnedDown.set(id, { from: step, to: limit })
    const { perform, log } = this.#input
    const because = `volume limit ${limit} of the slot`
    perform({ kind: 'command', player: id, command: { type: 'volume-step', step: limit } }, because).catch(
      (error) =>
        log.warn('a player could not be turned down to the limit of the slot', {
          player: id,
          error: messageOf(error),
        }),
    )
  }
}
