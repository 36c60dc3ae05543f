import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { Echoes } from './echoes.ts'
import { Line, type Message, mostEvents } from './line.ts'
import type { PublishOptions } from './sender.ts'
import type { Owner, Platforms, Standing } from './standing.ts'

interface OutboxOptions {
  readonly client: {
    readonly connected: boolean
    publish(topic: string, payload: string, options: PublishOptions): Promise<void>
  }
  readonly standing: Standing
  readonly log: Log
  /** Whether the broker tells us of what we ourselves say there; clearings it may tell of anywhere. */
  readonly isEchoed: (topic: string) => boolean
  /** Told why a message that should stay on the broker cannot be said there; null when there is none any more. */
  readonly leftOut: (words: string | null) => void
}

/** A message that stays on the broker. */
export interface Kept {
  readonly topic: string
  readonly payload: string
  readonly owner: Owner
  /** Of a device's discovery: the components that Home Assistant may know of from then on. */
  readonly components?: Platforms
  /** Whether all that was said before must be out before it; else it may take the place of an older one that waits. */
  readonly follows?: boolean
}

// Beyond that the oldest are left to the next run, which finds them noted.
const mostCleared = 1000
// Answers to requests go to topics that others have named.
const mostNamed = 100

/**
 * Everything that the bridge says, one after the other as the broker takes it. What stays on the broker is noted before
 * it is said, and is not said twice on one connection; while the broker is away nothing is said at all.
 */
export class Outbox {
  readonly #options: OutboxOptions
  /** What stands on the broker, as far as this connection put it there; empty for what was cleared. */
  readonly #said = new Map<string, string>()
  /** Cleared again after each connect: the broker may have been away, or have come back with what it kept before. */
  readonly #cleared = new Set<string>()
  readonly #echoes = new Echoes()
  /** Why this connection cannot keep what should stand there, by topic. */
  readonly #leftOut = new Map<string, string>()
  /** Topics of which this connection could not take a message, as the log says. */
  readonly #named = new Set<string>()
  readonly #line = new Line({ eventGivenUp: () => this.#eventGivenUp() })
  #isSaying = false
  /** Whether events were given up since the line was empty. */
  #isBehind = false
  #closed = false

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  /** Whether something can be said now. */
  get isOpen(): boolean {
    return !this.#closed && this.#options.client.connected
  }

  /** From now on everything is said again, also what stands already. */
  forgetSaid(): void {
    this.#said.clear()
  }

