import { durationInWords } from '../../language/duration.ts'
import type { Node } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import { list } from '../../language/wording.ts'
import type { Rule } from '../rule-set.ts'
import type { Step } from '../step.ts'

// So short that hardly anybody presses again meanwhile.
const shortMs = 10_000
// What comes when the clocks or the product say so. All others come from people, players and other programs.
const seldom = ['slot', 'startup']

/** Warns of a rule that waits, and does not say what becomes of whatever would start it again meanwhile. */
export function warnOfWaiting(
  { mode, when, do: steps }: Pick<Rule, 'mode' | 'when' | 'do'>,
  pauses: readonly Node[],
  report: Report,
): void {
  const [first] = pauses
  if (mode !== undefined || first === undefined) return
  const again = when.filter(
    ({ kind, definition }) => definition.upcoming === undefined && !seldom.includes(kind),
  )
  const ms = longestMs(steps)
  if (again.length === 0 || ms <= shortMs) return
  const length = Number.isFinite(ms) ? `up to ${durationInWords(ms)}` : 'without an end'
  const kinds = [...new Set(again.map(({ kind }) => `\`${kind}\``))]
  const message = `this rule may wait ${length}, and ${list(kinds)} may start it again meanwhile`
  const help =
    'say in the rule what happens then: `mode: single` (nothing), `restart` (it starts over), `queued` (once more afterwards) or `parallel` (both run)'
  report.add(first, 'warning', 'rule/wait-mode', message, help)
}

/** How long a run of the steps can wait in all. */
function longestMs(steps: readonly Step[]): number {
  return steps.reduce((sum, step) => sum + longestOf(step), 0)
}

function longestOf(step: Step): number {
  switch (step.does) {
    case 'wait':
      return step.ms
    case 'wait-for':
      return (
        (step.timeoutMs ?? Number.POSITIVE_INFINITY) +
        (step.onTimeout === 'stop' ? 0 : longestMs(step.onTimeout))
      )
    case 'choose':
      return Math.max(0, ...step.ways.map((way) => longestMs(way.do)))
    case 'parallel':
      return Math.max(0, ...step.ways.map(longestMs))
    case 'repeat':
      return (typeof step.rounds === 'number' ? step.rounds : step.most) * longestMs(step.do)
    case 'act':
    case 'stop':
      return 0
  }
}
