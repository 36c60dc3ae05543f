import { type Clock, isoOf } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { AppError, messageOf } from '../core/error.ts'
import { type Icon, type IconsRead, isIconId } from '../core/icon.ts'
import { isJsonObject } from '../core/json.ts'
import type { Log } from '../core/log.ts'

interface IconListOptions {
  /** Whose they are, for messages and for the store: `public`. */
  readonly name: 'public' | 'own'
  /** @throws AppError where the account does not tell now */
  readonly list: () => Promise<readonly Icon[]>
  /** How long a list is new enough. */
  readonly freshMs: number
  /** Where the last list is kept for the next run; it is forgotten with the process where absent. */
  readonly store?: Collection<unknown>
  readonly clock: Clock
  readonly log: Log
}

interface Listed {
  readonly icons: readonly Icon[]
  readonly at: Date
}

// However many addresses lead nowhere, the list is not read for each of them.
const addressesMs = 600_000
// Who was refused is not asked again before.
const apartMs = 30_000
// Whoever asks gets an old list by then, or is told that there is none.
const patienceMs = { old: 3_000, none: 25_000 } as const

/** Icons as the account lists them: asked for when somebody wants them, one reading at a time, and kept while Yoto is away. */
export class IconList {
  readonly #options: IconListOptions
  #last: Listed | undefined
  #isOutdated = false
  #fault: { readonly error: unknown; readonly atMs: number } | undefined
  #reading: Promise<void> | undefined

  constructor(options: IconListOptions) {
    this.#options = options
  }

  /** Takes up the list of an earlier run. Rejects as the store does. */
  async start(): Promise<void> {
    const { store, name } = this.#options
    this.#last = listedIn(await store?.get(name))
  }

  /**
   * The list, as new as it should be; where Yoto does not give it now, the last one that it gave.
   * @throws AppError as the account does where it has not given any
   */
  async read(): Promise<IconsRead> {
    if (!this.#isFresh)
      await this.#atMost(this.#last === undefined ? patienceMs.none : patienceMs.old, this.#ask())
    if (this.#last === undefined) throw this.#fault?.error ?? this.#late()
    const { icons, at } = this.#last
    const problem = this.#isFresh ? null : messageOf(this.#fault?.error ?? this.#late())
    return { icons, read_at: isoOf(at), problem }
  }

  /** The icon of the list as it was last read. */
  find(id: string): Icon | undefined {
    return this.#last?.icons.find((icon) => icon.id === id)
  }

  /** There is another icon in it by now: who asks next is told. */
  outdate(): void {
    this.#isOutdated = true
  }

  /** Its addresses lead nowhere any more: who asks next is told others, unless it has just been read. */
  outdateAddresses(): void {
    if (this.#last !== undefined && this.#nowMs - this.#last.at.getTime() > addressesMs)
      this.#isOutdated = true
  }

  /** Forgets the list, and whatever is being read: it is of an account that is signed out. */
  forget(): void {
    this.#last = undefined
    this.#reading = undefined
    this.askAgain()
  }

  /** Asks again for what was refused, as soon as somebody wants it. */
  askAgain(): void {
    this.#fault = undefined
  }

  get #isFresh(): boolean {
    if (this.#last === undefined || this.#isOutdated) return false
    const ageMs = this.#nowMs - this.#last.at.getTime()
    // A clock that was put back makes no list fresh for ever.
    return ageMs >= 0 && ageMs < this.#options.freshMs
  }

  /** Resolves when the list has been read, or cannot be. */
  #ask(): Promise<void> {
    if (this.#reading !== undefined) return this.#reading
    if (this.#fault !== undefined && this.#nowMs - this.#fault.atMs < apartMs) return Promise.resolve()
    const wasOutdated = this.#isOutdated
    this.#isOutdated = false
    const reading = this.#options.list().then(
      async (icons) => {
        if (this.#reading !== reading) return
        this.#last = { icons, at: this.#options.clock.now() }
        this.#fault = undefined
        await this.#keep(this.#last)
      },
      (error: unknown) => {
        if (this.#reading !== reading) return
        this.#fault = { error, atMs: this.#nowMs }
        this.#isOutdated ||= wasOutdated
      },
    )
    this.#reading = reading
    void reading.finally(() => {
      if (this.#reading === reading) this.#reading = undefined
    })
    return reading
  }

  async #keep({ icons, at }: Listed): Promise<void> {
    const { store, name, log } = this.#options
    try {
      await store?.set(name, { at_ms: at.getTime(), icons })
    } catch (error) {
      log.warn('the list of icons could not be stored', { list: name, error: messageOf(error) })
    }
  }

  async #atMost(ms: number, work: Promise<void>): Promise<void> {
    const done = new AbortController()
    const patience = this.#options.clock.sleep(ms, done.signal).catch(() => undefined)
    await Promise.race([work, patience])
    done.abort()
  }

  #late(): AppError {
    const whose = this.#options.name === 'own' ? "the account's icons" : 'its icons'
    return new AppError('unavailable', `Yoto has not told of ${whose} yet: ask again in a while`)
  }

  get #nowMs(): number {
    return this.#options.clock.now().getTime()
  }
}

function listedIn(stored: unknown): Listed | undefined {
  if (!isJsonObject(stored) || typeof stored.at_ms !== 'number' || !Array.isArray(stored.icons))
    return undefined
  const at = new Date(stored.at_ms)
  if (Number.isNaN(at.getTime())) return undefined
  return { at, icons: stored.icons.flatMap(iconIn) }
}

function iconIn(stored: unknown): Icon[] {
  if (!isJsonObject(stored)) return []
  const { id, title, tags, url } = stored
  if (typeof id !== 'string' || !isIconId(id) || typeof title !== 'string' || !Array.isArray(tags)) return []
  if (typeof url !== 'string' && url !== null) return []
  return [{ id, title, url, tags: tags.filter((tag) => typeof tag === 'string') }]
}
