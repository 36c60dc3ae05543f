import { type Clock, isoOf } from '../../core/clock.ts'
import type { Also, Collection } from '../../core/collection.ts'
import { messageOf } from '../../core/error.ts'
import type { Log } from '../../core/log.ts'
import { endSteps, type RunTrace } from './trace.ts'

/** How many are kept of a rule. */
export const mostTraces = 20
/** How many of them may be of starts that came to nothing, so that these never push out the others. */
export const mostOfNothing = 5
// A write for each of a thousand runs a minute would wear out the disk of a small machine.
const saveMs = 2_000
// A press that comes meanwhile is not to wait until the traces of a hundred rules are written.
const mostAtOnce = 4
// They are later than what they tell of anyway.
const soon: Also = { rows: () => [], isSoon: true }
// A disk that is full stays so for a while.
const saveAgainMs = 30_000

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
  /** Those that there are; null while nobody has said. */
  #rules: { has(rule: string): boolean } | null = null
  #cancelSave: (() => void) | null = null
  #saving: Promise<void> = Promise.resolve()
  #isStoreBroken = false
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
    this.#cancelSave?.()
  }

  /** The newest first. */
  of(rule: string): readonly RunTrace[] {
    return this.#traces.get(rule) ?? []
  }

  /** That of a run, while it is kept. */
  find(rule: string, id: number): RunTrace | undefined {
    return this.of(rule).find((trace) => trace.id === id)
  }

  /** The highest number of a run in it; 0 where there is none. */
  get highest(): number {
    return Math.max(0, ...[...this.#traces.values()].flat().map(({ id }) => id))
  }

  /** Takes it in; one that is there already has changed. Those that still run are never pushed out by others. */
  add(trace: RunTrace): void {
    if (this.#rules?.has(trace.rule) !== false) {
      const all = [trace, ...this.of(trace.rule).filter(({ id }) => id !== trace.id)]
      this.#traces.set(trace.rule, keptOf(all.sort((one, other) => other.id - one.id)))
    }
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
    for (const receive of this.#listeners) this.#tell(receive, trace)
    this.#saveIn(saveMs)
  }

  /** Forgets those of rules that are no more, and takes no more of them. */
  keepOnly(rules: { has(rule: string): boolean }): void {
    this.#rules = rules
    for (const rule of this.#traces.keys())
      if (!rules.has(rule)) {
        this.#traces.delete(rule)
        this.#unsaved.add(rule)
        this.#saveIn(saveMs)
      }
  }

  /** Says of those that still run, and that nobody takes up again, that they have ended: the product was killed meanwhile. */
  endLost(isTakenUp: (trace: RunTrace) => boolean): void {
    for (const traces of this.#traces.values())
      for (const trace of traces) {
        if (trace.ended_at !== null || isTakenUp(trace)) continue
        trace.outcome = 'ended'
        trace.why = 'the product ended at about this time, and what became of it was not kept'
        trace.ended_at = isoOf(this.#options.clock.now())
        endSteps(trace)
        this.changed(trace)
      }
  }

  /** A rule must run whatever becomes of the listener. */
  #tell(receive: (trace: RunTrace) => void, trace: RunTrace): void {
    try {
      receive(trace)
    } catch (error) {
      this.#options.log.error('a change of a trace could not be told', { error: messageOf(error) })
    }
  }

  #saveIn(ms: number): void {
    const { clock } = this.#options
    this.#cancelSave ??= clock.at(new Date(clock.now().getTime() + ms), () => void this.#save())
  }

  #save(): Promise<void> {
    this.#cancelSave = null
    this.#saving = this.#saving.then(async () => {
      const rules = [...this.#unsaved]
      this.#unsaved.clear()
      const failed: unknown[] = []
      for (let from = 0; from < rules.length; from += mostAtOnce)
        failed.push(...(await this.#writeAll(rules.slice(from, from + mostAtOnce))))
      if (failed.length > 0) this.#fails(failed[0])
      else this.#isStoreBroken = false
    })
    return this.#saving
  }

  /** Resolves with why, for each that could not be written; it is tried again the next time. */
  async #writeAll(rules: readonly string[]): Promise<readonly unknown[]> {
    const outcomes = await Promise.allSettled(rules.map(async (rule) => this.#write(rule)))
    return outcomes.flatMap((one, index) => {
      if (one.status === 'fulfilled') return []
      this.#unsaved.add(rules[index] ?? '')
      return [one.reason]
    })
  }

  async #write(rule: string): Promise<void> {
    const { store } = this.#options
    const traces = this.#traces.get(rule)
    if (traces === undefined) await store.delete(rule)
    else await store.set(rule, traces, soon)
  }

  /** Said once, until it works again; what is not on disk waits for the next try. */
  #fails(error: unknown): void {
    if (!this.#isStoreBroken)
      this.#options.log.warn('the traces of rules could not be kept', { error: messageOf(error) })
    this.#isStoreBroken = true
    this.#saveIn(saveAgainMs)
  }
}

/** Of all, the newest first, those that there is room for. */
function keptOf(all: readonly RunTrace[]): readonly RunTrace[] {
  const running = all.filter(({ ended_at }) => ended_at === null).slice(0, mostTraces)
  const nothing = all.filter(cameToNothing).slice(0, mostOfNothing)
  const others = all.filter((one) => one.ended_at !== null && (!cameToNothing(one) || nothing.includes(one)))
  const kept = new Set([...running, ...others.slice(0, mostTraces - running.length)])
  return all.filter((one) => kept.has(one))
}

function cameToNothing({ outcome }: RunTrace): boolean {
  return outcome === 'did_not_run' || outcome === 'ignored'
}
