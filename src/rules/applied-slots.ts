import type { Collection } from '../core/collection.ts'
import type { Schedule } from './rule-set.ts'
import { type SlotEvent, slotEvents } from './slot-events.ts'

interface AppliedOptions {
  /** Null: forgotten. */
  readonly store: Collection<string | null>
  /** Where it is not to be stored at once, but together with what rules make of it: takes what `told` is called for next. */
  readonly due?: ((stream: string, applied: string | null) => void) | undefined
  /** Told of slots that have begun and ended. */
  readonly told: (event: SlotEvent) => void
}

/** What was last put into effect of each schedule, in the store and at hand. */
export class AppliedSlots {
  readonly #options: AppliedOptions
  readonly #known = new Map<string, string | undefined>()

  constructor(options: AppliedOptions) {
    this.#options = options
  }

  async of(stream: string): Promise<string | undefined> {
    if (!this.#known.has(stream)) {
      const stored = await this.#options.store.get(stream)
      // What was noted meanwhile is newer.
      if (!this.#known.has(stream)) this.#known.set(stream, stored ?? undefined)
    }
    return this.#known.get(stream)
  }

  async note(schedule: Schedule, applied: string): Promise<void> {
    const { stream } = schedule
    const before = await this.of(stream)
    const { due, store } = this.#options
    if (due === undefined) await store.set(stream, applied)
    else due(stream, applied)
    this.#known.set(stream, applied)
    for (const event of slotEvents(schedule, before, applied)) this.#options.told(event)
  }

  /** What was put into effect is called so from now on; nothing has begun or ended. */
  async rename({ stream }: Pick<Schedule, 'stream'>, applied: string): Promise<void> {
    await this.#keep(stream, applied)
    this.#known.set(stream, applied)
  }

  /** As if nothing had been put into effect. */
  async forget(stream: string): Promise<void> {
    await this.#keep(stream, null)
    this.#known.set(stream, undefined)
  }

  async #keep(stream: string, applied: string | null): Promise<void> {
    const { due, store } = this.#options
    if (due === undefined) await store.set(stream, applied)
    else due(stream, applied)
  }
}
