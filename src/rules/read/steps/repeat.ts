import { Type } from 'typebox'
import { decode } from '../../../language/check.ts'
import { isEmpty, type MapNode, type Node } from '../../../language/node.ts'
import type { Report } from '../../../language/report.ts'
import { scalarAs } from '../../../language/typed.ts'
import type { RepeatStep } from '../../step.ts'
import { readConditions } from '../conditions.ts'
import { type FoundStep, finishSteps, foundGrammar, type ReadGrammar, type StepReading } from './found.ts'
import { itemsOrOneIn } from './lists.ts'

/** Of `while`, where nothing else is said. */
export const usualRounds = 100
const rounds = Type.Integer({ minimum: 1, maximum: 1000 })
const maybe = Type.Optional(Type.Unknown())

export const repeatSchema = Type.Object(
  { times: Type.Optional(rounds), while: maybe, max: Type.Optional(rounds), do: Type.Unknown() },
  { additionalProperties: false },
)

const example = 'as in `repeat: {times: 3, do: […]}`'

/** `repeat: {times: 3, do: […]}` or `repeat: {while: …, max: 20, do: […]}`. */
export const readRepeat: ReadGrammar = (item, { report, find }) => {
  const { key, value } = item
  if (value.kind !== 'map') {
    const message = '`repeat` takes a map with `times` or `while`, and `do`'
    report.add(isEmpty(value) ? key : value, 'error', 'type/value', message, example)
    return null
  }
  const read = decode(repeatSchema, value, report, { what: 'action `repeat`' })
  const entry = value.entries.get('do')
  if (read === undefined || entry === undefined || !hasOneWay(value, item.key, report)) return null
  const items = itemsOrOneIn(entry, 'a list of actions', report)
  const found = items === undefined ? null : find(items)
  if (found === null) return null
  return foundGrammar(item, (reading) => {
    const rounds = read.times ?? conditionsOf(value, reading)
    return rounds === null ? null : roundsOf(found, { rounds, most: read.max ?? usualRounds, reading })
  })
}

function roundsOf(
  found: readonly FoundStep[],
  { reading, ...how }: Pick<RepeatStep, 'rounds' | 'most'> & { readonly reading: StepReading },
) {
  const list = finishSteps(found, reading)
  if (list === null) return null
  const { steps, ...parts } = list
  return { ...parts, step: { does: 'repeat' as const, ...how, do: steps } }
}

/** Either a number of rounds or what ends them. */
function hasOneWay({ entries }: MapNode, key: Node, report: Report): boolean {
  const times = entries.get('times')
  const most = entries.get('max')
  const condition = entries.get('while')
  if (times !== undefined && condition !== undefined) {
    const message = '`repeat` takes `times` or `while`, not both'
    report.add(condition.key, 'error', 'key/two-kinds', message)
    return false
  }
  if (times !== undefined && most !== undefined) {
    const message = '`max` goes with `while`; `times` says by itself how often'
    report.add(most.key, 'error', 'key/unknown', message)
    return false
  }
  if (times === undefined && condition === undefined) {
    report.add(key, 'error', 'key/missing', '`repeat` needs `times` or `while`', example)
    return false
  }
  return condition === undefined || canChange(condition.value, report)
}

/** `while: true` never ends by itself, and `while: false` never begins. */
function canChange(node: Node, report: Report): boolean {
  const always = node.kind === 'scalar' ? scalarAs('boolean', node) : undefined
  if (typeof always !== 'boolean') return true
  const message = `\`while\` takes a condition that changes, not ${always}`
  const help = always
    ? 'for a number of rounds write `times`'
    : 'to leave it out, put `enabled: false` beside `repeat`'
  report.add(node, 'error', 'type/value', message, help)
  return false
}

function conditionsOf({ entries }: MapNode, reading: StepReading) {
  return readConditions(entries.get('while')?.value, { ...reading, word: 'while' })
}
