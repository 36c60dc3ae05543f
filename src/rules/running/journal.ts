import type { Clock } from '../../core/clock.ts'
import type { Collection, Entry } from '../../core/collection.ts'
import type { PlayerEvent } from '../../core/event.ts'
import type { PlainValue } from '../../core/value-form.ts'
import type { TriggerData } from '../plugin.ts'
import type { Marks } from './progress.ts'

/** A run as it outlives the process. */
export interface RunRecord {
  /** Larger for those that came later; of one event those of rules further down. */
  readonly number: number
  readonly rule: string
  /** Of what was written in the rule when it started. */
  readonly meaning: string
  /** Which trigger of the rule fired. */
  readonly trigger: number
  readonly data: TriggerData
  readonly because: string
  readonly event: PlayerEvent | null
  readonly depth: number
  /** ISO 8601: when it fired. */
  readonly at: string
  readonly marks: Marks
}

/** That an input was set, while nobody has been told of it: else a kill just then would lose what follows from it. */
export interface InputRecord {
  readonly number: number
  readonly input: string
  readonly value: PlainValue
  /** How many rules have led to it, one by another. */
  readonly depth: number
}

/** Null: the key is free. */
export type JournalRecord = RunRecord | InputRecord | null

/** Where the journal is written: rows of several collections together, or none of them. */
export interface JournalStore {
  readonly runs: Collection<JournalRecord>
  /** The name of that collection. */
  readonly name: string
  setMany(entries: readonly Entry[]): Promise<void>
}

/** Rows on their way into the store, together with whatever else is written there. One of both is called when that is over. */
export interface Batch {
  readonly rows: readonly Entry[]
  kept(): void
  lost(): void
}

interface JournalOptions extends JournalStore {
  readonly clock: Pick<Clock, 'at' | 'now'>
  /** Told when nobody waits for the write that failed. */
  readonly failed: (error: unknown) => void
}

// Nothing has come of a start before, or it is written with that.
const soonMs = 20
// A run that is taken up behind its last step does nothing more. Sooner than the store has the disk confirm by itself.
const overMs = 900
// A disk that is full stays so for a while.
const againMs = 30_000

/**
 * The runs that have begun and not ended. A key is used again when its run is over, so that they stay few.
 *
 * A child waits for each write that comes before the first effect. What has begun or ended is
 * therefore *due*: it goes with the next write, whosever that is, or with one of its own soon after. A kill before that
 * finds the store as it was a moment earlier, with nothing done that it does not know of.
 */
export class Journal {
  readonly #options: JournalOptions
  /** By collection and key. */
  #due = new Map<string, Entry>()
  /** In which batch a row was last on its way. */
  readonly #sent = new Map<string, number>()
  /** Keys that the store has, or may have. */
  readonly #there = new Set<string>()
  readonly #kept = new Set<string>()
  #free: string[] = []
  #keys = 0
  #highest = 0
  #batches = 0
  #write: { readonly atMs: number; readonly cancel: () => void } | null = null
  #isClosed = false

  constructor(options: JournalOptions) {
    this.#options = options
  }

  /** Those that the last process left, in the order in which they began. */
  async open(): Promise<readonly Kept[]> {
    const rows = await this.#options.runs.entries()
    this.#keys = Math.max(0, ...rows.map(([key]) => Number(key) || 0))
    this.#free = rows.filter(([, record]) => record === null).map(([key]) => key)
    const kept = rows.flatMap(([key, record]): Kept[] =>
      record === null ? [] : 'rule' in record ? [{ key, record }] : [{ key, record }],
    )
    for (const { key } of kept) {
      this.#there.add(key)
      this.#kept.add(key)
    }
    this.numbersFollow(Math.max(0, ...kept.map(({ record }) => record.number)))
    return kept.sort((one, other) => one.record.number - other.record.number)
  }

  /** A clock that was set back gives no number twice. */
  numbersFollow(number: number): void {
    this.#highest = Math.max(this.#highest, number)
  }

