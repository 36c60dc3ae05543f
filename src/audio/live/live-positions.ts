import type { Clock } from '../../core/clock.ts'
import type { Collection } from '../../core/collection.ts'
import type { Round } from './round.ts'
import type { LivePlace } from './trail.ts'

/** Where a listener of a live stream was, as the store keeps it. */
export interface StoredPosition extends LivePlace {
  readonly stream: string
  readonly at_ms: number
}

/** `isEnd`: the queue had no more for it. `round`: where it was in a shuffled one. */
export interface Left extends LivePlace {
  readonly isEnd: boolean
  readonly round: Round | null
}

interface Known extends StoredPosition, Left {
  /** Nobody hears it any more, so that whoever asks next under its name goes on from there. */
  readonly isLeft: boolean
}

interface PositionsOptions {
  /** By the listener's name. */
  readonly store: Collection<StoredPosition>
  readonly clock: Clock
  /** Positions that could not be stored; they are tried again. */
  failed(error: unknown): void
}

/** A reconnect within this goes on where it was. */
const reconnectMs = 60_000
const keptMs = 24 * 60 * 60 * 1000
const listenersKept = 1_000

/**
 * Where the listeners of live streams are or were. It is kept for a day, also over a restart, but stored only when
 * `flush` is called: nobody's audio waits for it.
 */
export class LivePositions {
  readonly #options: PositionsOptions
  /** By listener and stream, the one that was noted longest ago first. */
  readonly #known = new Map<string, Known>()
  readonly #unsaved = new Set<string>()
  #saving: Promise<void> = Promise.resolve()

  constructor(options: PositionsOptions) {
    this.#options = options
  }

  /** Reads where listeners were in the last run. Rejects as the store does. */
  async start(): Promise<void> {
    const stored = await this.#options.store.entries()
    for (const [key, position] of stored.sort((one, other) => one[1].at_ms - other[1].at_ms)) {
      if (this.#nowMs - position.at_ms <= keptMs)
        this.#set(key, { ...position, isEnd: false, isLeft: true, round: null })
      else await this.#options.store.delete(key)
    }
  }

  /** Notes where a listener is. Another of the same name who has just left may still come back to its own place. */
  at(listener: string, stream: string, place: LivePlace): void {
    const known = this.#known.get(keyOf(listener, stream))
    if (known?.isLeft && this.#nowMs - known.at_ms <= reconnectMs) return
    this.#note(listener, stream, { ...place, isEnd: false, isLeft: false, round: null })
  }

  /** Notes where a listener was when it ended. */
  left(listener: string, stream: string, { item, frame, isEnd, round }: Left): void {
    this.#note(listener, stream, { item, frame, isEnd, round, isLeft: true })
  }

  /** Where a listener goes on that comes back soon; it is told once. */
  takeLeft(listener: readonly string[], stream: string): Left | null {
    for (const name of listener) {
      const key = keyOf(name, stream)
      const known = this.#known.get(key)
      if (known === undefined || !known.isLeft || this.#nowMs - known.at_ms > reconnectMs) continue
      // That there is nothing more holds for as long as it does.
      if (!known.isEnd) this.#known.set(key, { ...known, isLeft: false, round: null })
      return known
    }
    return null
  }

  /** Where a listener was last within a day, unless it heard all of it. */
  last(listener: readonly string[], stream: string): LivePlace | null {
    for (const name of listener) {
      const known = this.#known.get(keyOf(name, stream))
      if (known !== undefined && !known.isEnd && this.#nowMs - known.at_ms <= keptMs) return known
    }
    return null
  }

  /** Resolves when what was noted by now is stored, or that has failed. */
  flush(): Promise<void> {
    this.#saving = this.#saving.then(() => this.#save())
    return this.#saving
  }

  get hasUnsaved(): boolean {
    return this.#unsaved.size > 0
  }

  #note(listener: string, stream: string, noted: Omit<Known, 'stream' | 'at_ms'>): void {
    const key = keyOf(listener, stream)
    this.#set(key, { ...noted, stream, at_ms: this.#nowMs })
    this.#unsaved.add(key)
  }

  #set(key: string, known: Known): void {
    this.#known.delete(key)
    this.#known.set(key, known)
    const oldest = this.#known.keys().next()
    if (this.#known.size <= listenersKept || oldest.done) return
    this.#known.delete(oldest.value)
    this.#unsaved.add(oldest.value)
  }

  async #save(): Promise<void> {
    const { store, failed } = this.#options
    for (const key of [...this.#unsaved]) {
      this.#unsaved.delete(key)
      const known = this.#known.get(key)
      try {
        if (known === undefined || known.isEnd) await store.delete(key)
        else await store.set(key, storedOf(known))
      } catch (error) {
        this.#unsaved.add(key)
        failed(error)
        return
      }
    }
  }

  get #nowMs(): number {
    return this.#options.clock.now().getTime()
  }
}

function storedOf({ stream, item, frame, at_ms }: Known): StoredPosition {
  return { stream, item, frame, at_ms }
}

// A key without a card may be given another stream, and a person listens to several from one address.
function keyOf(listener: string, stream: string): string {
  return `${listener} stream ${stream}`
}
