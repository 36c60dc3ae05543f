import type {
  ConditionView,
  RuleConditionView,
  RuleRunView,
  RunStepView,
  ShortRunView,
  WholeRunView,
} from '../src/http/api/rule-traces.ts'
import { timeText, wallText } from './plan.ts'
import { ask } from './request.ts'
import type { Say } from './text.ts'
import type { TextKey } from './text-keys.ts'

export type { ConditionView, RuleConditionView, RunStepView, ShortRunView, WholeRunView }

/** What became of a rule lately, and how its conditions stand. */
export interface TracesView {
  readonly runs: readonly ShortRunView[]
  readonly conditions: readonly RuleConditionView[]
  /** Now, as the household's clocks show it. */
  readonly at: string
}

export async function fetchTraces(rule: string): Promise<TracesView> {
  const path = `rules/${encodeURIComponent(rule)}`
  const [{ traces }, { conditions, at }] = await Promise.all([
    ask<{ traces: readonly ShortRunView[] }>('GET', `${path}/traces`),
    ask<Omit<TracesView, 'runs'>>('GET', `${path}/conditions`),
  ])
  return { runs: traces, conditions, at }
}

export function fetchRun(rule: string, run: number): Promise<WholeRunView> {
  return ask('GET', `rules/${encodeURIComponent(rule)}/traces/${run}`)
}

/** "19:30" of today, else with its day. Both times are as the household's clocks show them. */
export function momentText(at: string, { now, say }: { readonly now: string; readonly say: Say }): string {
  const time = timeText(at, say)
  if (at.slice(0, 10) === now.slice(0, 10)) return time
  return `${wallText(at, say, { day: 'numeric', month: 'short' })}, ${time}`
}

/** With its seconds, for what follows one another quickly. */
export function exactText(at: string, say: Say): string {
  return wallText(at, say, { hour: '2-digit', minute: '2-digit', second: '2-digit' })
}

type OutcomeKeys<Outcome extends string> = Readonly<Record<Outcome, TextKey>>

export const runOutcomes: OutcomeKeys<RuleRunView['outcome']> = {
  running: 'runs.running',
  waiting: 'runs.waiting',
  done: 'runs.done',
  did_not_run: 'runs.did-not-run',
  ignored: 'runs.ignored',
  failed: 'runs.failed',
  stopped: 'runs.stopped',
  ended: 'runs.ended',
}

export const stepOutcomes: OutcomeKeys<RunStepView['outcome']> = {
  running: 'runs.step-running',
  waiting: 'runs.step-waiting',
  done: 'runs.step-done',
  skipped: 'runs.step-skipped',
  failed: 'runs.step-failed',
  ended: 'runs.step-ended',
}

export const effectOutcomes: OutcomeKeys<RunStepView['effects'][number]['outcome']> = {
  sent: 'runs.effect-sent',
  done: 'runs.effect-done',
  failed: 'runs.effect-failed',
  unknown: 'runs.effect-unknown',
  late: 'runs.effect-late',
}

/** How deep the step stands in others: 0 for `2`, 1 for `2.1`. */
export function depthOf({ step }: Pick<RunStepView, 'step'>): number {
  return step.split('.').length - 1
}

/** What was asked for, as one line: `stream: bedroom, content: forest`. */
export function askedText(asked: unknown): string {
  if (typeof asked !== 'object' || asked === null) return asked === null ? '' : String(asked)
  if (Array.isArray(asked)) return asked.map(askedText).join(', ')
  return Object.entries(asked)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : value}`)
    .join(', ')
}
