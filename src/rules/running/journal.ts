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

/** The runs that have begun and not ended. A key is used again when its run is over, so that they stay few. */
export class Journal {
  readonly #store: JournalStore
  #free: string[] = []
  /** Those that are over while the store could not take that: it is told with the next write. */
  #owed: readonly string[] = []
  #keys = 0
  #highest = 0

  constructor(store: JournalStore) {
    this.#store = store
  }

  /** Those that the last process left, in the order in which they began. */
  async open(): Promise<readonly Kept[]> {
    const rows = await this.#store.runs.entries()
    this.#keys = Math.max(0, ...rows.map(([key]) => Number(key) || 0))
    this.#free = rows.filter(([, record]) => record === null).map(([key]) => key)
    const kept = rows.flatMap(([key, record]): Kept[] =>
      record === null ? [] : 'rule' in record ? [{ key, record }] : [{ key, record }],
    )
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

  /** The row of a run, for whoever writes something together with it. */
  row(key: string, record: RunRecord | InputRecord): Entry {
    return { collection: this.#store.name, key, value: record }
  }

  /**
   * Resolves when the store has it; what is written after that call is written after it. `over`: keys of runs that are
   * over, or of events that have been told.
   */
  async write(rows: readonly Entry[], over: readonly string[] = []): Promise<void> {
    const freed = [...this.#owed, ...over]
    this.#owed = []
    try {
      await this.#store.setMany([...freed.map((key) => this.#freed(key)), ...rows])
    } catch (error) {
      this.#owed = [...this.#owed, ...freed]
      throw error
    }
    this.#free.push(...freed)
  }

  #freed(key: string): Entry {
    return { collection: this.#store.name, key, value: null }
  }
}

export interface KeptRun {
  readonly key: string
  readonly record: RunRecord
}

export type Kept = KeptRun | { readonly key: string; readonly record: InputRecord }

export function isKeptRun(kept: Kept): kept is KeptRun {
  return 'rule' in kept.record
}
