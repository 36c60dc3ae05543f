import type { ReactiveController, ReactiveControllerHost } from 'lit'
import type { Queue } from '../src/core/queue.ts'
import type { LibraryEntry } from '../src/http/api/library.ts'
import type { LiveMessage } from '../src/http/live-event.ts'
import { fetchLibrary } from './api.ts'
import type { Items } from './items.ts'
import { KnownItems } from './known-items.ts'
import type { Transfer } from './transfer.ts'
import { Uploader } from './uploader.ts'

/** What there is to hear and what is on its way, kept up to date by live messages for every page. */
export class HouseLibrary implements ReactiveController {
  /** Null until it was read. */
  files: readonly LibraryEntry[] | null = null
  /** What stands in queues, by reference; null until the library was read. */
  items: Items | null = null
  transfers: readonly Transfer[] = []
  /** Counts what the product told of the library. */
  news = 0
  readonly uploader = new Uploader(() => {
    this.transfers = this.uploader.transfers
    this.#host.requestUpdate()
  })
  readonly #host: ReactiveControllerHost
  readonly #failed: (error: unknown) => void
  readonly #known = new KnownItems({
    changed: (items) => {
      this.items = items
      this.#host.requestUpdate()
    },
    failed: (error) => this.#failed(error),
  })
  #isReading = false
  #isStale = false

  constructor(host: ReactiveControllerHost, failed: (error: unknown) => void) {
    this.#host = host
    this.#failed = failed
    host.addController(this)
  }

  hostConnected(): void {
    window.addEventListener('beforeunload', this.#leaving)
  }

  hostDisconnected(): void {
    window.removeEventListener('beforeunload', this.#leaving)
    this.uploader.stop()
  }

  hear(message: LiveMessage): void {
    if (message.event === 'upload') this.uploader.take(message.data)
    if (message.event === 'upload-removed') this.uploader.removed(message.data.id)
    // What came before a snapshot may have been missed.
    if (message.event === 'snapshot') void this.uploader.read().catch(this.#failed)
    if (message.event !== 'library' && message.event !== 'snapshot') return
    this.news++
    void this.read()
  }

  setQueues(queues: Iterable<Queue>): void {
    this.#known.setQueues(queues)
  }

  /** Once for all who ask while it is read: a library may be large, and change in many places at once. */
  async read(): Promise<void> {
    this.#isStale = true
    if (this.#isReading) return
    this.#isReading = true
    try {
      while (this.#isStale) {
        this.#isStale = false
        this.files = await fetchLibrary()
        this.#known.setLibrary(this.files)
      }
    } catch (error) {
      this.#failed(error)
    } finally {
      this.#isReading = false
    }
    this.#host.requestUpdate()
  }

  /** The browser asks whether what is on its way may break off. */
  readonly #leaving = (event: BeforeUnloadEvent): void => {
    if (this.uploader.isBusy) event.preventDefault()
  }
}
