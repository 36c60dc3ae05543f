import { isJsonObject } from '../../core/json.ts'
import type { Node } from '../../language/node.ts'
import { inLines } from '../../language/wording.ts'
import { ha as action } from '../actions/ha.ts'
import { ha as trigger } from '../triggers/ha.ts'
import { type Surroundings, scalarWith } from './references.ts'
import type { RuleFile } from './rule-file.ts'

/** What rules have to do with Home Assistant and cannot: an action that is not for them, and all of it where it is not there. */
export async function checkHomeAssistant(
  file: Pick<RuleFile, 'report' | 'rules' | 'stories'>,
  surroundings: NonNullable<Surroundings['homeAssistant']>,
): Promise<void> {
  const { report, rules, stories } = file
  const calls = rules.flatMap(({ actions }) => actions.filter(({ bound }) => bound.definition === action))
  const heard = rules.flatMap(({ triggers }) => triggers.filter(({ bound }) => bound.definition === trigger))
  for (const { bound, node } of calls) {
    const called = isJsonObject(bound.options) ? String(bound.options.action) : ''
    const fault = await surroundings.actionFault(called)
    if (fault !== null)
      report.add(scalarWith(node, called), 'error', 'ref/ha-domain', fault.message, fault.help)
  }
  if (surroundings.isThere) return
  const does = {
    what: '`ha` neither hears nor does anything here',
    help: 'set homeassistant.url and homeassistant.token, or use `mqtt`: an automation of Home Assistant can publish what happens there, and listen to what rules publish',
  }
  sayNotThere(
    report,
    [...heard, ...calls].map(({ node }) => node),
    does,
  )
  const asks = {
    what: '`state` never knows anything here',
    help: 'set homeassistant.url and homeassistant.token, or use a var that a rule sets when an automation of Home Assistant publishes something over MQTT',
  }
  sayNotThere(
    report,
    [...rules.flatMap(({ asking }) => asking), ...stories.flatMap(({ entities }) => entities)],
    asks,
  )
}

/** Once, however often it is written. */
function sayNotThere(
  report: RuleFile['report'],
  nodes: readonly Node[],
  { what, help }: { readonly what: string; readonly help: string },
): void {
  const [first, ...more] = nodes.toSorted((one, other) => one.span.start - other.span.start)
  if (first === undefined) return
  const lines = more.map((node) => report.lineOf(node)).filter((line) => line !== report.lineOf(first))
  const also = lines.length === 0 ? '' : ` (also in ${inLines(lines)})`
  const message = `Home Assistant did not start this program, and homeassistant.url is not set, so ${what}${also}`
  report.add(first, 'warning', 'ref/home-assistant', message, help)
}
