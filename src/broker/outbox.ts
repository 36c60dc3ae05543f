import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { Owner, Platforms, Standing } from './standing.ts'

interface OutboxOptions {
  readonly client: {
    readonly connected: boolean
    publish(topic: string, payload: string, options: { readonly retain: boolean }): Promise<void>
  }
  readonly standing: Standing
  readonly log: Log
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
}

interface Message {
  readonly topic: string
  readonly payload: string
  readonly retain: boolean
}

// Beyond that the oldest are left to the next run, which finds them noted.
const mostCleared = 1000
// Answers to requests go to topics that others have named.
const mostNamed = 100

/**
 * Everything that the bridge says, in its order. What stays on the broker is noted before it is said, and is not said
 * twice on one connection; while the broker is away nothing is said at all.
 */
export class Outbox {
  readonly #options: OutboxOptions
  /** What stands on the broker, as far as this connection put it there; empty for what was cleared. */
  readonly #said = new Map<string, string>()
  /** Cleared again after each connect: the broker may have been away, or have come back with what it kept before. */
  readonly #cleared = new Set<string>()
  /** How many of our own clearings the broker has yet to tell whoever listens, by topic. */
  readonly #echoes = new Map<string, number>()
  /** Why this connection cannot keep what should stand there, by topic. */
  readonly #leftOut = new Map<string, string>()
  /** Topics of which this connection could not take a message, as the log says. */
  readonly #named = new Set<string>()
  /** What waits for the store; undefined while nothing does. */
  #turn: Promise<void> | undefined
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

  /** Call it on a new connection, after `forgetSaid`. */
  clearAgain(): void {
    this.#echoes.clear()
    this.#named.clear()
    for (const topic of [...this.#leftOut.keys()]) this.#enter(topic, null)
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
    void this.#send({ topic, payload, retain: true })
    return true
  }

  /** Brings whether it is said now: not what stands already, nor while the broker is away. */
  retain({ topic, payload, owner, components }: Kept, delivered?: () => void): boolean {
    this.#cleared.delete(topic)
    if (!this.isOpen || this.#said.get(topic) === payload) return false
    this.#said.set(topic, payload)
    const noted = this.#options.standing.note(topic, owner, components)
    if (noted !== undefined) this.#queue(() => noted)
    void this.#send({ topic, payload, retain: true }, delivered)
    return true
  }

  /** Once or not at all; resolves when the broker has it, or never will. */
  say(topic: string, payload: string): Promise<void> {
    return this.#send({ topic, payload, retain: false })
  }

  /** Takes back what is retained there. */
  clear(topic: string): void {
    this.#remember(topic)
    if (!this.isOpen || this.#said.get(topic) === '') return
    this.#said.set(topic, '')
    void this.#send({ topic, payload: '', retain: true }, () => {
      if (this.#cleared.has(topic)) this.#options.standing.forget(topic)
    })
  }

  /** Whether a clearing that was heard is one of our own; each of them is heard once. */
  isEcho(topic: string): boolean {
    const expected = this.#echoes.get(topic) ?? 0
    if (expected > 0) this.#echoes.set(topic, expected - 1)
    return expected > 0
  }

  /** Somebody else has cleared it. */
  lost(topic: string): void {
    this.#said.delete(topic)
    this.#options.standing.forget(topic)
  }

  /** Says this last, and nothing any more. */
  async close({ topic, payload }: Pick<Kept, 'topic' | 'payload'>): Promise<void> {
    this.#closed = true
    await this.#turn
    if (this.#options.client.connected) await this.#publish({ topic, payload, retain: true })
  }

  #remember(topic: string): void {
    this.#cleared.delete(topic)
    this.#cleared.add(topic)
    for (const oldest of this.#cleared) {
      if (this.#cleared.size <= mostCleared) break
      this.#cleared.delete(oldest)
      this.#echoes.delete(oldest)
      if (this.#said.get(oldest) === '') this.#said.delete(oldest)
    }
  }

  #send(message: Message, delivered?: () => void): Promise<void> {
    if (!this.isOpen) return Promise.resolve()
    if (this.#turn === undefined) return this.#publish(message, delivered)
    return new Promise((resolve) => {
      this.#queue(() => void this.#publish(message, delivered).then(resolve))
    })
  }

  #queue(step: () => unknown): void {
    const turn = (this.#turn ?? Promise.resolve()).then(step).then(() => {
      if (this.#turn === turn) this.#turn = undefined
    })
    this.#turn = turn
  }

  async #publish({ topic, payload, retain }: Message, delivered?: () => void): Promise<void> {
    if (retain && payload === '') this.#echoes.set(topic, (this.#echoes.get(topic) ?? 0) + 1)
    try {
      await this.#options.client.publish(topic, payload, { retain })
      if (retain) this.#enter(topic, null)
      delivered?.()
    } catch (error) {
      // A retained one is said again after the next connect, or with the next change.
      if (this.#said.get(topic) === payload) this.#said.delete(topic)
      this.#nameFault(topic, error)
      if (retain && isUnfit(error)) this.#enter(topic, error.message)
    }
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
