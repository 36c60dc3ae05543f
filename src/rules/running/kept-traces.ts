import type { Clock } from '../../core/clock.ts'
import type { Also, Collection } from '../../core/collection.ts'
import { messageOf } from '../../core/error.ts'
import type { Log } from '../../core/log.ts'
import type { RunTrace } from './trace.ts'

/** By key, one trace each; null: the key is free. */
export type TraceStore = Collection<RunTrace | null>

interface KeptTracesOptions {
  readonly store: TraceStore
  readonly clock: Pick<Clock, 'at' | 'now'>
  readonly log: Log
}

/** A row that is to be written. */
interface Row {
  readonly key: string
  readonly trace: RunTrace | null
}

// A write for each of a thousand runs a minute would wear out the disk of a small machine.
const saveMs = 2_000
// A press that comes meanwhile is not to wait until the traces of a hundred runs are written.
const mostAtOnce = 8
// They are later than what they tell of anyway.
const soon: Also = { rows: () => [], isSoon: true }
// A disk that is full stays so for a while.
const saveAgainMs = 30_000

/**
 * Traces on disk, some seconds later than in memory. A run writes its own trace and no other, however many are kept of its
 * rule; the key of one that is not kept any more is used again, so that there are no more rows than traces.
 */
export class KeptTraces {
  readonly #options: KeptTracesOptions
  /** By the number of its run. */
  readonly #keys = new Map<number, string>()
  #unsaved = new Map<number, RunTrace>()
  /** Keys where something stands that is not kept any more. */
  #stale = new Set<string>()
  readonly #free: string[] = []
  #highestKey = 0
  #cancelSave: (() => void) | null = null
  #saving: Promise<void> = Promise.resolve()
  #isStoreBroken = false

  constructor(options: KeptTracesOptions) {
    this.#options = options
  }

  /** What the last process kept, in no order. Rejects as the store does. */
  async open(): Promise<readonly RunTrace[]> {
    const rows = await this.#options.store.entries()
    this.#highestKey = Math.max(0, ...rows.map(([key]) => Number(key) || 0))
    return rows.flatMap(([key, trace]) => {
      if (trace === null) this.#free.push(key)
      // A kill between two writes can leave one that was dropped and came back.
      else if (this.#keys.has(trace.id)) this.#stale.add(key)
      else {
        this.#keys.set(trace.id, key)
        return [trace]
      }
      return []
    })
  }

  /** Is written as it is by then. */
  changed(trace: RunTrace): void {
    this.#unsaved.set(trace.id, trace)
    this.#saveIn(saveMs)
  }

  /** Is not kept any more. */
  dropped({ id }: RunTrace): void {
    this.#unsaved.delete(id)
    const key = this.#keys.get(id)
    if (key === undefined) return
    this.#keys.delete(id)
    this.#stale.add(key)
    this.#saveIn(saveMs)
  }

  /** Resolves when all is on disk that can be written. */
  async close(): Promise<void> {
    this.#cancelSave?.()
    await this.#save()
    this.#cancelSave?.()
  }

  #saveIn(ms: number): void {
    const { clock } = this.#options
    this.#cancelSave ??= clock.at(new Date(clock.now().getTime() + ms), () => void this.#save())
  }

  #save(): Promise<void> {
    this.#cancelSave = null
    this.#saving = this.#saving.then(async () => {
      const rows = this.#rows()
      const failed: unknown[] = []
      for (let from = 0; from < rows.length; from += mostAtOnce)
        failed.push(...(await this.#writeAll(rows.slice(from, from + mostAtOnce))))
      if (failed.length > 0) this.#fails(failed[0])
      else this.#isStoreBroken = false
    })
    return this.#saving
  }

  /** All that is to be written now. */
  #rows(): readonly Row[] {
    const changed = [...this.#unsaved.values()].map((trace) => ({ key: this.#keyOf(trace), trace }))
    const left = [...this.#stale].map((key) => ({ key, trace: null }))
    this.#unsaved = new Map()
    this.#stale = new Set()
    return [...changed, ...left]
  }

  #keyOf({ id }: RunTrace): string {
    const known = this.#keys.get(id)
    if (known !== undefined) return known
    const key = this.#usedKey() ?? this.#free.pop() ?? String(++this.#highestKey)
    this.#keys.set(id, key)
    return key
  }

  /** One that has to be written over anyway. */
  #usedKey(): string | undefined {
    const [key] = this.#stale
    if (key !== undefined) this.#stale.delete(key)
    return key
  }

  /** Resolves with why, for each that could not be written; it is tried again the next time. */
  async #writeAll(rows: readonly Row[]): Promise<readonly unknown[]> {
    const { store } = this.#options
    const outcomes = await Promise.allSettled(rows.map(async ({ key, trace }) => store.set(key, trace, soon)))
    return outcomes.flatMap((outcome, index) => {
      const row = rows[index]
      if (row === undefined) return []
      if (outcome.status === 'fulfilled') {
        if (row.trace === null) this.#free.push(row.key)
        return []
      }
      this.#isLeft(row)
      return [outcome.reason]
    })
  }

  #isLeft({ key, trace }: Row): void {
    if (trace === null) this.#stale.add(key)
    // Where it was dropped meanwhile, its key is to be used again already.
    else if (this.#keys.get(trace.id) === key) this.#unsaved.set(trace.id, trace)
  }

  /** Said once, until it works again; what is not on disk waits for the next try. */
  #fails(error: unknown): void {
    if (!this.#isStoreBroken)
      this.#options.log.warn('the traces of rules could not be kept', { error: messageOf(error) })
    this.#isStoreBroken = true
    this.#saveIn(saveAgainMs)
  }
}
