import type { LiveMessage } from '../src/http/live-event.ts'
import { fetchCatchUp } from './api.ts'
import { apiUrl, statusOf } from './request.ts'
import { liveEventNames } from './store.ts'

export type LiveStatus = 'connecting' | 'connected' | 'lost'

interface LiveConnectionOptions {
  readonly receive: (message: LiveMessage) => void
  readonly status: (status: LiveStatus) => void
}

// Some proxies hold events back until an answer ends, and so for ever.
const firstEventMs = 5000
const pollMs = 2000
const reopenMs = 3000

/** Brings the product's messages: as server-sent events, and by asking where those do not get through. */
export class LiveConnection {
  readonly #options: LiveConnectionOptions
  #source: EventSource | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #lastId: string | null = null
  #polling = false

  constructor(options: LiveConnectionOptions) {
    this.#options = options
  }

  start(): void {
    this.#options.status('connecting')
    this.#open()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#source?.close()
    this.#source = null
    this.#polling = false
  }

  /** A page that was asleep may sit on a connection that is dead without knowing it. */
  wake(): void {
    this.stop()
    this.#open()
  }

  #open(): void {
    const source = new EventSource(apiUrl('live'))
    this.#source = source
    this.#timer = setTimeout(() => this.#pollInstead(), firstEventMs)
    for (const name of liveEventNames)
      source.addEventListener(name, (event) => {
        clearTimeout(this.#timer)
        this.#receive({ event: name, data: JSON.parse(event.data) }, event.lastEventId)
      })
    source.addEventListener('error', () => this.#broken(source))
  }

  #broken(source: EventSource): void {
    if (source !== this.#source) return
    if (this.#lastId !== null) this.#options.status('lost')
    // The browser itself tries again but after an answer that is no stream, as a proxy gives while we start.
    if (source.readyState !== EventSource.CLOSED) return
    clearTimeout(this.#timer)
    void this.#askWhy(source)
  }

  /** A stream of events does not tell why it was refused; an ordinary answer does. */
  async #askWhy(source: EventSource): Promise<void> {
    const status = await fetchCatchUp(this.#lastId).then(() => null, statusOf)
    if (source !== this.#source) return
    const refused = status === 401 || status === 403
    // While nobody is let in there is no stream to open; whoever holds this connection ends it when that is certain.
    this.#timer = setTimeout(() => (refused ? void this.#askWhy(source) : this.#open()), reopenMs)
  }

  #receive(message: LiveMessage, id: string): void {
    this.#lastId = id
    this.#options.status('connected')
    this.#options.receive(message)
  }

  #pollInstead(): void {
    this.stop()
    this.#polling = true
    void this.#poll()
  }

  async #poll(): Promise<void> {
    try {
      const { id, messages } = await fetchCatchUp(this.#lastId)
      if (!this.#polling) return
      for (const message of messages) this.#receive(message, message.id)
      this.#lastId = id
      this.#options.status('connected')
    } catch {
      this.#options.status('lost')
    }
    if (this.#polling) this.#timer = setTimeout(() => void this.#poll(), pollMs)
  }
}
