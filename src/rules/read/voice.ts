import { inLines } from '../../language/wording.ts'
import { say } from '../actions/say.ts'
import type { RuleFile } from './rule-file.ts'

/** Rules that are to say something where nobody speaks, once for all of a file. */
export function checkVoice({ report, rules }: Pick<RuleFile, 'report' | 'rules'>): void {
  const said = rules.flatMap(({ actions }) => actions.filter(({ bound }) => bound.definition === say))
  const nodes = said.map(({ node }) => node).toSorted((one, other) => one.span.start - other.span.start)
  const [first, ...more] = nodes
  if (first === undefined) return
  const lines = more.map((node) => report.lineOf(node)).filter((line) => line !== report.lineOf(first))
  const also = lines.length === 0 ? '' : ` (also in ${inLines(lines)})`
  report.add(
    first,
    'warning',
    'rule/no-voice',
    `no voice is set up, so \`say\` fails${also}`,
    'set the option speech.provider to home_assistant, wyoming or espeak, or record the words and take `queue`',
  )
}
