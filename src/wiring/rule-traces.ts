import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/error.ts'
import type { RuleTracesHouse } from '../http/api/rule-traces.ts'
import { whyInWords } from '../rules/explain/why.ts'
import { localIso } from '../rules/plan-words.ts'
import type { World } from '../rules/plugin.ts'
import type { Rule, RuleSet } from '../rules/rule-set.ts'
import { conditionsNow } from '../rules/running/conditions-now.ts'
import type { TraceBook } from '../rules/running/trace-book.ts'
import { seemlyCondition, seemlyTrace, shortTrace, wholeTrace } from './shown-trace.ts'

interface TracesInput {
  /** Those that run at the moment. */
  readonly ruleSet: () => RuleSet
  readonly traces: Pick<TraceBook, 'of' | 'find'>
  readonly world: World
  /** Takes secrets out. */
  readonly redactAll: <Value>(value: Value) => Value
  readonly clock: Pick<Clock, 'now'>
}

/** What became of rules, and how their conditions stand, as REST tells it. */
export function ruleTraces({ ruleSet, traces, world, redactAll, clock }: TracesInput): RuleTracesHouse {
  // What started before is kept as well; that nothing did is known since then alone.
  const since = clock.now()
  const ruleOf = (id: string): Rule => {
    const found = ruleSet().rules.find((rule) => rule.id === id)
    if (found !== undefined) return found
    throw new AppError('not_found', `there is no rule "${id.slice(0, 200)}" among those that run`)
  }
  return {
    traces(id) {
      const { calendar } = ruleSet()
      const list = traces
        .of(ruleOf(id).id)
        .map((trace) => shortTrace(seemlyTrace(trace, redactAll), calendar))
      return { rule: id, zone: calendar.zone, traces: list }
    },
    trace(id, run) {
      const { calendar } = ruleSet()
      const found = /^\d{1,16}$/.test(run) ? traces.find(ruleOf(id).id, Number(run)) : undefined
      if (found !== undefined)
        return { rule: id, zone: calendar.zone, ...wholeTrace(seemlyTrace(found, redactAll), calendar) }
      throw new AppError(
        'not_found',
        `rule "${ruleOf(id).id}" has no run "${run.slice(0, 40)}" (any more): the last 20 are kept`,
      )
    },
    why(id) {
      const rule = ruleOf(id)
      const set = ruleSet()
      const kept = traces.of(rule.id).map((trace) => seemlyTrace(trace, redactAll))
      const conditions = conditionsNow(rule, world, set).map((one) => seemlyCondition(one, redactAll))
      const known = { traces: kept, conditions, since, now: clock.now(), ruleSet: set }
      return {
        ...{ rule: id, source: rule.place, text: whyInWords(rule, known), zone: set.calendar.zone },
        traces: kept.map((trace) => shortTrace(trace, set.calendar)),
      }
    },
    conditions(id) {
      const rule = ruleOf(id)
      const { calendar, playlists } = ruleSet()
      const conditions = conditionsNow(rule, world, { playlists })
      return {
        ...{ rule: id, zone: calendar.zone, at: localIso(clock.now(), calendar) },
        conditions: conditions.map((one) => seemlyCondition(one, redactAll)),
      }
    },
  }
}
