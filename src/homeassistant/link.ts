import { backoffMs } from '../core/backoff.ts'
import { type Clock, every } from '../core/clock.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { type Access, isFinal, Session } from './session.ts'

export interface LinkOptions {
  readonly access: Access
  readonly clock: Clock
  /** 0 (inclusive) to 1, for the jitter of the waits between attempts. */
  readonly random: () => number
  readonly log: Log
  /** How long Home Assistant may take for an answer; 10 s where it is not given. */
  readonly answerMs?: number
}

const usualAnswerMs = 10_000
const longestWaitMs = 8_000
// The Supervisor's proxy closes a connection that is silent for longer.
const pingMs = 25_000
// A connection that held this long ends a row of failures.
const steadyAfterMs = 10_000

/**
 * Our connection to Home Assistant. It is opened when somebody needs it for the first time, and then comes back by itself:
 * Home Assistant restarts with each of its updates.
 */
export class HomeAssistantLink {
  readonly answerMs: number
  readonly #options: LinkOptions
  readonly #log: Log
  readonly #stopping = new AbortController()
  readonly #listeners: ((session: Session) => void)[] = []
  readonly #lostListeners: (() => void)[] = []
  readonly #waiting = new Set<(session: Session) => void>()
  readonly #givingUp = new Set<() => void>()
  #session: Session | null = null
  #loop: Promise<void> | null = null
  #lastComplaint: string | null = null
  #isRefused = false

  constructor(options: LinkOptions) {
    this.#options = options
    this.#log = options.log
    this.answerMs = options.answerMs ?? usualAnswerMs
  }

  /** Calls `run` with each connection that stands, from now on. */
  onConnect(run: (session: Session) => void): void {
    this.#listeners.push(run)
  }

  /** Calls `run` each time a connection was lost. */
  onLost(run: () => void): void {
    this.#lostListeners.push(run)
  }

  /** Opens the connection, and keeps it open, where nobody has needed it before. */
  need(): void {
    if (this.#loop === null && !this.#stopping.signal.aborted) this.#loop = this.#stayConnected()
  }

  /** The connection that stands, or the next one. @throws AppError `unavailable` where there is none in time. */
  async session(): Promise<Session> {
    this.need()
    if (this.#session !== null) return this.#session
    if (this.#isRefused)
      throw new AppError('unavailable', this.#lastComplaint ?? 'Home Assistant does not let us in')
    const words = () => this.#lastComplaint ?? 'Home Assistant does not answer'
    return new Promise((resolve, reject) => {
      const { signal } = this.#stopping
      const end = () => {
        clearTimeout(timeout)
        this.#waiting.delete(take)
        this.#givingUp.delete(give)
        signal.removeEventListener('abort', give)
      }
      const take = (session: Session) => {
        end()
        resolve(session)
      }
      const give = () => {
        end()
        reject(new AppError('unavailable', words()))
      }
      const timeout = setTimeout(give, this.answerMs)
      timeout.unref()
      this.#waiting.add(take)
      this.#givingUp.add(give)
      if (signal.aborted) give()
      else signal.addEventListener('abort', give, { once: true })
    })
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#session?.close()
    await this.#loop
  }

  async #stayConnected(): Promise<void> {
    const { access, clock, random } = this.#options
    const { signal } = this.#stopping
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        const session = await Session.open({ access, answerMs: this.answerMs, signal })
        const since = clock.now().getTime()
        await this.#serve(session)
        if (clock.now().getTime() - since >= steadyAfterMs) failures = 0
      } catch (error) {
        if (isFinal(error, access)) return this.#giveUp(messageOf(error))
        this.#complain(messageOf(error))
      }
      const wait = backoffMs(failures + 1, { firstMs: 500, longestMs: longestWaitMs, random })
      await clock.sleep(wait, signal).catch(() => undefined)
    }
  }

  async #serve(session: Session): Promise<void> {
    if (this.#stopping.signal.aborted) return session.close()
    this.#session = session
    this.#lastComplaint = null
    this.#log.info('connected to Home Assistant')
    for (const run of this.#listeners) this.#told(() => run(session))
    for (const take of [...this.#waiting]) take(session)
    const forget = every(this.#options.clock, pingMs, () => {
      session.ask({ type: 'ping' }).catch(() => session.close())
    })
    const reason = await session.closed
    forget()
    this.#session = null
    for (const run of this.#lostListeners) this.#told(run)
    if (this.#stopping.signal.aborted) return
    this.#lastComplaint = 'the connection to Home Assistant was lost'
    this.#log.warn(
      'lost the connection to Home Assistant, trying again until it works',
      reason === null ? {} : { reason },
    )
  }

  #told(run: () => void): void {
    try {
      run()
    } catch (error) {
      this.#log.error('a listener of the connection to Home Assistant failed', { error: messageOf(error) })
    }
  }

  #giveUp(reason: string): void {
    this.#isRefused = true
    this.#lastComplaint = reason
    this.#log.warn(`${reason}; it is not tried again before the next start`)
    for (const give of [...this.#givingUp]) give()
  }

  #complain(reason: string): void {
    if (this.#stopping.signal.aborted || reason === this.#lastComplaint) return
    this.#lastComplaint = reason
    this.#log.warn(`${reason}; trying again until it works`)
  }
}
