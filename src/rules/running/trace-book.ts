import { type Clock, isoOf } from '../../core/clock.ts'
import { messageOf } from '../../core/error.ts'
import type { Log } from '../../core/log.ts'
import { KeptTraces, type TraceStore } from './kept-traces.ts'
import { endSteps, type RunTrace } from './trace.ts'

/** How many are kept of a rule. */
export const mostTraces = 20
/** How many of them may be of starts that came to nothing, so that these never push out the others. */
export const mostOfNothing = 5

interface TraceBookOptions {
  readonly store: TraceStore
  readonly clock: Pick<Clock, 'at' | 'now'>
  readonly log: Log
}

/** The last runs of each rule, and why it did not run; on disk some seconds later. */
export class TraceBook {
  readonly #options: TraceBookOptions
  /** Of each rule the newest first. */
  readonly #traces = new Map<string, readonly RunTrace[]>()
  /** Those that there are; null while nobody has said. */
  #rules: { has(rule: string): boolean } | null = null
  readonly #kept: KeptTraces
  #listeners: readonly ((trace: RunTrace) => void)[] = []

  constructor(options: TraceBookOptions) {
    this.#options = options
    this.#kept = new KeptTraces(options)
  }

  /** Reads what the last process kept. Rejects as the store does. */
  async open(): Promise<void> {
    for (const trace of await this.#kept.open()) this.#takeIn(trace)
  }

  /** Resolves when they are on disk. */
  async close(): Promise<void> {
    await this.#kept.close()
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
    if (this.#rules?.has(trace.rule) !== false) this.#takeIn(trace)
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
    if (this.of(trace.rule).includes(trace)) this.#kept.changed(trace)
    for (const receive of this.#listeners) this.#tell(receive, trace)
  }

  /** Forgets those of rules that are no more, and takes no more of them. */
  keepOnly(rules: { has(rule: string): boolean }): void {
    this.#rules = rules
    for (const [rule, traces] of this.#traces) if (!rules.has(rule)) this.#keep(rule, [], traces)
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

  #takeIn(trace: RunTrace): void {
    const others = this.of(trace.rule).filter(({ id }) => id !== trace.id)
    const all = [trace, ...others].sort((one, other) => other.id - one.id)
    this.#keep(trace.rule, keptOf(all), all)
  }

  /** Of `all` no others than these. */
  #keep(rule: string, kept: readonly RunTrace[], all: readonly RunTrace[]): void {
    for (const trace of all) if (!kept.includes(trace)) this.#kept.dropped(trace)
    if (kept.length > 0) this.#traces.set(rule, kept)
    else this.#traces.delete(rule)
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
