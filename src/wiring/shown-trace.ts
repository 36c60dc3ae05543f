import type { RunStepView, ShortRunView, WholeRunView } from '../http/api/rule-traces.ts'
import { localIso } from '../rules/plan-words.ts'
import type { RuleSet } from '../rules/rule-set.ts'
import type { ConditionNow } from '../rules/running/conditions-now.ts'
import { leftOutOf, type RunTrace, type StepTrace, standingOf } from '../rules/running/trace.ts'

export type RedactAll = <Value>(value: Value) => Value

const longestText = 500
const mostItems = 30

/** A run of a rule in short: one line of a list. Times are ISO 8601 as the household's clocks show them. */
export function shortTrace(trace: RunTrace, calendar: RuleSet['calendar']): ShortRunView {
  const { id, at, ended_at, trigger, because, why, steps } = trace
  return {
    run: id,
    at: local(at, calendar),
    ended_at: ended_at === null ? null : local(ended_at, calendar),
    trigger: trigger.kind,
    because,
    outcome: standingOf(trace),
    why,
    steps: steps.length + (trace.left_out ?? 0),
  }
}

/** All that is known of a run. */
export function wholeTrace(trace: RunTrace, calendar: RuleSet['calendar']): WholeRunView {
  return {
    ...shortTrace(trace, calendar),
    trigger: trace.trigger,
    saw: trace.saw,
    steps: trace.steps.map((step) => wholeStep(step, calendar)),
    left_out: leftOutOf(trace),
  }
}

function wholeStep(
  { step, kind, name, at, outcome, why, way, saw, effects }: StepTrace,
  calendar: RuleSet['calendar'],
): RunStepView {
  return {
    ...{ step, kind, name: name ?? null, at: local(at, calendar), outcome },
    ...{ why: why ?? null, way: way ?? null, saw: saw ?? [] },
    effects: effects.map((effect) => ({
      ...{ kind: effect.kind, asked: effect.asked, at: local(effect.at, calendar), outcome: effect.outcome },
      ...{ reason: effect.reason ?? null, ms: effect.ms ?? null },
    })),
  }
}

function local(iso: string, calendar: RuleSet['calendar']): string {
  return localIso(new Date(iso), calendar)
}

/** Without secrets, and without more of long texts and lists than anybody reads. */
export function seemly<Value>(value: Value, redactAll: RedactAll): Value {
  // It stays what it was but for its texts.
  return redactAll(shortened(value)) as Value
}

function shortened(value: unknown): unknown {
  if (typeof value === 'string') return shortText(withoutHooks(value))
  if (Array.isArray(value)) {
    const more = value.length - mostItems
    const kept = value.slice(0, mostItems).map(shortened)
    return more > 0 ? [...kept, `… and ${more} more`] : kept
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, isSecret(name, inner) ? '***' : shortened(inner)]),
  )
}

function shortText(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText)}…` : text
}

/** Who knows the address of a webhook may call it, and behind a question mark there may be anything. */
function withoutHooks(text: string): string {
  return text
    .replace(/(\/(?:web)?hooks?\/)[^\s"'<>]+/gi, '$1…')
    .replace(/(\/\/hooks\.[^\s"'<>/]{1,200}\/)[^\s"'<>]+/gi, '$1…')
    .replace(/(:\/\/[^\s"'<>?]{1,500}\?)[^\s"'<>]+/g, '$1…')
}

const secretName =
  /(?:^|_)(?:password|passwd|passphrase|pin|token|secret|authorization|cookie|api_?key|webhook(?:_(?:id|url|key))?)$/i

function isSecret(name: string, value: unknown): boolean {
  return (typeof value === 'string' || typeof value === 'number') && secretName.test(name)
}

/** What there is of a trace that people wrote or others sent; the lists that it is made of stay whole. */
export function seemlyTrace(trace: RunTrace, redactAll: RedactAll): RunTrace {
  const { trigger, because, why, saw, steps } = trace
  return {
    ...trace,
    ...seemly({ trigger, because, why, saw }, redactAll),
    steps: steps.map(({ effects, ...step }) => ({
      ...seemly(step, redactAll),
      effects: effects.map((effect) => seemly(effect, redactAll)),
    })),
  }
}

/** The same of a condition; those within it stay. */
export function seemlyCondition<Condition extends ConditionNow>(
  condition: Condition,
  redactAll: RedactAll,
): Condition {
  const { text, why, saw, conditions } = condition
  const inner = conditions.map((one) => seemlyCondition(one, redactAll))
  return { ...condition, ...seemly({ text, why, saw }, redactAll), conditions: inner }
}
