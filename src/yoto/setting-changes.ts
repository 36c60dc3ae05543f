import type { Clock } from '../core/clock.ts'
import type { PlayerSettings } from '../core/effect.ts'
import { AppError } from '../core/error.ts'
import type { PlayerPatch } from '../core/player.ts'
import { Turns } from '../core/turns.ts'
import { untaken, writtenSettings } from './settings.ts'

interface SettingChangesOptions {
  /** @throws AppError `unavailable` when it is not done within so long; it is not done later then. */
  readonly write: (change: WrittenChange) => Promise<void>
  /** The settings of a player as they are now. */
  readonly read: (playerId: string) => Promise<PlayerPatch>
  readonly clock: Clock
}

export interface WrittenChange {
  readonly playerId: string
  /** By Yoto's names. */
  readonly written: ReadonlyMap<string, string>
  readonly withinMs: number
}

/** A change that was asked for and has no outcome yet. */
interface Change {
  readonly wish: PlayerSettings
  readonly dueMs: number
  readonly resolve: (settings: PlayerPatch) => void
  readonly reject: (error: unknown) => void
}

// Who asked for a setting does not want it minutes later, when others have long set it otherwise.
const withinMs = 10_000

/**
 * Changes of players' settings. Those of one player are written one after the other, for each writes the whole
 * block. Those that wait while another is written become one, in which the newest wish for a setting counts: a
 * slider that is dragged is not written thirty times.
 */
export class SettingChanges {
  readonly #options: SettingChangesOptions
  readonly #turns = new Turns<string>()
  /** What waits for the turn of each player. */
  readonly #waiting = new Map<string, Change[]>()
  /** How many changes were asked of each player. */
  readonly #counts = new Map<string, number>()

  constructor(options: SettingChangesOptions) {
    this.#options = options
  }

  /**
   * Resolves with the player's settings once they have all that was wished for and not wished otherwise since.
   * @throws AppError `unprocessable` for a value that cannot be, `refused` naming the settings that were not taken,
   * `unavailable` when it could not be written within ten seconds, and what `write` and `read` throw.
   */
  async add(playerId: string, wish: PlayerSettings): Promise<PlayerPatch> {
    // Nobody else's change is to fail on it.
    writtenSettings(wish)
    this.#counts.set(playerId, this.count(playerId) + 1)
    return new Promise((resolve, reject) => {
      const change = { wish, dueMs: this.#nowMs + withinMs, resolve, reject }
      const waiting = this.#waiting.get(playerId)
      if (waiting !== undefined) {
        waiting.push(change)
        return
      }
      this.#waiting.set(playerId, [change])
      void this.#turns.take(playerId, () => this.#writeWaiting(playerId))
    })
  }

  /** How many were asked for by now. */
  count(playerId: string): number {
    return this.#counts.get(playerId) ?? 0
  }

  /** Resolves when the changes that were asked for by now have their outcome. */
  settled(playerId: string): Promise<void> {
    return this.#turns.settled(playerId)
  }

  async #writeWaiting(playerId: string): Promise<void> {
    const waiting = this.#waiting.get(playerId) ?? []
    this.#waiting.delete(playerId)
    const tooLate = new AppError(
      'unavailable',
      `changing the settings of player ${playerId} was not possible in time: Yoto was slow with an earlier change`,
    )
    for (let left = this.#inTime(waiting, tooLate); left.length > 0; )
      left = await this.#write(playerId, left)
  }

  /** Gives those that are written or refused their outcome, and the others back: they still have time. */
  async #write(playerId: string, changes: readonly Change[]): Promise<readonly Change[]> {
    const wish = merged(changes)
    const dueMs = Math.min(...changes.filter((change) => !isSuperseded(change, changes)).map(dueOf))
    try {
      const written = writtenSettings(wish)
      await this.#options.write({ playerId, written, withinMs: dueMs - this.#nowMs })
    } catch (error) {
      // One that had less time than the others must not take them with it.
      if (this.#nowMs >= dueMs) return this.#inTime(changes, error)
      for (const { reject } of changes) reject(error)
      return []
    }
    await this.#tellOutcome(playerId, { changes, wish })
    return []
  }

  async #tellOutcome(
    playerId: string,
    { changes, wish }: { changes: readonly Change[]; wish: PlayerSettings },
  ): Promise<void> {
    try {
      const settings = await this.#options.read(playerId)
      const names = untaken(wish, settings)
      for (const change of changes) {
        const own = names.filter((name) => change.wish[name] !== undefined)
        if (own.length === 0) change.resolve(settings)
        else change.reject(notTaken(playerId, { names: own, settings }))
      }
    } catch (error) {
      for (const { reject } of changes) reject(error)
    }
  }

  /** Those that may still be written; the others are told why not. One that was superseded has the time of the newer ones. */
  #inTime(changes: readonly Change[], error: unknown): readonly Change[] {
    const isLate = (change: Change) => change.dueMs <= this.#nowMs
    const newer = changes.filter((change) => !isLate(change))
    const late = changes.filter((change) => isLate(change) && !isSuperseded(change, newer))
    for (const { reject } of late) reject(error)
    return changes.filter((change) => !late.includes(change))
  }

  get #nowMs(): number {
    return this.#options.clock.now().getTime()
  }
}

/** The newest wish for each setting. */
function merged(changes: readonly Change[]): PlayerSettings {
  let all: PlayerSettings = {}
  for (const { wish } of changes) all = { ...all, ...wish }
  return all
}

/** Whether all that it wishes is wished otherwise by changes that came after it. */
function isSuperseded(change: Change, changes: readonly Change[]): boolean {
  const newer = changes.slice(changes.indexOf(change) + 1)
  return Object.keys(change.wish).every((name) => newer.some(({ wish }) => name in wish))
}

function dueOf({ dueMs }: Change): number {
  return dueMs
}

function notTaken(
  playerId: string,
  { names, settings }: { names: readonly (keyof PlayerSettings)[]; settings: PlayerPatch },
): AppError {
  const details = { settings: Object.fromEntries(names.map((name) => [name, settings[name] ?? null])) }
  return new AppError('refused', `Yoto did not take ${names.join(', ')} of player ${playerId}`, { details })
}
