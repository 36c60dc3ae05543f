import { didYouMean } from '../names.ts'
import { code, list } from '../wording.ts'
import { type Environment, heldIn, type Values } from './environment.ts'
import { problem } from './finding.ts'
import type { ASTNode } from './parse.ts'
import type { Checking, Typed } from './typed.ts'

/** Values under this name tell which events there are today: `{on: (name) => boolean}`. No expression can name it. */
const holder = 'event'

/** `event('School holiday')`: whether an event of that name is today. The name must be written out, so that it can be checked. */
export function eventCall(
  node: ASTNode,
  args: readonly ASTNode[],
  { checking, environment }: { readonly checking: Checking; readonly environment: Environment },
): Typed | null {
  const [argument] = args
  const name = argument?.op === 'value' && typeof argument.args === 'string' ? argument.args : null
  if (name === null || argument === undefined || args.length !== 1) {
    const message = "`event` takes the name of an event in quotes, as in `event('School holiday')`"
    checking.findings.push(problem(node, 'expr/type', message))
    return null
  }
  const { events = { names: [], absent: 'there are no calendar files here' }, absent = {} } = environment
  if (Object.hasOwn(absent, holder)) {
    const message = `there is no \`event\` here: ${absent[holder]}`
    checking.findings.push(problem(node, 'expr/unknown-name', message))
    return null
  }
  const isKnown = events.names === null || events.names.some((known) => plain(known) === plain(name))
  // Events come and go with whoever keeps the calendar: what runs by one must not stop when it is taken out there.
  if (!isKnown)
    checking.findings.push({
      ...problem(argument, 'expr/unknown-name', ...unknownEvent(name, events)),
      level: isNamed(events) ? 'warning' : 'error',
    })
  if (!isKnown && !isNamed(events)) return null
  checking.events.add(name)
  const { start, end } = node
  return { start, end, type: 'bool', run: (values) => isOn(values, name) }
}

/** Whether there is a calendar file that could have it. */
function isNamed({ names }: Events): boolean {
  return names !== null && names.length > 0
}

type Events = NonNullable<Environment['events']>

function unknownEvent(name: string, { names, absent }: Events): [message: string, help: string] {
  if (names === null || names.length === 0)
    return [`there is no event ${code(name)}: ${absent}`, 'name one with `calendar: {files: […]}`']
  const near = didYouMean(name, names)
  return [
    `no calendar file has an event ${code(name)}`,
    near === null ? `known: ${list(names)}` : `did you mean ${code(near)}?`,
  ]
}

function isOn(values: Values, name: string): boolean | null {
  const events = heldIn(values, holder)
  const ask = typeof events === 'object' && events !== null ? events.on : undefined
  return typeof ask === 'function' ? ask(name) === true : null
}

function plain(name: string): string {
  return name.trim().toLowerCase()
}
