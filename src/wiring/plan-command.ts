import { AppError } from '../core/error.ts'
import { planOf } from '../rules/plan.ts'
import { planInWords } from '../rules/plan-words.ts'
import { heardRules, readHousehold } from './check-command.ts'
import type { Command } from './command.ts'
import { leftOut, leftOutInWords } from './left-out.ts'
import { planAsJson } from './rule-tools.ts'

const usualDays = 7
const mostDays = 31

/** The command `plan`: what each stream holds in the coming days, as the rule files say it now. */
export const planCommand: Command = {
  name: 'plan',
  usage: '[--days 7] [--json]',
  flags: { days: `a number of days from 1 to ${mostDays}` },
  about: 'shows what each stream holds in the coming days, by its schedule',
  more: `--days 1 to ${mostDays}, today among them. ">" marks what holds now. Overrides by rules and by hand are not in it.\nEnds with 1 where a file is left out for errors.`,
  async run(input) {
    const days = daysOf(input.flags.get('days'))
    const checked = await readHousehold(input)
    const ruleSet = await heardRules(checked, input)
    const plan = planOf(ruleSet, { now: input.clock.now(), days })
    const files = leftOut(checked)
    const answer = input.json
      ? `${JSON.stringify({ ...planAsJson(plan, ruleSet.calendar), left_out: files }, null, 2)}\n`
      : `${planInWords(plan, ruleSet.calendar)}${leftOutInWords(checked)}`
    return { answer, failed: files.length > 0 }
  },
}

function daysOf(written: string | undefined): number {
  if (written === undefined) return usualDays
  const days = /^\d{1,3}$/.test(written) ? Number(written) : 0
  if (days >= 1 && days <= mostDays) return days
  throw new AppError(
    'invalid',
    `argument --days: found ${JSON.stringify(written.slice(0, 80))}, expected a number of days from 1 to ${mostDays}`,
  )
}
