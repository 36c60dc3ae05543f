import { AppError, messageOf } from '../core/error.ts'
import { type Explanation, explain, explainAll } from '../rules/explain/explain.ts'
import { type Checked, heardRules, readHousehold } from './check-command.ts'
import type { Command } from './command.ts'
import { leftOut, leftOutInWords } from './left-out.ts'
import { explanationAsJson } from './rule-tools.ts'

/** The command `explain`: a rule or a schedule in plain English; all of them where none is named. */
export const explainCommand: Command = {
  name: 'explain',
  usage: '[rule or stream] [--json]',
  words: { most: 1, what: 'the name of one rule or schedule' },
  about: 'says in plain English what a rule or a schedule does',
  more: 'Without a name it explains all of them. A rule and a schedule of the same name are both said.',
  async run(input) {
    const read = await readHousehold(input)
    const checked = { ...read, ruleSet: await heardRules(read, input) }
    const [name] = input.args
    const found = name === undefined ? explainAll(checked.ruleSet) : named(name, checked)
    const files = leftOut(checked)
    if (input.json)
      return {
        answer: `${JSON.stringify({ explanations: found.map(explanationAsJson), left_out: files }, null, 2)}\n`,
        failed: false,
      }
    const answer =
      found.length === 0 ? 'The rule files hold no rules and no schedules.\n' : found.map(inWords).join('\n')
    return { answer: `${answer}${name === undefined ? leftOutInWords(checked) : ''}`, failed: false }
  },
}

/** @throws AppError `not_found` where nothing bears that name, with the files that may have it. */
function named(name: string, checked: Checked): Explanation[] {
  try {
    return explain(name.normalize('NFC'), checked.ruleSet)
  } catch (error) {
    const files = leftOut(checked)
    if (!(error instanceof AppError) || files.length === 0) throw error
    const hint = `${files.join(', ')} left out for errors, see the command check`
    throw new AppError(error.code, `${messageOf(error)} (${hint})`, { cause: undefined })
  }
}

function inWords({ kind, id, place, text }: Explanation): string {
  const head = kind === 'rule' ? `Rule ${id}` : `Schedule of the stream ${id}`
  return `${head}${place === null ? '' : ` (${place})`}\n${text}\n`
}
