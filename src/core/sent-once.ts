import type { Clock } from './clock.ts'
import type { Collection } from './collection.ts'
import { isJsonObject } from './json.ts'

interface SentOnceOptions<Value> {
  /** By key, as `{<field>: …, used_ms}`. What the store gives back is checked before it is believed. */
  readonly records: Collection<unknown>
  readonly field: string
  /** What was stored of a value; null for what can be none. */
  readonly valueIn: (stored: unknown) => Value | null
  readonly clock: Clock
}

interface Kept<Value> {
  readonly value: Value
  readonly usedMs: number
}

const dayMs = 24 * 3_600_000
const keptMs = 400 * dayMs

/** What lies in the account by now, as the account names it, so that the same is not sent there twice. */
export class SentOnce<Value> {
  readonly #options: SentOnceOptions<Value>
  readonly #kept = new Map<string, Kept<Value>>()
  readonly #underWay = new Map<string, Promise<Value>>()
  /** How many accounts have been signed out. */
  #accounts = 0

  constructor(options: SentOnceOptions<Value>) {
    this.#options = options
  }

  /** Reads what earlier runs have sent, and forgets what nobody has needed for a year. Rejects as the store does. */
  async start(): Promise<void> {
    const { records } = this.#options
    for (const [key, stored] of await records.entries()) {
      const kept = this.#keptIn(stored)
      if (kept !== null && this.#nowMs - kept.usedMs < keptMs) this.#kept.set(key, kept)
      else await records.delete(key)
    }
  }

  /** Undefined where it has to be sent first. */
  get(key: string): Value | undefined {
    return this.#kept.get(key)?.value
  }

  /** All that was sent. */
  values(): readonly Value[] {
    return [...this.#kept.values()].map(({ value }) => value)
  }

  /**
   * What the account names it by, sent where it is not there yet; who asks while it is under way gets the same. It is in the
   * store when it resolves, unless the account was signed out meanwhile.
   * @throws whatever `send` does, and the store
   */
  ensure(key: string, send: () => Promise<Value>): Promise<Value> {
    const sending = this.#underWay.get(key)
    if (sending !== undefined) return sending
    const begun = this.#ensure(key, send).finally(() => {
      if (this.#underWay.get(key) === begun) this.#underWay.delete(key)
    })
    this.#underWay.set(key, begun)
    return begun
  }

  /** The account does not know these any more. Rejects as the store does. */
  async forget(isLost: (value: Value) => boolean): Promise<void> {
    const lost = [...this.#kept].flatMap(([key, { value }]) => (isLost(value) ? [key] : []))
    for (const key of lost) this.#kept.delete(key)
    for (const key of lost) await this.#options.records.delete(key)
  }

  /** All of it, and what is under way, is in an account that is signed out. Rejects as the store does. */
  forgetAll(): Promise<void> {
    this.#accounts++
    this.#underWay.clear()
    return this.forget(() => true)
  }

  async #ensure(key: string, send: () => Promise<Value>): Promise<Value> {
    const account = this.#accounts
    const kept = this.#kept.get(key)
    if (kept !== undefined) {
      if (this.#nowMs - kept.usedMs > dayMs) await this.#keep(key, kept.value, account)
      return kept.value
    }
    const value = await send()
    await this.#keep(key, value, account)
    return value
  }

  async #keep(key: string, value: Value, account: number): Promise<void> {
    const { records, field } = this.#options
    if (account !== this.#accounts) return
    const usedMs = this.#nowMs
    await records.set(key, { [field]: value, used_ms: usedMs })
    if (account === this.#accounts) this.#kept.set(key, { value, usedMs })
    else if (!this.#kept.has(key)) await records.delete(key)
  }

  #keptIn(stored: unknown): Kept<Value> | null {
    if (!isJsonObject(stored) || typeof stored.used_ms !== 'number') return null
    const value = this.#options.valueIn(stored[this.#options.field])
    return value === null ? null : { value, usedMs: stored.used_ms }
  }

  get #nowMs(): number {
    return this.#options.clock.now().getTime()
  }
}
