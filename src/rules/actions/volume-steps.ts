import type { Effect } from '../../core/effect.ts'
import { AppError } from '../../core/error.ts'
import { volumeCapOf } from '../../core/player.ts'
import type { ActionContext, World } from '../plugin.ts'

interface Ramp {
  /** Its id. */
  readonly player: string
  /** 0 to 16. */
  readonly to: number
  readonly overMs: number
  /** Nothing is made louder. */
  readonly onlyDown?: boolean
}

/** What actions that take their time work with. */
export interface LastingHands
  extends Pick<ActionContext<unknown>, 'world' | 'clock' | 'signal' | 'recorded'> {
  effect(effect: Effect): Promise<void>
}

// A slot that begins with the rule turns its players down first.
const settledMs = 3_000
const mostSteps = 16
// A player says within half a second or so how loud it is now.
const toldWithinMs = 5_000

/**
 * Takes a player's volume to a step, one of its own steps at a time, evenly over the time. Ends where somebody else sets
 * it meanwhile: that is a no. A limit that comes down on it is none. Resolves with why it ended early, null where it is there.
 */
export async function stepVolume(hands: LastingHands, ramp: Ramp): Promise<string | null> {
  const settle = settleMs(ramp.overMs)
  await rest(hands, settle)
  const steps = await VolumeSteps.begin(hands, ramp)
  let passedMs = settle
  for (let due = steps.dueMs; due !== null; due = steps.dueMs) {
    await rest(hands, due - passedMs)
    passedMs = due
    const why = await steps.take()
    if (why !== null) return why
  }
  return null
}

/** When a change over that time may look how loud it begins: before its first step is due, however many there are. */
export function settleMs(overMs: number): number {
  return Math.min(settledMs, Math.floor(overMs / mostSteps))
}

/** One step of a volume after the other, for whoever keeps the time. */
export class VolumeSteps {
  readonly #hands: LastingHands
  readonly #ramp: Ramp
  readonly #start: Loudness
  readonly #steps: number
  #taken = 0
  #expected: Loudness
  #before: Loudness

  private constructor(hands: LastingHands, ramp: Ramp, start: Loudness) {
    const away = ramp.to - start.step
    this.#hands = hands
    this.#ramp = ramp
    this.#start = start
    this.#steps = ramp.onlyDown === true && away > 0 ? 0 : Math.abs(away)
    this.#expected = start
    this.#before = start
  }

  /** @throws AppError `conflict` where the player has not said how loud it is. */
  static async begin(hands: LastingHands, ramp: Ramp): Promise<VolumeSteps> {
    const start = await look(hands, ramp.player)
    if (start === null) throw unheard(hands.world, ramp.player)
    return new VolumeSteps(hands, ramp, start)
  }

  /** When the next step is due, in ms from the beginning; null when none is left. */
  get dueMs(): number | null {
    return this.#taken < this.#steps ? Math.round(this.#intervalMs * (this.#taken + 1)) : null
  }

  get #intervalMs(): number {
    return this.#ramp.overMs / this.#steps
  }

  /** Takes the next step; resolves with why there are no more, null where it is as it should be. */
  async take(): Promise<string | null> {
    this.#taken += 1
    const [expected, by] = [this.#expected, Math.sign(this.#ramp.to - this.#start.step)]
    // After a restart it may not have said anything yet.
    const now = (await look(this.#hands, this.#ramp.player)) ?? expected
    const isLate = this.#intervalMs < toldWithinMs && now.step === this.#before.step
    if (now.step !== expected.step && !isLate && !isLimited(now, expected))
      return this.#end(saidNo(now, expected, by))
    const step = this.#start.step + by * this.#taken
    // What a limit has done already need not be done again.
    if (by < 0 ? step >= now.step : step <= now.step) {
      this.#expected = now
      return null
    }
    if (by > 0 && now.cap !== null && step > now.cap) return this.#end(`it gets no louder than ${now.cap}`)
    const command = { type: 'volume-step', step } as const
    await this.#hands.effect({ kind: 'command', player: this.#ramp.player, command })
    this.#before = now
    this.#expected = { ...now, step }
    return null
  }

  #end(why: string): string {
    this.#taken = this.#steps
    return why
  }
}

/** How loud a player is, and what may bring it down without a hand. */
interface Loudness {
  readonly [field: string]: string | number | null
  readonly step: number
  readonly cap: number | null
  /** The slots that hold: one that begins may have a limit. */
  readonly slots: string
}

function look({ world, recorded }: LastingHands, id: string): Promise<Loudness | null> {
  return recorded(() => {
    const player = world.player(id)
    if (player === undefined || player.volume_step === null) return null
    const slots = world.slots().map(({ stream, slot }) => `${stream} ${slot}`)
    return { step: player.volume_step, cap: volumeCapOf(player), slots: slots.toSorted().join(', ') }
  })
}

export function unheard(world: World, id: string): AppError {
  const name = world.player(id)?.name ?? id
  return new AppError('conflict', `player "${name}" has not said how loud it is; nothing is changed`)
}

/** Whether a limit of the player or of a slot that has begun has brought it down. */
function isLimited(now: Loudness, expected: Loudness): boolean {
  return now.step < expected.step && (now.step === now.cap || now.slots !== expected.slots)
}

function saidNo(now: Loudness, expected: Loudness, by: number): string {
  // Louder than its slot lets it be no player gets, and nobody says so.
  if (by > 0 && now.step < expected.step)
    return `it is at ${now.step} and not at ${expected.step}: a limit keeps it there, or somebody turned it down`
  return `somebody set it to ${now.step}`
}

/** Waits; rejects where the run has ended meanwhile. */
export async function rest(
  { clock, signal }: Pick<LastingHands, 'clock' | 'signal'>,
  ms: number,
): Promise<void> {
  await clock.sleep(ms)
  signal.throwIfAborted()
}
