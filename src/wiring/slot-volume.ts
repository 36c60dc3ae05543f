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
  /** Whether these are what it plays, and not a guess while nobody knows its chapter. */
  readonly isKnown: (player: PlayerState) => boolean
  /** How loud the slot of the stream lets it be, in steps of 0 to 16; null: as loud as the player may be. */
  readonly limitOf: (stream: string) => number | null
  readonly perform: Perform
  readonly clock: Clock
  readonly log: Log
}

// A slot may begin without a word from the player.
const lookAgainMs = 60_000
const steps = 16
// A player that is asked which chapter it plays has said so by then; what is otherwise later was done by a hand.
const guessForMs = 30_000

/**
 * Turns players down that are louder than the slot of their stream lets them be: as it begins, and each time a hand
 * turns them up. Once each time, for a player that does not obey is not to be told without end. Nothing is made louder,
 * but for a player that was turned down on a guess: it is as loud as before once it names a chapter that may be.
 */
export class SlotVolume {
  readonly #input: VolumeInput
  /** How loud a player was that has been turned down and has not said that it is, and how far it was. */
  readonly #turnedDown = new Map<string, { readonly from: number; readonly to: number }>()
  /** Those whose command failed: the next look tells them again. */
  readonly #untold = new Set<string>()
  /** Those that were turned down while nobody knew what they play. */
  readonly #guessed = new Map<
    string,
    { readonly from: number; readonly to: number; readonly untilMs: number }
  >()
  #stop: () => void = () => undefined

  constructor(input: VolumeInput) {
    this.#input = input
  }

  start(): void {
    const { hub, clock } = this.#input
    const stopLooking = every(clock, lookAgainMs, () => this.look())
    const forget = hub.subscribe('volume limits of slots', (change) => {
      if (change.kind === 'player') this.#check(change.player)
      if (change.kind !== 'player-removed') return
      this.#turnedDown.delete(change.id)
      this.#guessed.delete(change.id)
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
    for (const id of this.#untold) this.#turnedDown.delete(id)
    this.#untold.clear()
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
    this.#takeBack(player, limit)
    if (step === null || limit === null || step <= limit) {
      this.#turnedDown.delete(id)
      return
    }
    const told = this.#turnedDown.get(id)
    // On its way from chapter to chapter it may have come under a lower limit than it was told.
    if (told !== undefined && step <= told.from && limit >= told.to) return
    const turned = { from: step, to: limit }
    this.#turnedDown.set(id, turned)
    this.#note(player, turned)
    this.#turn(id, limit, `volume limit ${limit} of the slot`).catch(() => {
      if (this.#turnedDown.get(id) === turned) this.#untold.add(id)
    })
  }

  /** Keeps how loud a player was that is turned down for what it may play. */
  #note(player: PlayerState, { from, to }: { readonly from: number; readonly to: number }): void {
    const { isKnown } = this.#input
    if (isKnown(player)) {
      this.#guessed.delete(player.id)
      return
    }
    const before = this.#guessed.get(player.id)
    this.#guessed.set(player.id, { from: before?.from ?? from, to, untilMs: this.#nowMs + guessForMs })
  }

  /** Has a player that was turned down on a guess be as loud as it was, as far as what it plays may be. */
  #takeBack(player: PlayerState, limit: number | null): void {
    const { id, volume_step: step } = player
    const guess = this.#guessed.get(id)
    if (guess === undefined || step === null) return
    const isByHand = step < guess.to || (step > guess.to && step !== guess.from)
    if (isByHand || this.#nowMs > guess.untilMs) this.#guessed.delete(id)
    // One that has not obeyed yet does so after this.
    else if (step === guess.to && this.#input.isKnown(player)) {
      this.#guessed.delete(id)
      const allowed = limit === null ? guess.from : Math.min(guess.from, limit)
      if (allowed > step)
        void this.#turn(id, allowed, 'the chapter that plays may be as loud').catch(() => undefined)
    }
  }

  async #turn(player: string, step: number, because: string): Promise<void> {
    const { perform, log } = this.#input
    try {
      await perform({ kind: 'command', player, command: { type: 'volume-step', step } }, because)
    } catch (error) {
      log.warn('a player could not be given the volume of the slot', {
        player,
        step,
        error: messageOf(error),
      })
      throw error
    }
  }

  get #nowMs(): number {
    return this.#input.clock.now().getTime()
  }
}