  /** Larger than all before, also than those of processes before. */
  nextNumber(now: Date): number {
    this.#highest = Math.max(this.#highest + 1, now.getTime())
    return this.#highest
  }

  newKey(): string {
    const free = this.#free.pop()
    if (free !== undefined) return free
    this.#keys += 1
    return String(this.#keys)
  }

  row(key: string, record: RunRecord): Entry {
    return { collection: this.#options.name, key, value: record }
  }

  /** That an input is set, to be stored together with its value. */
  announced(key: string, record: InputRecord): Entry {
    this.#there.add(key)
    return { collection: this.#options.name, key, value: record }
  }

  /** Whether a run stands in the store, so that it would be taken up after a kill. */
  has(key: string): boolean {
    return this.#kept.has(key)
  }

  /** Is written with the next batch: all of one turn together, so that nothing comes between them. */
  due(rows: readonly Entry[]): void {
    for (const row of rows) this.#due.set(nameOf(row), row)
    if (rows.length > 0) this.#writeIn(soonMs)
  }

  /** A run is over, or an event has been told: due; of what the store never had nothing is. */
  over(key: string): void {
    const row = this.#freed(key)
    if (this.#there.has(key)) {
      this.#due.set(nameOf(row), row)
      this.#writeIn(overMs)
      return
    }
    this.#due.delete(nameOf(row))
    this.#free.push(key)
  }

  /** Those rows and all that is due, for whoever writes something together with them. */
  batch(own: readonly Entry[] = []): Batch {
    const due = this.#due
    this.#due = new Map()
    this.#write?.cancel()
    this.#write = null
    for (const row of own) due.delete(nameOf(row))
    const rows = [...due.values(), ...own]
    const number = ++this.#batches
    for (const row of rows) {
      this.#sent.set(nameOf(row), number)
      if (this.#isOurs(row)) this.#there.add(row.key)
    }
    return {
      rows,
      kept: () => {
        for (const row of rows) {
          if (this.#sent.get(nameOf(row)) === number) this.#sent.delete(nameOf(row))
          if (this.#isOurs(row)) this.#keptAs(row)
        }
      },
      // What a run of its own wrote is not: it goes on, and what it does then nobody would know of.
      lost: () => {
        for (const [name, row] of due)
          if (this.#sent.get(name) === number && !this.#due.has(name)) this.#due.set(name, row)
        this.#writeIn(againMs)
      },
    }
  }

  /** Resolves when the store has them, and all that was due; what is written after that call is written after it. */
  async write(own: readonly Entry[] = []): Promise<void> {
    const batch = this.batch(own)
    if (batch.rows.length === 0) return
    try {
      await this.#options.setMany(batch.rows)
    } catch (error) {
      batch.lost()
      throw error
    }
    batch.kept()
  }

  /** Resolves when the store has all that is due; from then on only what is asked for is written. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.write()
  }

  #isOurs({ collection }: Entry): boolean {
    return collection === this.#options.name
  }

  #freed(key: string): Entry {
    return { collection: this.#options.name, key, value: null }
  }

  #keptAs({ key, value }: Entry): void {
    if (value !== null) {
      this.#kept.add(key)
      return
    }
    this.#kept.delete(key)
    this.#there.delete(key)
    this.#free.push(key)
  }

  /** Unless something is written before. */
  #writeIn(ms: number): void {
    const { clock, failed } = this.#options
    const atMs = clock.now().getTime() + ms
    if (this.#isClosed || this.#due.size === 0 || (this.#write !== null && this.#write.atMs <= atMs)) return
    this.#write?.cancel()
    const cancel = clock.at(new Date(atMs), () => {
      this.#write = null
      this.write().catch(failed)
    })
    this.#write = { atMs, cancel }
  }
}

function nameOf({ collection, key }: Entry): string {
  return `${collection} ${key}`
}

export interface KeptRun {
  readonly key: string
  readonly record: RunRecord
}

export type Kept = KeptRun | { readonly key: string; readonly record: InputRecord }

export function isKeptRun(kept: Kept): kept is KeptRun {
  return 'rule' in kept.record
}