  /** Call it on a new connection, before anything is said. */
  connected(): void {
    this.#line.clear()
    this.forgetSaid()
    this.#echoes.forgetAll()
    this.#named.clear()
    for (const topic of [...this.#leftOut.keys()]) this.#enter(topic, null)
  }

  /** Call it on a new connection, before what may stand again. */
  clearAgain(): void {
    for (const topic of [...this.#cleared]) this.clear(topic)
  }

  /** Whether it was said on this connection and not cleared since. */
  stands(topic: string): boolean {
    return (this.#said.get(topic) ?? '') !== ''
  }

  /** Whether something else was said there on this connection, and not cleared since. */
  saysOtherwise(topic: string, payload: string): boolean {
    return this.stands(topic) && this.#said.get(topic) !== payload
  }

  /** Says what stands there once more, for somebody else has overwritten it. Brings whether something does. */
  repeat(topic: string): boolean {
    const payload = this.#said.get(topic) ?? ''
    if (!this.isOpen || payload === '') return false
    // What waits is said anyway.
    if (!this.#line.has(topic)) this.#retain({ topic, payload, retain: true })
    return true
  }

  /** Brings whether it is said now: not what stands already, nor while the broker is away. */
  retain({ topic, payload, owner, components, follows = false }: Kept, delivered?: () => void): boolean {
    this.#cleared.delete(topic)
    if (!this.isOpen || this.#said.get(topic) === payload) return false
    this.#said.set(topic, payload)
    const noted = this.#options.standing.note(topic, owner, components)
    this.#retain({ topic, payload, retain: true, noted, delivered }, follows)
    return true
  }

  /** An answer, said once or not at all; resolves when the broker has it, or never will. */
  answer(topic: string, payload: string): Promise<void> {
    if (!this.isOpen) return Promise.resolve()
    return new Promise((settled) => {
      this.#line.add({ topic, payload, retain: false, settled })
      void this.#sayAll()
    })
  }

  /** Said once or not at all, after the state that it tells of. */
  event(topic: string, payload: string): void {
    if (!this.isOpen) return
    this.#line.addEvent({ topic, payload, retain: false })
    void this.#sayAll()
  }

  /** Takes back what is retained there. */
  clear(topic: string): void {
    this.#remember(topic)
    if (!this.isOpen || this.#said.get(topic) === '') return
    this.#said.set(topic, '')
    const delivered = () => {
      if (this.#cleared.has(topic)) this.#options.standing.forget(topic)
    }
    this.#retain({ topic, payload: '', retain: true, delivered })
  }

  /** Whether what was just heard is our own word, and not the same from somebody else. */
  isEcho(topic: string, payload: string): boolean {
    return this.#echoes.take(topic, payload)
  }

  /** Somebody else has cleared it. */
  lost(topic: string): void {
    this.#said.delete(topic)
    this.#options.standing.forget(topic)
  }

  /** Gives up all that waits, says this and nothing any more. */
  async close({ topic, payload }: Pick<Kept, 'topic' | 'payload'>): Promise<void> {
    this.#closed = true
    this.#line.clear()
    if (this.#options.client.connected) await this.#publish({ topic, payload, retain: true }, { last: true })
  }

  #remember(topic: string): void {
    this.#cleared.delete(topic)
    this.#cleared.add(topic)
    for (const oldest of this.#cleared) {
      if (this.#cleared.size <= mostCleared) break
      this.#cleared.delete(oldest)
      this.#echoes.forget(oldest)
      if (this.#said.get(oldest) === '') this.#said.delete(oldest)
    }
  }

  #retain(message: Message, follows = false): void {
    this.#line.retain(message, { follows })
    void this.#sayAll()
  }

  async #sayAll(): Promise<void> {
    if (this.#isSaying) return
    this.#isSaying = true
    for (let next = this.#line.shift(); next !== undefined; next = this.#line.shift()) {
      if (next.noted !== undefined) await next.noted
      if (this.isOpen) await this.#publish(next)
      next.settled?.()
    }
    this.#isSaying = false
    this.#isBehind = false
  }

  async #publish(
    { topic, payload, retain, delivered }: Message,
    options: Pick<PublishOptions, 'last'> = {},
  ): Promise<void> {
    if (retain && (payload === '' || this.#options.isEchoed(topic))) this.#echoes.await(topic, payload)
    try {
      await this.#options.client.publish(topic, payload, { retain, ...options })
      if (retain) this.#enter(topic, null)
      delivered?.()
    } catch (error) {
      if (retain) this.#echoes.giveUp(topic, payload)
      // A retained one is said again after the next connect, or with the next change.
      if (this.#said.get(topic) === payload) this.#said.delete(topic)
      this.#nameFault(topic, error)
      if (retain && isUnfit(error)) this.#enter(topic, error.message)
    }
  }

  #eventGivenUp(): void {
    if (this.#isBehind) return
    this.#isBehind = true
    this.#options.log.warn(
      `events are left out on MQTT: there are more than the broker takes, and at most ${mostEvents} wait`,
    )
  }

  #enter(topic: string, words: string | null): void {
    if ((this.#leftOut.get(topic) ?? null) === words) return
    if (words === null) this.#leftOut.delete(topic)
    else this.#leftOut.set(topic, words)
    const [first = null] = this.#leftOut.values()
    this.#options.leftOut(first)
  }

  #nameFault(topic: string, error: unknown): void {
    const { log } = this.#options
    if (!isUnfit(error) || this.#named.has(topic) || this.#named.size >= mostNamed) {
      log.debug('an MQTT message was not delivered', { topic, error: messageOf(error) })
      return
    }
    this.#named.add(topic)
    log.warn(error.message)
  }
}

/** Whether no try will ever get it through this connection. */
function isUnfit(error: unknown): error is AppError {
  return error instanceof AppError && error.code === 'unprocessable'
}
