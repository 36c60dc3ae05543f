import { once } from 'node:events'
import { backoffMs } from '../core/backoff.ts'
import type { Clock } from '../core/clock.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { PlayerPatch } from '../core/player.ts'
import type { CommandMessage } from './command.ts'
import { type CloudConnection, openConnection, TokenRefused } from './connection.ts'
import type { Liveness } from './liveness.ts'
import { randomText } from './random-text.ts'
import { Session } from './session.ts'

export interface YotoClientOptions {
  readonly mqttUrl: string
  /** A token that works; `refused` names one that the broker has just turned down. */
  readonly accessToken: (refused?: string) => Promise<string>
  readonly playerIds: () => readonly string[]
  readonly clock: Clock
  /** 0 to 1, for jitter and ids. */
  readonly random: () => number
  readonly log: Log
  readonly onPatch: (playerId: string, patch: PlayerPatch, at: Date) => void
  /** Told whether a player begins its card again after the last track, whenever it says so; before `onPatch`. */
  readonly onRepeatsAll?: (playerId: string, repeats: boolean) => void
  /** Told how new the card in a player is, whenever the player says so; after `onPatch`. */
  readonly onCardUpdatedAt?: (playerId: string, updatedAt: string) => void
  /** Called when the connection comes or goes, and when the reason of its absence changes. */
  readonly onConnection: (state: ConnectionState) => void
}

export interface ConnectionState {
  readonly connected: boolean
  /** Why there is no connection; null while there is one. */
  readonly reason: string | null
}

// A connection that ends sooner than this counts as one more failure, or a broker that lets us in and throws
// us out again would be asked every second.
const steadyMs = 30_000
// From the beginning of one try to that of the next: a house is there again so soon after its network or the cloud is,
// however long that took. A broker that answers, and takes none of our tokens, is nothing that passes by waiting.
const longestWaitMs = 10_000
const longestRefusedWaitMs = 60_000
// After a try that took longer than that.
const shortestWaitMs = 500

/**
 * The live connection to Yoto's cloud: keeps one open for all players, listens to what they say and sends
 * commands. What cannot be sent now is refused, never kept for later.
 */
export class YotoClient {
  readonly #options: YotoClientOptions
  readonly #logged = new Set<string>()
  readonly #livenesses = new Map<string, Liveness>()
  #stopping = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #session: Session | null = null
  #state: ConnectionState = { connected: false, reason: 'not started' }
  #endWait = () => {}

  constructor(options: YotoClientOptions) {
    this.#options = options
  }

  start(): void {
    this.#stopping = new AbortController()
    this.#running = this.#run(this.#stopping.signal)
  }

  /** Resolves when the connection is closed and nothing more will be called. */
  async stop(): Promise<void> {
    this.#stopping.abort(new AppError('unavailable', 'the connection to Yoto is stopping'))
    await this.#running
  }

  /** Subscribes to new players and unsubscribes from those that are gone. */
  playersChanged(): void {
    this.#session?.playersChanged()
  }

  /** Cuts the wait before the next try short, when there is reason to hope, such as a finished sign-in. */
  connectNow(): void {
    this.#endWait()
  }

  /**
   * Sends a command and waits for the player's answer.
   * @throws AppError `unavailable` without a connection, `unanswered` without an answer within 5 s, `refused` when
   * the player said FAIL, `not_found` for a player that is none of the account's.
   */
  async send(playerId: string, message: CommandMessage): Promise<void> {
    await this.#open().send(playerId, message)
  }

  /** Asks a player for everything it has to say; the answers come as patches. @throws AppError like `send`. */
  async refresh(playerId: string): Promise<void> {
    await this.#open().ask(playerId)
  }

  #open(): Session {
    if (this.#session === null)
      throw new AppError('unavailable', `not connected to Yoto: ${this.#state.reason ?? 'connecting'}`)
    return this.#session
  }

  async #run(signal: AbortSignal): Promise<void> {
    let refused: string | undefined
    for (let failures = 0; !signal.aborted; ) {
      const openedAt = this.#options.clock.now().getTime()
      const end = await this.#connectOnce(signal, refused)
      if (signal.aborted) break
      const tookMs = this.#options.clock.now().getTime() - openedAt
      failures = end.connected && tookMs >= steadyMs ? 1 : failures + 1
      // One refusal earns one new token: where the account lacks a right, no token will ever do.
      refused = end.connected ? undefined : (refused ?? end.refusedToken)
      this.#enter({ connected: false, reason: end.reason })
      const longestMs = end.refusedToken === undefined ? longestWaitMs : longestRefusedWaitMs
      const waitMs = backoffMs(failures, { random: this.#options.random, longestMs })
      await this.#wait(end.connected ? waitMs : Math.max(shortestWaitMs, waitMs - tookMs), signal)
    }
    this.#enter({ connected: false, reason: 'stopped' })
  }

  /** Resolves when the connection has ended, or could not be had. */
  async #connectOnce(
    signal: AbortSignal,
    refused: string | undefined,
  ): Promise<{ connected: boolean; reason: string; refusedToken?: string }> {
    let token = ''
    let session: Session | undefined
    let connection: CloudConnection | undefined
    try {
      // The broker closes the socket when the token expires, and takes no old one again.
      token = await unlessAborted(signal, this.#options.accessToken(refused))
      connection = await openConnection({
        url: this.#options.mqttUrl,
        clock: this.#options.clock,
        token,
        clientId: `YSS${randomText(this.#options.random, 20)}`,
        onMessage: (topic, payload, delivery) => session?.receive(topic, payload, delivery),
        signal,
      })
      session = new Session(connection, {
        ...this.#options,
        logged: this.#logged,
        livenesses: this.#livenesses,
      })
      this.#session = session
      this.#enter({ connected: true, reason: null })
      session.playersChanged()
      const reason = await connection.closed
      session.close(reason)
      return { connected: true, reason }
    } catch (thrown) {
      const reason = messageOf(thrown)
      return thrown instanceof TokenRefused
        ? { connected: false, reason, refusedToken: token }
        : { connected: false, reason }
    } finally {
      connection?.end()
      this.#session = null
    }
  }

  async #wait(ms: number, signal: AbortSignal): Promise<void> {
    const cut = new AbortController()
    this.#endWait = () => cut.abort()
    await this.#options.clock.sleep(ms, AbortSignal.any([signal, cut.signal])).catch(() => {})
    this.#endWait = () => {}
  }

  #enter(state: ConnectionState): void {
    if (state.connected === this.#state.connected && state.reason === this.#state.reason) return
    this.#state = state
    const { log, onConnection } = this.#options
    if (state.connected) log.info('connected to Yoto')
    else log.info('not connected to Yoto', { reason: state.reason })
    try {
      onConnection(state)
    } catch (thrown) {
      log.error('a listener to the connection failed', { reason: messageOf(thrown) })
    }
  }
}

/** A token that takes its time must not hold up the end of the program. */
async function unlessAborted<Value>(signal: AbortSignal, work: Promise<Value>): Promise<Value> {
  const settled = new AbortController()
  try {
    const aborted = once(signal, 'abort', { signal: settled.signal }).then(() =>
      Promise.reject(signal.reason),
    )
    const value = await Promise.race([work, aborted])
    signal.throwIfAborted()
    return value
  } finally {
    settled.abort()
  }
}
