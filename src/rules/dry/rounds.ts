import type { RunTrace } from '../running/trace.ts'

/** Runs that went the same way: one, or those that a clock started again and again. */
export type Alike = readonly [first: RunTrace, ...more: RunTrace[]]

// A few runs are read one by one.
const fewest = 4

/** Runs in the order of their first, those together that a clock started and that went the same way. */
export function roundsOf(runs: readonly RunTrace[], isByClock: (trace: RunTrace) => boolean): Alike[] {
  const byWay = new Map<string, RunTrace[]>()
  const ways = runs.map((trace) => (isByClock(trace) ? wayOf(trace) : null))
  for (const [index, trace] of runs.entries()) {
    const way = ways[index]
    if (typeof way === 'string') byWay.get(way)?.push(trace) ?? byWay.set(way, [trace])
  }
  return runs.flatMap((trace, index): Alike[] => {
    const [first, ...more] = byWay.get(ways[index] ?? '') ?? []
    if (first === undefined || more.length + 1 < fewest) return [[trace]]
    return first === trace ? [[first, ...more]] : []
  })
}

/** What happened in it, but for the times and what those change. */
function wayOf({ rule, trigger, outcome, why, steps }: RunTrace): string {
  const done = steps.map((step) => [step.step, step.outcome, step.why, step.way, step.effects.map(outcomeOf)])
  return JSON.stringify([rule, trigger.kind, outcome, why, done])
}

function outcomeOf({ kind, outcome, reason }: RunTrace['steps'][number]['effects'][number]): unknown {
  return [kind, outcome, reason]
}
