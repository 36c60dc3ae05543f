import { AppError } from '../../core/error.ts'
import { isJsonObject } from '../../core/json.ts'
import type { CheckFinding, RuleFileCheck } from '../plugin.ts'
import { briefly, TooLong } from './time-limit.ts'
import { isThenable, type PluginWatch } from './watch.ts'

/** Of one check and one file; of what is more, one is kept to tell that there is. */
export const mostFindings = 20
const longestPath = 64
const longestText = 300
// What fails for every file must not make the plug-in be stopped with all of its parts.
const mostFailures = 3

/**
 * A check that ends, and answers with plain findings or throws an AppError. One that has failed three times, or took too
 * long once, rests: it is asked no more until the plug-in is loaded anew.
 */
export function guardedCheck(name: string, check: RuleFileCheck, watch: PluginWatch): RuleFileCheck {
  const doing = { what: `check \`${name}\``, rule: null }
  let failures = 0
  return (doc) => {
    if (failures >= mostFailures)
      throw new AppError(
        'conflict',
        `plug-in "${watch.plugin}": its check \`${name}\` has failed and is not asked until the plug-in is changed`,
      )
    return watch.run(doing, () => {
      try {
        // What it answers is read within the limit, too: it may be anything.
        return briefly(() => findingsOf(check(doc)))
      } catch (error) {
        failures = error instanceof TooLong ? mostFailures : failures + 1
        throw error
      }
    })
  }
}

function findingsOf(answer: unknown): CheckFinding[] {
  if (isThenable(answer)) {
    answer.then(undefined, () => undefined)
    throw new TypeError('it answered with a promise, not with a list of findings')
  }
  if (!Array.isArray(answer)) throw new TypeError(`it answered ${typeof answer}, not a list of findings`)
  const found: CheckFinding[] = []
  for (let at = 0; at < answer.length && found.length <= mostFindings; at++) found.push(findingOf(answer[at]))
  return found
}

function findingOf(found: unknown): CheckFinding {
  const { path, level, text } = isJsonObject(found) ? found : {}
  if (level !== 'error' && level !== 'warning' && level !== 'info')
    throw new TypeError('the `level` of a finding is one of error, warning, info')
  if (typeof text !== 'string' || text.trim() === '')
    throw new TypeError('the `text` of a finding is a sentence')
  if (!Array.isArray(path)) throw new TypeError('the `path` of a finding is a list of keys')
  const steps: string[] = []
  for (let at = 0; at < Math.min(path.length, longestPath); at++) steps.push(stepOf(path[at]))
  return { path: steps, level, text: inOneLine(text) }
}

function stepOf(step: unknown): string {
  if (typeof step === 'string' || Number.isInteger(step)) return String(step)
  throw new TypeError('the `path` of a finding is a list of keys')
}

function inOneLine(text: string): string {
  const line = text
    .slice(0, 2 * longestText)
    .replace(/\s+/g, ' ')
    .trim()
  return line.length <= longestText ? line : `${line.slice(0, longestText - 1)}…`
}
