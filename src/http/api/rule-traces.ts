import { type Route, route } from './route.ts'

/** A run of a rule in short. Times are ISO 8601 as the household's clocks show them. */
export interface RuleRunView {
  /** Its number; larger for those that came later. */
  readonly run: number
  /** When the trigger fired. */
  readonly at: string
  /** Null while it runs. */
  readonly ended_at: string | null
  readonly because: string
  /**
   * `waiting`: all that is under way of it only waits. `ignored`: it ran already. `stopped`: by its own `stop`. `ended`: from
   * outside, as somebody edited the rule or it was started again.
   */
  readonly outcome:
    | 'running'
    | 'waiting'
    | 'done'
    | 'did_not_run'
    | 'ignored'
    | 'failed'
    | 'stopped'
    | 'ended'
  /** Why it did not run, or how it ended; null where that is plain. */
  readonly why: string | null
}

/** One line of the list. */
export interface ShortRunView extends RuleRunView {
  /** The kind of the trigger: `button`. */
  readonly trigger: string
  /** How many steps it has come to. */
  readonly steps: number
}

/** All that is known of a run. */
export interface WholeRunView extends RuleRunView {
  readonly trigger: { readonly kind: string; readonly data: Readonly<Record<string, unknown>> }
  /** What its conditions looked at: `player.battery is 8`. */
  readonly saw: readonly string[]
  /** Of many the first and the last. */
  readonly steps: readonly RunStepView[]
  /** How many steps are not kept, and how many of those that are stand before them; null where all are kept. */
  readonly left_out: { readonly behind: number; readonly count: number } | null
}

export interface RunStepView {
  /** `2.1`: the first within the second. */
  readonly step: string
  readonly kind: string
  readonly name: string | null
  readonly at: string
  readonly outcome: 'running' | 'done' | 'skipped' | 'failed' | 'waiting' | 'ended'
  readonly why: string | null
  /** Which way was gone: `if`, `else`, `2 of 3`. */
  readonly way: string | null
  readonly saw: readonly string[]
  readonly effects: readonly {
    readonly kind: string
    /** What was asked for, as JSON has it. */
    readonly asked: unknown
    readonly at: string
    readonly outcome: 'sent' | 'done' | 'failed' | 'unknown' | 'late'
    readonly reason: string | null
    /** How long it took. */
    readonly ms: number | null
  }[]
}

/** Whether a condition holds now. */
export interface ConditionView {
  /** `expression`, `any`, `none`, or as it is called in rule files. */
  readonly kind: string
  /** An expression as it is written, any other in plain English. */
  readonly text: string
  /** Null where that cannot be told. */
  readonly holds: boolean | null
  readonly why: string | null
  readonly saw: readonly string[]
  /** Those within it. */
  readonly conditions: readonly ConditionView[]
}

/** `trigger`: whose `if` it stands in; null for the rule's own. */
export interface RuleConditionView extends ConditionView {
  readonly trigger: { readonly kind: string; readonly id: string | null; readonly number: number } | null
}

interface OfRule {
  readonly rule: string
  /** IANA name of the household's time zone. */
  readonly zone: string
}

/** What became of rules, and whether their conditions hold. Each throws AppError `not_found` for a rule that does not run. */
export interface RuleTracesHouse {
  /** The last runs in short, the newest first. */
  traces(rule: string): OfRule & { readonly traces: readonly ShortRunView[] }
  /** All that is known of one. @throws AppError `not_found` where it is not kept (any more). */
  trace(rule: string, run: string): OfRule & WholeRunView
  /** In English, a sentence each: what it did the last time or why it did nothing, and what it waits for. */
  why(rule: string): OfRule & {
    readonly source: string
    readonly text: readonly string[]
    readonly traces: readonly ShortRunView[]
  }
  /** Whether its conditions hold now, and why not. */
  conditions(
    rule: string,
  ): OfRule & { readonly at: string; readonly conditions: readonly RuleConditionView[] }
}

export function ruleTraceRoutes(house: RuleTracesHouse): Route[] {
  return [
    route({
      method: 'get',
      path: '/rules/{id}/traces',
      summary:
        'The last 20 runs of a rule, the newest first: when, because of what, and how each ended. At most 5 of them are starts that came to nothing, with why.',
      needs: 'house',
      handle: ({ param }) => house.traces(param('id')),
    }),
    route({
      method: 'get',
      path: '/rules/{id}/traces/{run}',
      summary:
        'One run of a rule whole: what its trigger told, what its conditions looked at, each step with the way that was gone, and what came of what it did. Secrets are masked, long texts cut.',
      needs: 'house',
      handle: ({ param }) => house.trace(param('id'), param('run')),
    }),
    route({
      method: 'get',
      path: '/rules/{id}/why',
      summary:
        'Why a rule ran the last time, or why not, and what it waits for: `text` has a sentence each, in plain English, also for a rule that was never started.',
      needs: 'house',
      handle: ({ param }) => house.why(param('id')),
    }),
    route({
      method: 'get',
      path: '/rules/{id}/conditions',
      summary:
        'Whether each condition of a rule holds now: true, false, or null where that cannot be told, with why and what it looked at. What only a trigger tells is not known here.',
      needs: 'house',
      handle: ({ param }) => house.conditions(param('id')),
    }),
  ]
}
