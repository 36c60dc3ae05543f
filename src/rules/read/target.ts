import type { TSchema } from 'typebox'
import { propertiesOf } from '../../language/expected.ts'
import type { Environment } from '../../language/expression/environment.ts'
import type { Node } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import type { Bound } from '../rule-set.ts'
import { neededStream, playerTarget, streamTarget } from '../target.ts'

interface Surroundings {
  readonly report: Report
  /** The rule's own. */
  readonly player: string | null
  /** What is known of where nothing is named: of an action what starts the rule may tell, of a condition nothing does. */
  readonly told: Environment['groups']
}

/** With the rule's player where the part names none; null where no player or no stream can be meant, which is reported. */
export function aimed<Definition extends { readonly options: TSchema }>(
  bound: Bound<Definition>,
  node: Node,
  { report, player, told }: Surroundings,
): Bound<Definition> | null {
  const properties = propertiesOf(bound.definition.options)
  const { options } = bound
  if (typeof options !== 'object' || options === null) return bound
  const takesPlayer = properties.get('player') === playerTarget
  const takesStream = properties.get('stream') === streamTarget
  const hasPlayer = 'player' in options || player !== null || told.player !== undefined
  const hasStream = 'stream' in options || told.stream !== undefined
  if (properties.get('stream') === neededStream && !hasStream) {
    const message = `it is not said which stream \`${bound.kind}\` is about`
    report.add(node, 'error', 'rule/no-stream', message, streamHelp)
    return null
  }
  // One of the two is enough for what takes either.
  const isLost = takesPlayer && !hasPlayer && !(takesStream && hasStream)
  if (isLost) {
    const message = `it is not said which player \`${bound.kind}\` is about`
    report.add(node, 'error', 'rule/no-player', message, help)
    return null
  }
  if (!takesPlayer || player === null || 'player' in options) return bound
  return { ...bound, options: { ...options, player } }
}

const help = 'name it with `player:` in the rule, or among the options here'
const streamHelp = 'name it with `stream:` in the rule, or among the options here'
