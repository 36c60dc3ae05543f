import { foundIn } from '../../language/expected.ts'
import {
  type Field,
  fieldOf,
  namesOf,
  type Value,
  type Values,
} from '../../language/expression/environment.ts'
import { entitiesIn } from '../../language/expression/states.ts'
import { didYouMean } from '../../language/names.ts'
import { isEmpty, type Node } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import { list, quote } from '../../language/wording.ts'
import { type DeclaredHouse, houseOf } from '../house.ts'

interface Reading {
  readonly report: Report
  readonly house: DeclaredHouse
}

/**
 * What the house answers in a test: names as expressions write them, with their values, over where vars and inputs start.
 * What is wrong is reported and left out.
 */
export function houseIn(test: Node, { report, house }: Reading): Values {
  const node = test.kind === 'map' ? test.entries.get('house')?.value : undefined
  if (node?.kind !== 'map') return house.starts
  const values: [string, Value][] = []
  for (const [name, { key, value }] of node.entries) {
    const field = fieldNamed(name, house)
    if (field === undefined) {
      report.add(key, 'error', 'test/unknown-name', ...unknown(name, { report, house }))
      continue
    }
    const read = value.kind === 'scalar' ? readAs(field, value.text) : null
    if (read !== null) values.push([name, read])
    else {
      const message = `${quote(name)} takes ${takenBy(field)}, not ${foundIn(value)}`
      report.add(isEmpty(value) ? key : value, 'error', 'type/value', message)
    }
  }
  return houseOf(values, house.starts)
}

function unknown(
  name: string,
  { report, house: { environment } }: Reading,
): [message: string, help: string | undefined] {
  const near = report.isFull ? null : didYouMean(name, namesOf(environment))
  if (near !== null) return [`the house has no ${quote(name)} - did you mean "${near}"?`, undefined]
  const groups = Object.keys(environment.groups).map((group) => `${group}.…`)
  return [`the house has no ${quote(name)}`, `known: ${list([...groups, "state('…')"])}`]
}

function fieldNamed(name: string, { environment }: DeclaredHouse): Field | undefined {
  if (entitiesIn([name]).length > 0) return { type: 'text' }
  const [first = '', second, ...more] = name.split('.')
  if (more.length > 0) return undefined
  const written = second === undefined ? { group: null, name: first } : { group: first, name: second }
  return fieldOf(environment, written)
}

function readAs({ type, words, range }: Field, text: string): Value | null {
  switch (type) {
    case 'bool':
      return text === 'true' || text === 'false' ? text === 'true' : null
    case 'number': {
      const number = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : null
      const isWithin = number !== null && (range === undefined || (number >= range[0] && number <= range[1]))
      return isWithin ? number : null
    }
    case 'text':
      return words === undefined || words.includes(text) ? text : null
  }
}

function takenBy({ type, words, range }: Field): string {
  if (words !== undefined) return `one of ${words.join(', ')}`
  if (range !== undefined) return `a number from ${range[0]} to ${range[1]}`
  return { bool: 'true or false', number: 'a number', text: 'a text' }[type]
}
