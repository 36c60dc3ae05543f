import type { RuleSet } from './rule-set.ts'
import { allSteps } from './step.ts'

/** What makes a stream anew once it is deleted: its schedule within a minute, a rule when it runs. */
export interface Refill {
  readonly kind: 'schedule' | 'rule'
  /** The stream of the schedule, or the rule's id. */
  readonly name: string
  /** Where it stands: "bedroom.yaml:15". */
  readonly source: string | null
}

// What puts something into a stream, and so makes it.
export const fillsStreams: ReadonlySet<string> = new Set(['queue', 'play', 'say'])

export function refillsOf(
  stream: string,
  { schedules, rules }: Pick<RuleSet, 'schedules' | 'rules'>,
): readonly Refill[] {
  return [
    ...schedules.flatMap(({ stream: name, place = null }): Refill[] =>
      name === stream ? [{ kind: 'schedule', name, source: place }] : [],
    ),
    ...rules
      .filter(
        (rule) =>
          rule.enabled &&
          allSteps(rule.do).some((step) => {
            if (step.does !== 'act' || !fillsStreams.has(step.kind)) return false
            const { stream: named = rule.stream } = step.options as { readonly stream?: string }
            return named === stream
          }),
      )
      .map(({ id, place }): Refill => ({ kind: 'rule', name: id, source: place })),
  ]
}
