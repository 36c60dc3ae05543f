import { type Clock, isoOf } from '../core/clock.ts'
import { messageOf } from '../core/error.ts'
import { isJsonObject } from '../core/json.ts'
import type { Log } from '../core/log.ts'
import { type Entry, type EntryFacts, isEntry } from './entry.ts'
import { EntryIds } from './entry-ids.ts'
import { type Chunk, Lanes, type Limits, usualLimits } from './lanes.ts'
import { type HistoryPage, type HistoryQuery, pageOf } from './query.ts'

/** Where chunks lie, by the id of their first entry. */
export interface HistoryStore {
  /** In any order. */
  entries(): Promise<[key: string, chunk: unknown][]>
  /** All of them or none. */
  setMany(chunks: readonly (readonly [key: string, chunk: readonly Entry[]])[]): Promise<void>
  delete(key: string): Promise<unknown>
}

interface HistoryOptions {
  readonly store: HistoryStore
  /** Takes secrets out of what is kept. */
  readonly redactAll: <Value>(value: Value) => Value
  readonly limits?: Limits
  readonly clock: Clock
  readonly log: Log
}

// What follows from one press is written in one go.
const gatherMs = 200
const betweenWritesMs = 1_000
const longestText = 300

/**
 * What happened, bounded, the newest first. Whoever adds something waits for no disk: it is written within a second,
 * together with what came in the meantime.
 */
export class History {
  readonly #options: HistoryOptions
  readonly #lanes: Lanes
  #ids = new EntryIds('')
  readonly #unsaved = new Set<Chunk>()
  readonly #gone = new Set<string>()
  #cancelWrite: (() => void) | null = null
  #writing: Promise<void> = Promise.resolve()
  #lastWriteMs = Number.NEGATIVE_INFINITY
  #isFailing = false
  #isStopped = false

  constructor(options: HistoryOptions) {
    this.#options = options
    this.#lanes = new Lanes(options.limits ?? usualLimits)
  }

  /** Reads what earlier runs have kept. Rejects as the store does. */
  async start(): Promise<void> {
    const stored = await this.#options.store.entries()
    let last = ''
    for (const [key, value] of stored.sort(([one], [other]) => (one < other ? -1 : 1))) {
      const entries = Array.isArray(value) ? value.filter(isEntry) : []
      if (entries.length === 0) this.#gone.add(key)
      this.#lanes.restore({ key, entries })
      last = entries.reduce((greatest, { id }) => (id > greatest ? id : greatest), last)
    }
    this.#ids = new EntryIds(last)
    this.#prune()
    if (this.#gone.size > 0) this.#writeSoon()
  }

  /** Resolves when everything is in the store; what is added later is not kept. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#cancelWrite?.()
    this.#cancelWrite = null
    await this.#writing
    await this.#write()
  }

  /** Keeps what happened now, or at `at`. Returns its id. */
  add(facts: EntryFacts, at?: string): string {
    const { clock, redactAll } = this.#options
    const now = clock.now()
    const id = this.#ids.next(now.getTime())
    const entry: Entry = { id, at: at ?? isoOf(now), ...short(redactAll(facts)) }
    this.#unsaved.add(this.#lanes.add(entry))
    this.#prune()
    this.#writeSoon()
    return id
  }

  /** Says more of what is told in an entry; one that is gone by now stays so. */
  amend(id: string, more: Readonly<Record<string, unknown>>): void {
    const known = this.#lanes.find(id)
    if (known === undefined) return
    const what = { ...known.what, ...short(this.#options.redactAll(more)) }
    const chunk = this.#lanes.replace({ ...known, what } as Entry)
    if (chunk === undefined) return
    this.#unsaved.add(chunk)
    this.#writeSoon()
  }

  get(id: string): Entry | undefined {
    return this.#lanes.find(id)
  }

  find(query: HistoryQuery): HistoryPage {
    return pageOf(this.#lanes.newestFirst(query.player), query)
  }

  get count(): number {
    return this.#lanes.count
  }

  #prune(): void {
    for (const chunk of this.#lanes.prune(this.#nowMs)) {
      this.#unsaved.delete(chunk)
      this.#gone.add(chunk.key)
    }
  }

  #writeSoon(): void {
    if (this.#cancelWrite !== null || this.#isStopped) return
    const nowMs = this.#nowMs
    // The clock may have been set back since.
    const lastMs = Math.min(this.#lastWriteMs, nowMs)
    const dueMs = Math.max(nowMs + gatherMs, lastMs + betweenWritesMs)
    this.#cancelWrite = this.#options.clock.at(new Date(dueMs), () => {
      this.#cancelWrite = null
      this.#lastWriteMs = this.#nowMs
      this.#writing = this.#writing.then(() => this.#write())
    })
  }

  async #write(): Promise<void> {
    const { store, log } = this.#options
    const unsaved = [...this.#unsaved]
    const gone = [...this.#gone]
    this.#unsaved.clear()
    try {
      if (unsaved.length > 0) await store.setMany(unsaved.map(({ key, entries }) => [key, [...entries]]))
      for (const key of gone) {
        await store.delete(key)
        this.#gone.delete(key)
      }
      this.#isFailing = false
    } catch (error) {
      if (!this.#isFailing)
        log.error('the history could not be stored; tried again until it works', { error: messageOf(error) })
      this.#isFailing = true
      for (const chunk of unsaved) if (!this.#gone.has(chunk.key)) this.#unsaved.add(chunk)
      this.#writeSoon()
    }
  }

  get #nowMs(): number {
    return this.#options.clock.now().getTime()
  }
}

/** Nobody can make an entry large by a long name. */
function short<Value>(value: Value): Value {
  if (typeof value === 'string')
    return (value.length > longestText ? `${value.slice(0, longestText)}…` : value) as Value
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, short(inner)])) as Value
}
