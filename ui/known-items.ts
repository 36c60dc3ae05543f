import type { Queue } from '../src/core/queue.ts'
import type { LibraryEntry } from '../src/http/api/library.ts'
import { type Items, type KnownItem, plainName } from './items.ts'
import { segment } from './path.ts'
import { ask, statusOf } from './request.ts'

interface QueueView {
  readonly items: readonly (Pick<KnownItem, 'title' | 'seconds' | 'state' | 'progress' | 'reason'> & {
    readonly file: string
  })[]
}

/** Where the reference of a chapter ends in its number, what stands before it. */
const chapterOf = /^(?:file:)?(.+)\/\d{1,9}$/

const withSource = /^[a-z][a-z0-9-]*:/

/**
 * Knows every item of the queues: files from the library, all others from the views of the queues they stand in,
 * which are asked for only where there is such an item.
 */
export class KnownItems {
  readonly #changed: (items: Items) => void
  readonly #failed: (error: unknown) => void
  #files: ReadonlyMap<string, LibraryEntry> | null = null
  #queues: readonly Queue[] = []
  #others: Items = new Map()
  #isReading = false
  #isStale = false

  constructor({ changed, failed }: { changed: (items: Items) => void; failed: (error: unknown) => void }) {
    this.#changed = changed
    this.#failed = failed
  }

  /** Chapters may have become something else with their files. */
  setLibrary(library: readonly LibraryEntry[]): void {
    this.#files = new Map(library.map((entry) => [entry.file, entry]))
    this.#tell()
    void this.#read()
  }

  setQueues(queues: Iterable<Queue>): void {
    this.#queues = [...queues]
    if (
      this.#files !== null &&
      this.#asked().some(({ items }) => items.some((item) => this.#isNew(item.file)))
    )
      void this.#read()
  }

  #isNew(file: string): boolean {
    return this.#isOther(file) && !this.#others.has(file)
  }

  /** Whether it can be something without being a file of the library. */
  #isOther(file: string): boolean {
    return !this.#files?.has(file) && (chapterOf.test(file) || withSource.test(file))
  }

  /** The queues with such a thing in them. */
  #asked(): Queue[] {
    return this.#queues.filter(({ items }) => items.some(({ file }) => this.#isOther(file)))
  }

  async #read(): Promise<void> {
    this.#isStale = true
    if (this.#isReading) return
    this.#isReading = true
    try {
      while (this.#isStale) {
        this.#isStale = false
        await this.#readOnce()
      }
    } catch (error) {
      this.#failed(error)
    } finally {
      this.#isReading = false
    }
  }

  async #readOnce(): Promise<void> {
    const others = new Map<string, KnownItem>()
    for (const { name } of this.#asked()) {
      const view = await ask<QueueView>('GET', `streams/${segment(name)}/queue`).catch(nothingIfGone)
      for (const item of view.items) if (this.#isOther(item.file)) others.set(item.file, this.#itemOf(item))
    }
    if (others.size === 0 && this.#others.size === 0) return
    this.#others = others
    this.#tell()
  }

  #itemOf({ file, title, seconds, state, progress, reason }: QueueView['items'][number]): KnownItem {
    const [, whole] = chapterOf.exec(file) ?? []
    const book = whole === undefined ? undefined : this.#files?.get(whole)?.title
    return {
      // The product names what it cannot find by its reference.
      title: title === file ? plainName(file) : title,
      seconds,
      state,
      ...(progress === undefined ? {} : { progress }),
      ...(reason === undefined ? {} : { reason }),
      ...(book === undefined ? {} : { of: book }),
    }
  }

  #tell(): void {
    this.#changed(new Map<string, KnownItem>([...(this.#files ?? []), ...this.#others]))
  }
}

/** The queue may have been deleted since. */
function nothingIfGone(error: unknown): QueueView {
  if (statusOf(error) === 404) return { items: [] }
  throw error
}
