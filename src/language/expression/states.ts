import { code } from '../wording.ts'
import { currentValue, type Environment, nameText, stateHolder } from './environment.ts'
import { problem } from './finding.ts'
import type { ASTNode } from './parse.ts'
import type { Checking, Typed } from './typed.ts'

/** How Home Assistant writes the id of an entity (https://developers.home-assistant.io/docs/core/entity). */
export const entityPattern = '^[a-z0-9]+(_[a-z0-9]+)*\\.[a-z0-9]+(_[a-z0-9]+)*$'

/** Whether it asks for an entity of Home Assistant: `ha` is what people write who have `ha` as trigger and action. */
export function isStateCall(name: string, { functions = {} }: Environment): boolean {
  return (name === 'state' || name === 'ha') && !Object.hasOwn(functions, name)
}

/** `state('light.nursery')`: the state of an entity of Home Assistant, a text. The id is written out, so that it can be listened to. */
export function stateCall(
  node: ASTNode,
  [called, args]: readonly [string, readonly ASTNode[]],
  { checking, environment }: { readonly checking: Checking; readonly environment: Environment },
): Typed | null {
  if (environment.states !== true) {
    const message = `entities of Home Assistant cannot be asked for here with ${code(called)}`
    const help = 'rules and stories can: a rule may set a var or an input that is asked for here'
    checking.findings.push(problem(node, 'expr/unknown-name', message, help))
    return null
  }
  const [argument] = args
  const entity = argument?.op === 'value' && typeof argument.args === 'string' ? argument.args : null
  if (entity === null || args.length !== 1 || !new RegExp(entityPattern).test(entity)) {
    const message = `${code(called)} takes an entity of Home Assistant in quotes, as in ${code(`${called}('light.nursery')`)}`
    checking.findings.push(problem(argument ?? node, 'expr/type', message))
    return null
  }
  const name = { group: stateHolder, name: entity }
  checking.names.set(nameText(name), { name, type: 'text' })
  const { start, end } = node
  const field = { type: 'text' as const, name }
  return { start, end, type: 'text', field, run: (values) => currentValue(values, name, 'text') }
}

/** The entities among the names that an expression uses. */
export function entitiesIn(names: Iterable<string>): readonly string[] {
  return [...names].flatMap((name) => /^state\('([a-z0-9_]+\.[a-z0-9_]+)'\)$/.exec(name)?.[1] ?? [])
}
