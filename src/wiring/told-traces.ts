import type { Clock } from '../core/clock.ts'
import type { Rule, RuleSet } from '../rules/rule-set.ts'
import { type RunTrace, standingOf } from '../rules/running/trace.ts'
import type { TraceBook } from '../rules/running/trace-book.ts'
import { seemlyTrace, shortTrace } from './shown-trace.ts'

interface ToldInput {
  readonly traces: Pick<TraceBook, 'onChange'>
  /** As it is written now. */
  readonly rule: (id: string) => Pick<Rule, 'name'> | undefined
  readonly calendar: () => RuleSet['calendar']
  /** Rejects while the broker is away: then nobody hears of it. */
  readonly publish: (rule: string, payload: string) => Promise<void>
  readonly redactAll: <Value>(value: Value) => Value
  readonly clock: Clock
}

const minuteMs = 60_000
// A rule that is started each second, and a house with a thousand rules, must not drown what else the broker carries.
const mostOfRule = 30
const mostInAMinute = 300

/** Says on the broker what became of runs: each that has ended, and each that has begun to wait. */
export function tellTraces({ traces, rule, calendar, publish, redactAll, clock }: ToldInput): {
  stop(): void
} {
  const minute = new Minute(clock)
  /** Runs that are said to wait, by number, with the step that they wait at. */
  const waiting = new Map<number, string>()
  const say = (trace: RunTrace) => {
    const leftOut = minute.takes(trace.rule)
    if (leftOut === null) return
    const { steps, ...short } = shortTrace(seemlyTrace(trace, redactAll), calendar())
    const last = trace.steps.at(-1)
    const payload = {
      ...{ rule: trace.rule, name: rule(trace.rule)?.name ?? null, ...short, steps },
      step: last === undefined ? null : { step: last.step, kind: last.kind, outcome: last.outcome },
      ...(leftOut === 0 ? {} : { left_out: leftOut }),
    }
    publish(trace.rule, JSON.stringify(payload)).catch(() => undefined)
  }
  const stop = traces.onChange((trace) => {
    const standing = standingOf(trace)
    if (standing === 'running') return
    if (standing !== 'waiting') {
      waiting.delete(trace.id)
      say(trace)
      return
    }
    const step = trace.steps.findLast(({ outcome }) => outcome === 'waiting')?.step ?? ''
    if (waiting.get(trace.id) === step) return
    waiting.set(trace.id, step)
    say(trace)
  })
  return { stop }
}

/** How much was said in the minute that runs. */
class Minute {
  readonly #clock: Pick<Clock, 'now'>
  #startMs = Number.NEGATIVE_INFINITY
  #said = 0
  readonly #ofRule = new Map<string, number>()
  readonly #leftOut = new Map<string, number>()

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /** How many of the rule were left out before this one; null where this one is to be, too. */
  takes(rule: string): number | null {
    this.#turn()
    const said = this.#ofRule.get(rule) ?? 0
    const leftOut = this.#leftOut.get(rule) ?? 0
    if (said >= mostOfRule || this.#said >= mostInAMinute) {
      this.#leftOut.set(rule, leftOut + 1)
      return null
    }
    this.#said++
    this.#ofRule.set(rule, said + 1)
    this.#leftOut.delete(rule)
    return leftOut
  }

  #turn(): void {
    const nowMs = this.#clock.now().getTime()
    // A clock that was set back must not silence it for long.
    if (nowMs >= this.#startMs && nowMs < this.#startMs + minuteMs) return
    this.#startMs = nowMs
    this.#said = 0
    this.#ofRule.clear()
  }
}

const newsMs = 1_000

/**
 * Calls `changed` with the rules of which something is to be told anew, at most once a second; returns what ends it.
 */
export function tracesNow(
  traces: Pick<TraceBook, 'onChange'>,
  changed: (rules: readonly string[]) => void,
  clock: Pick<Clock, 'at' | 'now'>,
): () => void {
  const rules = new Set<string>()
  let cancel: (() => void) | null = null
  const tell = () => {
    cancel = null
    const all = [...rules]
    rules.clear()
    changed(all)
  }
  const stop = traces.onChange(({ rule }) => {
    rules.add(rule)
    cancel ??= clock.at(new Date(clock.now().getTime() + newsMs), tell)
  })
  return () => {
    stop()
    cancel?.()
  }
}
