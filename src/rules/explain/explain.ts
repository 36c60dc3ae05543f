import { AppError } from '../../core/error.ts'
import { didYouMean } from '../../language/names.ts'
import type { FiledAnswer, Rule, RuleSet, Schedule } from '../rule-set.ts'
import { ruleInWords } from './rule-words.ts'
import { answersInWords, scheduleInWords } from './schedule-words.ts'

/** One rule or schedule in plain English. */
export interface Explanation {
  readonly kind: 'rule' | 'schedule'
  /** The rule's id, or the schedule's stream. */
  readonly id: string
  /** Where it stands: "bedroom.yaml:15". */
  readonly place: string | null
  readonly text: string
}

type Explainable = Pick<RuleSet, 'rules' | 'schedules' | 'playlists' | 'answers'>

/** All rules and schedules, in the order of the files. */
export function explainAll(ruleSet: Explainable): Explanation[] {
  return explainables(ruleSet).map(({ explained }) => explained())
}

/**
 * What bears that name: a rule, a schedule, or one of each. `kind` asks for one of them alone.
 * @throws AppError `not_found` where there is nothing of that name, with what was probably meant.
 */
export function explain(
  name: string,
  ruleSet: Explainable,
  kind: Explanation['kind'] | null = null,
): Explanation[] {
  const known = explainables(ruleSet).filter((one) => kind === null || one.kind === kind)
  const found = known.filter(({ id }) => id === name)
  if (found.length > 0) return found.map(({ explained }) => explained())
  const names = known.map(({ id }) => id)
  const what = kind ?? 'rule and no schedule'
  throw new AppError('not_found', `there is no ${what} "${name.slice(0, 200)}"${hint(name, names)}`)
}

function explainables({ rules, schedules, playlists, answers = new Map() }: Explainable) {
  const byStream = new Map(schedules.map((schedule) => [schedule.stream, schedule]))
  const streams = [...new Set([...byStream.keys(), ...answers.keys()])]
  return [
    ...streams.map((stream) => ({
      kind: 'schedule' as const,
      id: stream,
      explained: () => explainSchedule(stream, byStream.get(stream), answers.get(stream) ?? [], playlists),
    })),
    ...rules.map((rule) => ({
      kind: 'rule' as const,
      id: rule.id,
      explained: () => explainRule(rule, playlists),
    })),
  ]
}

/** What the stream holds, where that goes by a schedule, and what is heard in its place. */
function explainSchedule(
  stream: string,
  schedule: Schedule | undefined,
  answers: readonly FiledAnswer[],
  playlists: RuleSet['playlists'],
): Explanation {
  const place = schedule?.place ?? answers[0]?.place ?? null
  const text = [
    ...(schedule === undefined ? [] : [scheduleInWords(schedule, playlists)]),
    ...(answers.length === 0 ? [] : [answersInWords(stream, answers)]),
  ].join('\n')
  return { kind: 'schedule', id: stream, place, text }
}

function explainRule(rule: Rule, playlists: RuleSet['playlists']): Explanation {
  return { kind: 'rule', id: rule.id, place: rule.place, text: ruleInWords(rule, playlists) }
}

const mostNames = 12

function hint(name: string, names: readonly string[]): string {
  const near = didYouMean(name, names)
  if (near !== null) return ` - did you mean "${near}"?`
  if (names.length === 0) return ': the rule files hold none'
  return `; known: ${names.slice(0, mostNames).join(', ')}${names.length > mostNames ? ', …' : ''}`
}
