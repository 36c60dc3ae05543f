import type { Rule, RuleSet } from '../rule-set.ts'
import type { ConditionNow } from '../running/conditions-now.ts'
import { type RunTrace, standingOf } from '../running/trace.ts'
import { inWords } from '../telling.ts'
import { clockWords } from '../time.ts'
import { partInWords, tellingOf, untilInWords } from './rule-words.ts'

interface Known {
  /** The newest first. */
  readonly traces: readonly RunTrace[]
  /** How its conditions stand; null where no product runs that knows. */
  readonly conditions: readonly ConditionNow[] | null
  /** Since when every start of it would be known; null where that is not known. */
  readonly since: Date | null
  readonly now: Date
  readonly ruleSet: Pick<RuleSet, 'calendar' | 'playlists'>
}

/** Why the rule did what it did the last time, or did nothing, and what it waits for: a sentence each. */
export function whyInWords(rule: Rule, known: Known): string[] {
  const { traces, conditions } = known
  const [last] = traces
  const ran = traces.find((trace) => !cameToNothing(trace))
  return [
    ...(rule.enabled ? [] : ['It is switched off: nothing starts it until it is switched on.']),
    last === undefined ? neverInWords(known) : startInWords(last, known),
    ...(last === undefined || ran === last
      ? []
      : [
          ran === undefined ? 'None of its starts that are kept came to anything.' : startInWords(ran, known),
        ]),
    ...(conditions ?? []).flatMap(({ text, holds, why, saw }) => {
      if (holds === true) return []
      const looked = saw.length === 0 ? '' : ` (${saw.join(', ')})`
      if (holds === null) return [`Whether ${said(text)} holds cannot be told now: ${why}.`]
      return [`Now it would not run: ${said(text)} does not hold${looked}.`]
    }),
    ...waitsInWords(rule, known),
  ]
}

/** An expression as it is written; a condition in words is said as it is. */
function said(text: string): string {
  return text.startsWith('it ') || text.includes(' is ') ? `"${text}"` : `\`${text}\``
}

function neverInWords({ since, ruleSet }: Known): string {
  return since === null
    ? 'It has never been started, as far as is kept.'
    : `Nothing has triggered it since ${clockWords(since.toISOString(), ruleSet.calendar.zone)}.`
}

/** "It last ran on Tue 24 Nov at 20:15, because the right button was pressed on Nursery, and came to its end." */
function startInWords(trace: RunTrace, { ruleSet }: Known): string {
  const { at, because, why, saw } = trace
  const when = `${clockWords(at, ruleSet.calendar.zone)}, because ${because}`
  const reason = why === null ? '' : `: ${why}`
  const looked = saw.length === 0 ? '' : ` It saw that ${saw.join(', ')}.`
  switch (standingOf(trace)) {
    case 'running':
      return `It runs, since ${when}.`
    case 'waiting':
      return `It runs, since ${when}, and waits for its next step.`
    case 'did_not_run':
      return `It was triggered at ${when}, and did not run${reason}.${looked}`
    case 'ignored':
      return `It was triggered at ${when}, and was not started again${reason}.`
    case 'failed':
      return `It ran at ${when}, and failed${reason}.`
    case 'stopped':
      return `It ran at ${when}, and stopped${reason}.`
    case 'ended':
      return `It ran at ${when}, and was ended${reason}.`
    default:
      return `It ran at ${when}, and came to its end.`
  }
}

function cameToNothing({ outcome }: RunTrace): boolean {
  return outcome === 'did_not_run' || outcome === 'ignored'
}

// Behind a clock that comes seldom: the night of a leap year at the latest.
const farMs = 1500 * 86_400_000

/** "It waits until the right button is pressed on any player." With the next time, where a clock starts it. */
function waitsInWords(rule: Rule, { now, ruleSet }: Known): string[] {
  if (rule.when.length === 0) return ['It names nothing that starts it.']
  const telling = tellingOf(rule, ruleSet.playlists)
  const starts = rule.when.map((part) => untilInWords(partInWords(part, telling)))
  const next = rule.enabled ? nextOf(rule, now, ruleSet) : null
  const at =
    next === null
      ? ''
      : `; by the clock that is next at ${clockWords(next.toISOString(), ruleSet.calendar.zone)}`
  return [`It waits until ${inWords(starts, 'or')}${at}.`]
}

function nextOf({ when }: Rule, now: Date, { calendar }: Known['ruleSet']): Date | null {
  const span = { from: now, until: new Date(now.getTime() + farMs), calendar }
  const found = when.flatMap(({ definition, options }): Date[] => {
    for (const at of definition.upcoming?.(options as never, span) ?? []) if (at > now) return [at]
    return []
  })
  return found.sort((one, other) => one.getTime() - other.getTime())[0] ?? null
}
