import type { Collection } from '../../core/collection.ts'
import type { PlannedMoment } from './next-moment.ts'

/**
 * How the store keeps it: under `<date>@<label>` for each rule when that moment came, or was `missed`; under `armed` for
 * each wish since when it stands. One record for all rules that wait for the same moment: a thousand of them are one write.
 */
export type KeptRecord = Readonly<Record<string, string>>

export type Outcome = 'came' | 'missed'

type DatedLabel = Pick<PlannedMoment, 'date' | 'label'>

const armedKey = 'armed'
// A rule's moments of the last days are enough to know that one has come; what a wrong clock wrote ahead goes too.
const keptDays = 3
const missed = 'missed'
const dayMs = 86_400_000

/** Which moments have come, and since when each wish stands. What is written is known at once, and kept when `save` resolves. */
export class KeptMoments {
  readonly #store: Collection<KeptRecord>
  readonly #done = new Map<string, Map<string, string>>()
  readonly #armed = new Map<string, Date>()
  readonly #unsaved = new Set<string>()

  constructor(store: Collection<KeptRecord>) {
    this.#store = store
  }

  async load(): Promise<void> {
    for (const [key, record] of await this.#store.entries()) {
      if (key !== armedKey) this.#done.set(key, new Map(Object.entries(record)))
      else
        for (const [wish, since] of Object.entries(record)) {
          const at = new Date(since)
          if (!Number.isNaN(at.getTime())) this.#armed.set(wish, at)
        }
    }
  }

  /** Whether the moment came for the rule, or was missed; null: neither yet. */
  outcomeOf(rule: string, moment: DatedLabel): Outcome | null {
    const written = this.#done.get(keyOf(moment))?.get(rule)
    if (written === undefined) return null
    return written === missed ? 'missed' : 'came'
  }

  finish(rule: string, moment: DatedLabel, outcome: Outcome, now: Date): void {
    const key = keyOf(moment)
    const rules = this.#done.get(key) ?? new Map<string, string>()
    this.#done.set(key, rules.set(rule, outcome === 'missed' ? missed : now.toISOString()))
    this.#unsaved.add(key)
  }

  armedSince(wish: string): Date | undefined {
    return this.#armed.get(wish)
  }

  arm(wish: string, since: Date): void {
    this.#armed.set(wish, since)
    this.#unsaved.add(armedKey)
  }

  /** Forgets every other wish: should one come back, it is a new one. */
  keepArmed(wishes: { has(wish: string): boolean }): void {
    for (const wish of this.#armed.keys())
      if (!wishes.has(wish)) {
        this.#armed.delete(wish)
        this.#unsaved.add(armedKey)
      }
  }

  /** Forgets the moments of dates that are days away from now. */
  prune(now: Date): void {
    for (const key of this.#done.keys()) {
      const date = Date.parse(key.slice(0, 10))
      if (Math.abs(date - now.getTime()) <= (keptDays + 1) * dayMs) continue
      this.#done.delete(key)
      this.#unsaved.add(key)
    }
  }

  get hasUnsaved(): boolean {
    return this.#unsaved.size > 0
  }

  /** What the store does not have yet, for whoever stores it now. What is to be deleted there stays unsaved. */
  take(): readonly [key: string, record: KeptRecord][] {
    const rows = [...this.#unsaved].flatMap((key): [string, KeptRecord][] => {
      const record = this.#recordOf(key)
      return record === null ? [] : [[key, record]]
    })
    for (const [key] of rows) this.#unsaved.delete(key)
    return rows
  }

  /** Resolves when the store has everything. What it did not take is tried again the next time. */
  async save(): Promise<void> {
    const keys = [...this.#unsaved]
    this.#unsaved.clear()
    const saved = await Promise.allSettled(keys.map((key) => this.#saveOne(key)))
    for (const [index, { status }] of saved.entries()) {
      const key = keys[index]
      if (status === 'rejected' && key !== undefined) this.#unsaved.add(key)
    }
    const failed = saved.find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

  async #saveOne(key: string): Promise<void> {
    const record = this.#recordOf(key)
    if (record === null) await this.#store.delete(key)
    else await this.#store.set(key, record)
  }

  /** Null: it is to be deleted. */
  #recordOf(key: string): KeptRecord | null {
    if (key === armedKey)
      return Object.fromEntries([...this.#armed].map(([wish, since]) => [wish, since.toISOString()]))
    const rules = this.#done.get(key)
    return rules === undefined ? null : Object.fromEntries(rules)
  }
}

function keyOf({ date, label }: DatedLabel): string {
  return `${date}@${label}`
}
