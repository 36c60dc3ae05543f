import { type Clock, isoOf } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { AppError, messageOf } from '../core/error.ts'
import { isJsonObject } from '../core/json.ts'
import type { Log } from '../core/log.ts'
import { digestOf, newSecret } from './secret.ts'

/** What lets anybody who knows it start the rules that wait for it. */
interface Hook {
  readonly key: string
  /** ISO 8601 with offset. */
  readonly created_at: string
}

/** A webhook as admins see it. */
export interface WebhookView extends Hook {
  readonly name: string
  /** Where it is called, below the address of a door. */
  readonly path: string
  /** Since the start of the product; null: not yet. */
  readonly last_called_at: string | null
}

interface WebhooksOptions {
  /** By name. */
  readonly records: Collection<unknown>
  /** Masks a secret wherever it is said from now on. */
  readonly hide: (secret: string) => void
  readonly clock: Clock
  readonly log: Log
}

/** Rules that wait for one. */
interface Waiting {
  readonly receive: Set<(body: string) => void>
  lastCalledAt: string | null
  windowStartMs: number
  inWindow: number
}

const windowMs = 10_000
const mostInWindow = 20
const readableKey = /^[\w-]{22,100}$/

/**
 * The webhooks that rules wait for, each with a key of its own that is made when the first rule asks for it. A key stays
 * in the store when no rule waits for it any more, so that a slip in a file does not change the address.
 */
export class Webhooks {
  readonly #options: WebhooksOptions
  readonly #hooks = new Map<string, Hook>()
  readonly #waiting = new Map<string, Waiting>()
  /** Names by the digest of their key: how long the look takes tells nobody how much of a key was guessed right. */
  readonly #names = new Map<string, string>()
  #written: Promise<unknown> = Promise.resolve()

  constructor(options: WebhooksOptions) {
    this.#options = options
  }

  /** Reads the keys of earlier runs. */
  async start(): Promise<void> {
    for (const [name, stored] of await this.#options.records.entries()) {
      const hook = hookIn(stored)
      if (hook === null)
        this.#options.log.warn('the key of a webhook cannot be read; it gets another', { name })
      else this.#take(name, hook)
    }
  }

  /** Resolves when every key is in the store. */
  async stop(): Promise<void> {
    await this.#written
  }

  /** Calls `receive` with the body of each call until the returned function is called. */
  listen(name: string, receive: (body: string) => void): () => void {
    if (!this.#hooks.has(name)) this.#make(name).catch(() => undefined)
    const waiting = this.#waiting.get(name) ?? {
      receive: new Set(),
      lastCalledAt: null,
      windowStartMs: Number.NEGATIVE_INFINITY,
      inWindow: 0,
    }
    this.#waiting.set(name, waiting)
    waiting.receive.add(receive)
    return () => {
      waiting.receive.delete(receive)
      if (waiting.receive.size === 0 && this.#waiting.get(name) === waiting) this.#waiting.delete(name)
    }
  }

  /** Those that rules wait for now, by name; their keys are in the store. */
  async list(): Promise<WebhookView[]> {
    await this.#written
    return [...this.#waiting.keys()].sort().flatMap((name) => this.#viewOf(name) ?? [])
  }

  /** Gives it another key; the one before opens nothing any more. @throws AppError `not_found` where no rule waits for it. */
  async rotate(name: string): Promise<WebhookView> {
    this.#requireWaiting(name)
    await this.#make(name)
    this.#options.log.info('a webhook has another key', { name })
    const view = this.#viewOf(name)
    if (view === null) throw unknown(name)
    return view
  }

  /** @throws AppError `not_found` for a key that opens nothing, `too_many` when it is called too often. */
  admit(key: string): { call(body: string): void } {
    const name = this.#names.get(digestOf(key))
    const waiting = name === undefined ? undefined : this.#waiting.get(name)
    if (name === undefined || waiting === undefined)
      throw new AppError('not_found', 'there is nothing at this address')
    this.#count(waiting)
    return {
      call: (body) => {
        waiting.lastCalledAt = isoOf(this.#options.clock.now())
        for (const receive of [...waiting.receive]) receive(body)
      },
    }
  }

  #count(waiting: Waiting): void {
    const nowMs = this.#options.clock.now().getTime()
    if (nowMs >= waiting.windowStartMs + windowMs || nowMs < waiting.windowStartMs) {
      waiting.windowStartMs = nowMs
      waiting.inWindow = 0
    }
    waiting.inWindow += 1
    if (waiting.inWindow <= mostInWindow) return
    const seconds = Math.max(1, Math.ceil((waiting.windowStartMs + windowMs - nowMs) / 1000))
    throw new AppError('too_many', `this webhook is called too often: try again in ${seconds} s`, {
      details: { retry_after_s: seconds },
    })
  }

  #requireWaiting(name: string): void {
    if (!this.#waiting.has(name)) throw unknown(name)
  }

  #viewOf(name: string): WebhookView | null {
    const hook = this.#hooks.get(name)
    if (hook === undefined) return null
    const last_called_at = this.#waiting.get(name)?.lastCalledAt ?? null
    return { name, ...hook, path: `/api/hook/${hook.key}`, last_called_at }
  }

  /** Rejects where the store does not take it; then the key before stays, where there was one. */
  #make(name: string): Promise<void> {
    const { records, clock, log } = this.#options
    const hook = { key: newSecret(), created_at: isoOf(clock.now()) }
    this.#options.hide(hook.key)
    const before = this.#hooks.get(name)
    // What calls it right after the start must find it, whatever the disk takes its time for.
    if (before === undefined) this.#take(name, hook)
    const written = records.set(name, hook).then(() => this.#take(name, hook))
    this.#written = Promise.allSettled([this.#written, written])
    written.catch((error) =>
      log.error('the key of a webhook could not be stored', { name, error: messageOf(error) }),
    )
    return written
  }

  #take(name: string, hook: Hook): void {
    const before = this.#hooks.get(name)
    if (before !== undefined) this.#names.delete(digestOf(before.key))
    this.#options.hide(hook.key)
    this.#hooks.set(name, hook)
    this.#names.set(digestOf(hook.key), name)
  }
}

function unknown(name: string): AppError {
  return new AppError('not_found', `no rule waits for a webhook "${name.slice(0, 80)}"`)
}

function hookIn(stored: unknown): Hook | null {
  if (!isJsonObject(stored)) return null
  const { key, created_at } = stored
  if (typeof key !== 'string' || !readableKey.test(key)) return null
  return { key, created_at: typeof created_at === 'string' ? created_at : '' }
}
