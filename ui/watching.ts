import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { faultText } from './attempt.ts'
import type { Say } from './text.ts'

interface WatchingHost extends ReactiveControllerHost {
  /** False while nobody is signed in. */
  readonly active: boolean
  readonly say: Say
}

interface WatchingOptions<Value> {
  readonly fetch: () => Promise<Value>
  readonly everyMs: number
  /** Whether nothing new is to be expected any more. */
  readonly isSettled?: (value: Value) => boolean
}

/** What an element shows of the product, read again and again as long as the page is before somebody's eyes. */
export class Watching<Value> implements ReactiveController {
  /** Null until it was read; stays where a later try fails. */
  value: Value | null = null
  /** Why the last try failed, in the reader's words. */
  fault: string | null = null
  readonly #host: WatchingHost
  readonly #options: WatchingOptions<Value>
  #isActive: boolean | null = null
  /** Counts what was begun: only the last of it says how it went. */
  #turn = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(host: WatchingHost, options: WatchingOptions<Value>) {
    this.#host = host
    this.#options = options
    host.addController(this)
  }

  hostConnected(): void {
    document.addEventListener('visibilitychange', this.#look)
  }

  hostUpdated(): void {
    if (this.#host.active === this.#isActive) return
    this.#isActive = this.#host.active
    this.#look()
  }

  hostDisconnected(): void {
    document.removeEventListener('visibilitychange', this.#look)
    this.#isActive = null
    this.#rest()
  }

  async read(): Promise<void> {
    this.#rest()
    const turn = this.#turn
    try {
      const value = await this.#options.fetch()
      if (turn === this.#turn) this.take(value)
    } catch (error) {
      if (turn !== this.#turn) return
      this.fault = faultText(error, this.#host.say)
      this.#goOn()
    }
  }

  /** An answer to something else has brought it; one that is under way may be older. */
  take(value: Value): void {
    this.#rest()
    this.value = value
    this.fault = null
    this.#goOn()
  }

  #goOn(): void {
    this.#host.requestUpdate()
    const { everyMs, isSettled = () => false } = this.#options
    const isDone = this.fault === null && this.value !== null && isSettled(this.value)
    if (this.#isSeen && !isDone) this.#timer = setTimeout(() => void this.read(), everyMs)
  }

  #rest(): void {
    this.#turn++
    clearTimeout(this.#timer)
  }

  readonly #look = (): void => {
    if (this.#isSeen) void this.read()
    else this.#rest()
  }

  get #isSeen(): boolean {
    return this.#isActive === true && !document.hidden
  }
}
