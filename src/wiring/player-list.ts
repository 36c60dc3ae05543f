import { backoffMs } from '../core/backoff.ts'
import type { Clock } from '../core/clock.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { Hub } from '../hub.ts'
import type { YotoApi } from '../yoto/api.ts'

interface PlayerListOptions {
  readonly api: Pick<YotoApi, 'players' | 'config'>
  readonly hub: () => Hub
  /** Whether somebody is signed in whose players could be read. */
  readonly mayRead: () => boolean
  /** Called when the players have been read. */
  readonly read: () => void
  /** Called when reading begins or ceases to fail, or fails for another reason. */
  readonly faultChanged: () => void
  readonly clock: Clock
  /** 0 to 1, for the jitter of retries. */
  readonly random: () => number
  readonly log: Log
}

// A try that is older than this when the network comes back was begun without it, and may hang.
const freshTryMs = 1_000
// Without its players a house has nothing, however long Yoto could not be reached. What it refuses waits for somebody
// to change something.
const longestWaitMs = 10_000
// Those that are known live on the connection, and whoever hears that Yoto is there again calls `readNow`.
const longestKnownWaitMs = 60_000
const longestRefusedWaitMs = 60_000

/** Reads the account's players and their settings into the hub. */
export class PlayerList {
  readonly #options: PlayerListOptions
  #reading: Promise<void> | undefined
  /** The try that is under way, or was the last, and how many failed in a row. */
  #try = { at: new Date(0), failures: 0, cut: new AbortController() }
  #fault: string | null = null

  constructor(options: PlayerListOptions) {
    this.#options = options
  }

  /** Why the players could not be read the last time; null when they could. */
  get fault(): string | null {
    return this.#fault
  }

  /** Again and again until it succeeds or nobody is signed in any more. Does nothing while nobody is. */
  read(): Promise<void> {
    if (!this.#options.mayRead()) return Promise.resolve()
    this.#reading ??= this.#readUntilDone()
    return this.#reading
  }

  /** Reads them now, whatever the last tries came to. A first try that has just begun goes on. */
  readNow(): void {
    const { at, failures, cut } = this.#try
    if (failures > 0 || this.#options.clock.now().getTime() - at.getTime() >= freshTryMs) cut.abort()
    void this.read()
  }

  /** Gives up what is under way. */
  cut(): void {
    this.#try.cut.abort()
  }

  async readSettings(id: string, signal?: AbortSignal): Promise<void> {
    const hub = this.#options.hub()
    const { settings, shadow, repeatsAll } = await this.#options.api.config(id, signal)
    if (signal?.aborted) return
    if (repeatsAll !== undefined) hub.setRepeats(id, repeatsAll)
    const spoken = hub.player(id)?.last_seen_at !== null
    hub.amendPlayer(id, { ...(spoken ? {} : shadow), ...settings })
  }

  async #readUntilDone(): Promise<void> {
    const { mayRead, log, clock, random } = this.#options
    for (let failures = 0; mayRead(); ) {
      const present = { at: clock.now(), failures, cut: new AbortController() }
      this.#try = present
      const { signal } = present.cut
      const failure = await this.#readOnce(signal).then(() => null, failureOf)
      if (!signal.aborted) {
        if (failure !== null && failure.reason !== this.#fault)
          log.warn('the players could not be read; tried again until it works', { reason: failure.reason })
        this.#enter(failure?.reason ?? null)
        if (failure === null) break
        present.failures++
        const waitMs = backoffMs(present.failures, { random, longestMs: this.#longestWaitMs(failure) })
        await clock.sleep(waitMs, signal).catch(() => undefined)
      }
      failures = signal.aborted ? 0 : present.failures
    }
    // Before anybody who waits hears of the end, or the next to ask would be given this one.
    this.#reading = undefined
  }

  #longestWaitMs({ mayPass }: Failure): number {
    if (!mayPass) return longestRefusedWaitMs
    return this.#options.hub().players().length === 0 ? longestWaitMs : longestKnownWaitMs
  }

  /** @throws AppError as the reading of the list does. What comes after the signal is left alone. */
  async #readOnce(signal: AbortSignal): Promise<void> {
    const { api, hub, read } = this.#options
    const listed = await api.players(signal)
    if (signal.aborted) return
    hub().setPlayers(
      listed.map(({ id, name, model, online }) => ({
        id,
        name,
        model,
        // The list lags behind; it is only better than nothing.
        ...(hub().player(id) === undefined ? { online } : {}),
      })),
    )
    read()
    for (const { id } of listed) await this.#readSettingsIfGiven(id, signal)
  }

  /** A player whose settings Yoto does not give must not keep those of the others from being read. */
  async #readSettingsIfGiven(id: string, signal: AbortSignal): Promise<void> {
    try {
      await this.readSettings(id, signal)
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'unavailable') throw error
      this.#options.log.debug('the settings of a player are not given', { player: id, reason: error.message })
    }
  }

  #enter(fault: string | null): void {
    if (fault === this.#fault) return
    this.#fault = fault
    this.#options.faultChanged()
  }
}

function failureOf(thrown: unknown): Failure {
  return { reason: messageOf(thrown), mayPass: thrown instanceof AppError && thrown.code === 'unavailable' }
}

interface Failure {
  readonly reason: string
  /** Nobody has to change anything for it to pass. */
  readonly mayPass: boolean
}
