import { AppError } from '../core/error.ts'
import { didYouMean } from '../language/names.ts'
import { list } from '../language/wording.ts'
import { whyInWords } from '../rules/explain/why.ts'
import type { Rule } from '../rules/rule-set.ts'
import type { RunTrace } from '../rules/running/trace.ts'
import { askRunning } from './ask-running.ts'
import { type Checked, readHousehold } from './check-command.ts'
import type { Command, CommandInput } from './command.ts'
import { leftOut } from './left-out.ts'
import { shortTrace } from './shown-trace.ts'
import { fromStore } from './store-at-rest.ts'
import { runTraces } from './trace-store.ts'

/** The command `why`: what a rule did the last time or why it did nothing, and what it waits for. */
export const whyCommand: Command = {
  name: 'why',
  usage: '<rule> [--json]',
  words: { most: 1, what: 'the id of one rule' },
  about: 'says why a rule ran, or why not, and what it waits for',
  more: [
    'The program that runs with the same data folder is asked, for it knows how conditions stand; where none runs,',
    'it is told what the last one kept.',
  ].join('\n'),
  async run(input) {
    const [id] = input.args
    if (id === undefined) throw new AppError('invalid', 'command why: name a rule, as in why bedtime')
    const running = await askedRunning(id, input)
    const asked = typeof running === 'string' ? await keptOf(id, input) : running
    const { rule, source, text } = asked
    const answer = input.json
      ? `${JSON.stringify(asked, null, 2)}\n`
      : `Rule ${rule} (${source})\n${text.join('\n')}\n`
    const notes = typeof running === 'string' ? `${running}: this is what is kept\n` : ''
    return { answer, notes, failed: false }
  },
}

interface Why {
  /** Who says it: the program that runs, or what is kept of the last one. */
  readonly by: 'program' | 'store'
  readonly rule: string
  readonly source: string
  readonly text: readonly string[]
}

/** Why it cannot be asked, where no program runs or it has no such rule. */
async function askedRunning(id: string, { options }: CommandInput): Promise<Why | string> {
  try {
    const call = { method: 'GET', path: `/rules/${encodeURIComponent(id)}/why` } as const
    const { rule, source, text, ...more } = await askRunning(options.folders.data, call)
    if (typeof source !== 'string' || !Array.isArray(text))
      return 'the program that runs is of another version'
    return { by: 'program', rule: String(rule), source, text: text.map(String), ...more }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    if (error.code === 'unavailable') return 'no program runs with this data folder'
    if (error.details?.status === 404) return 'the program that runs does not have this rule (yet)'
    throw error
  }
}

async function keptOf(id: string, input: CommandInput): Promise<Why> {
  const checked = await readHousehold(input)
  const rule = ruleOf(id, checked)
  const { ruleSet } = checked
  const kept = await fromStore(input.options, async (storage) => ({
    traces: await storage.collection<RunTrace>(runTraces).entries(),
    switched: await storage.collection<boolean>('rule-switches').get(id),
  }))
  const traces = (kept?.traces ?? [])
    .map(([, trace]) => trace)
    .filter((trace) => trace.rule === id)
    .sort((one, other) => other.id - one.id)
  const enabled = kept?.switched ?? rule.enabled
  const now = input.clock.now()
  return {
    ...{ by: 'store', rule: id, source: rule.place },
    text: whyInWords({ ...rule, enabled }, { traces, conditions: null, since: null, now, ruleSet }),
    ...{ zone: ruleSet.calendar.zone, traces: traces.map((trace) => shortTrace(trace, ruleSet.calendar)) },
  }
}

/** @throws AppError `not_found` with what was probably meant. */
function ruleOf(id: string, checked: Checked): Rule {
  const { rules } = checked.ruleSet
  const found = rules.find((rule) => rule.id === id)
  if (found !== undefined) return found
  const ids = rules.map((rule) => rule.id)
  const near = didYouMean(id, ids)
  const hint =
    near !== null
      ? ` - did you mean "${near}"?`
      : ids.length === 0
        ? ': the rule files hold none'
        : `; there are: ${list(ids)}`
  const files = leftOut(checked)
  const left = files.length === 0 ? '' : ` (${files.join(', ')} left out for errors, see the command check)`
  throw new AppError('not_found', `there is no rule "${id.slice(0, 200)}"${hint}${left}`)
}
