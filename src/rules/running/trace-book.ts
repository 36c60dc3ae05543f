import type { Clock } from '../../core/clock.ts'
import type { Collection } from '../../core/collection.ts'
import { messageOf } from '../../core/error.ts'
import type { Log } from '../../core/log.ts'
import type { RunTrace } from './trace.ts'

/** How many are kept of a rule. */
export const mostTraces = 20
/** How many of them may be of starts that came to nothing, so that these never push out the others. */
export const mostOfNothing = 5
// A write for each of a thousand runs a minute would wear out the disk of a small machine.
const saveMs = 2_000

interface TraceBookOptions {
  /** By rule. */
  readonly store: Collection<readonly RunTrace[]>
  readonly clock: Pick<Clock, 'at' | 'now'>
  readonly log: Log
}

/** The last runs of each rule, and why it did not run; on disk some seconds later. */
export class TraceBook {
  readonly #options: TraceBookOptions
  /** Of each rule the newest first. */
  readonly #traces = new Map<string, readonly RunTrace[]>()
  readonly #unsaved = new Set<string>()
  #cancelSave: (() => void) | null = null
  #saving: Promise<void> = Promise.resolve()
  #listeners: readonly ((trace: RunTrace) => void)[] = []

  constructor(options: TraceBookOptions) {
    this.#options = options
  }

  async open(): Promise<void> {
    for (const [rule, traces] of await this.#options.store.entries()) this.#traces.set(rule, traces)
  }

  /** Resolves when they are on disk. */
  async close(): Promise<void> {
    this.#cancelSave?.()
    await this.#save()
  }

  /** The newest first. */
  of(rule: string): readonly RunTrace[] {
    return this.#traces.get(rule) ?? []
  }

  /** That of a run, while it is kept. */
  find(rule: string, id: number): RunTrace | undefined {
    return this.of(rule).find((trace) => trace.id === id)
  }

  add(trace: RunTrace): void {
    const all = [trace, ...this.of(trace.rule)]
    const nothing = all.filter(cameToNothing).slice(0, mostOfNothing)
    const kept = all.filter((one) => !cameToNothing(one) || nothing.includes(one)).slice(0, mostTraces)
    this.#traces.set(trace.rule, kept)
    this.changed(trace)
  }

  /** Calls `receive` whenever a trace was added, or has changed; returns what ends it. */
  onChange(receive: (trace: RunTrace) => void): () => void {
    this.#listeners = [...this.#listeners, receive]
    return () => {
      this.#listeners = this.#listeners.filter((one) => one !== receive)
    }
  }

  changed(trace: RunTrace): void {
    this.#unsaved.add(trace.rule)
    for (const receive of this.#listeners) receive(trace)
    const { clock } = this.#options
    this.#cancelSave ??= clock.at(new Date(clock.now().getTime() + saveMs), () => void this.#save())
  }

  /** Forgets those of rules that are no more. */
  keepOnly(rules: { has(rule: string): boolean }): void {
    for (const rule of this.#traces.keys())
      if (!rules.has(rule)) {
        this.#traces.delete(rule)
        this.#unsaved.add(rule)
      }
  }

  #save(): Promise<void> {
    this.#cancelSave = null
    this.#saving = this.#saving.then(async () => {
      const rules = [...this.#unsaved]
      this.#unsaved.clear()
      const { store, log } = this.#options
      try {
        await Promise.all(
          rules.map((rule) => {
            const traces = this.#traces.get(rule)
            return traces === undefined ? store.delete(rule) : store.set(rule, traces)
          }),
        )
      } catch (error) {
        log.warn('the traces of rules could not be kept', { error: messageOf(error) })
      }
    })
    return this.#saving
  }
}

function cameToNothing({ outcome }: RunTrace): boolean {
  return outcome === 'did_not_run' || outcome === 'ignored'
}
