import { type Static, type TSchema, Type } from 'typebox'
import { decode } from '../../language/check.ts'
import {
  type Environment,
  type Field,
  type FieldType,
  fieldOf,
} from '../../language/expression/environment.ts'
import { unknownKey } from '../../language/key.ts'
import type { MapEntry, Node, ScalarNode } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import { plainCalendar } from '../calendar.ts'
import type { Expectation } from '../dry/rule-test.ts'
import { entityId } from '../entity.ts'
import { environmentFor } from '../names.ts'
import { noDeclarations } from './declarations.ts'
import type { Naming } from './test-naming.ts'

const ruleNames = Type.Union([
  Type.String({ minLength: 1, expected: 'the name of a rule' }),
  Type.Array(Type.String({ minLength: 1 }), { minItems: 1, expected: 'a list of rules' }),
])
const message = Type.Union([
  Type.String({ minLength: 1, expected: 'a topic' }),
  Type.Object(
    { topic: Type.String({ minLength: 1 }), payload: Type.Optional(Type.String()) },
    { additionalProperties: false },
  ),
])
const called = Type.Union([
  Type.String({ minLength: 1, expected: 'an action of Home Assistant, or an address' }),
  Type.Object(
    { action: Type.String({ minLength: 1 }), entity: Type.Optional(entityId) },
    { additionalProperties: false },
  ),
  Type.Object(
    { url: Type.String({ minLength: 1 }), body: Type.Optional(Type.String()) },
    { additionalProperties: false },
  ),
])
const logged = Type.String({ minLength: 1, expected: 'a part of what is logged' })

/** What can be expected beside the values of names. */
export const fixedExpectations = {
  ran: ruleNames,
  did_not_run: ruleNames,
  published: message,
  called,
  log: logged,
}

/** The names that every household's tests may speak of, in their groups. */
export function groupsOfTests(): Environment['groups'] {
  const nothing = { calendar: plainCalendar('UTC'), ...noDeclarations }
  return withoutTrigger(environmentForTests(nothing).groups)
}

/** What the names of expectations are, as in the expressions of a rule with a player and a stream. */
export function environmentForTests(declared: Parameters<typeof environmentFor>[1]): Environment {
  return environmentFor({ player: '', stream: '', when: [] }, declared)
}

interface Reading {
  readonly report: Report
  readonly naming: Naming
  readonly environment: Environment
  /** The player of the test. */
  readonly player: string | null
  /** Of the word `expect`. */
  readonly key: ScalarNode
}

/** Reads what stands behind `expect`, or null after what is wrong was reported. */
export function readExpectations(node: Node, reading: Reading): Expectation[] | null {
  if (node.kind !== 'map' || node.entries.size === 0) {
    const words = '`expect` takes a map such as {ran: lights-out, player.volume: 3}'
    reading.report.add(reading.key, 'error', 'type/value', words)
    return null
  }
  const all = [...node.entries.values()].map((entry) => readOne(entry, reading))
  const good = all.filter((expectation) => expectation !== null)
  return good.length === all.length ? good : null
}

function readOne(entry: MapEntry, reading: Reading): Expectation | null {
  const { key, value } = entry
  const { span } = key
  const what = `\`${key.text}\``
  const read = <Schema extends TSchema>(schema: Schema): Static<Schema> | undefined =>
    decode(schema, value, reading.report, { what })
  switch (key.text) {
    case 'ran':
    case 'did_not_run': {
      const rules = read(ruleNames)
      if (rules === undefined) return null
      for (const node of value.kind === 'list' ? value.items : [value])
        if (node.kind === 'scalar') reading.naming.names('rule', node.text, node)
      return { span, kind: key.text, rules: typeof rules === 'string' ? [rules] : rules }
    }
    case 'published': {
      const wanted = read(message)
      if (wanted === undefined) return null
      const { topic, payload = null } = typeof wanted === 'string' ? { topic: wanted } : wanted
      return { span, kind: 'published', topic, payload }
    }
    case 'called': {
      const wanted = read(called)
      if (wanted === undefined) return null
      const isAddress = typeof wanted === 'string' && wanted.includes('://')
      const call = typeof wanted !== 'string' ? wanted : isAddress ? { url: wanted } : { action: wanted }
      if ('url' in call) return { span, kind: 'requested', url: call.url, body: call.body ?? null }
      return { span, kind: 'called', action: call.action, entity: call.entity ?? null }
    }
    case 'log': {
      const text = read(logged)
      return text === undefined ? null : { span, kind: 'log', text }
    }
    default:
      return readValue(entry, reading)
  }
}

function readValue({ key, value }: MapEntry, reading: Reading): Expectation | null {
  const { report, environment, naming, player } = reading
  const [group = '', name = '', more] = key.text.split('.')
  const field = more === undefined && group !== 'trigger' ? fieldOf(environment, { group, name }) : undefined
  const absent = field === undefined ? absentIn(environment, key.text, group) : undefined
  // Where it stands enough is said.
  if (field === undefined && absent === '') return null
  if (field === undefined) {
    const {
      code,
      message: words,
      help,
    } = unknownKey({
      name: key.text,
      allowed: [...Object.keys(fixedExpectations), ...namesIn(environment)],
      where: '`expect`',
    })
    report.add(key, 'error', code, words, absent ?? help)
    return null
  }
  if (group === 'player' && player === null) {
    const words = `which player is meant by \`${key.text}\`? Name it with \`player:\` in the test`
    report.add(key, 'error', 'key/missing', words)
    return null
  }
  const want = decode(valueSchema(field), value, report, { what: `\`${key.text}\`` })
  if (typeof want !== 'string' && typeof want !== 'number' && typeof want !== 'boolean') return null
  if (group === 'stream') naming.unnamedStream ??= key
  if (key.text === 'stream.playlist' && want !== '') naming.names('playlist', String(want), value)
  return { span: key.span, kind: 'value', group, name, want }
}

/** What there is to say of a name, or of its whole group, that could be expected and is not there. */
function absentIn({ groups, absent = {} }: Environment, name: string, group: string): string | undefined {
  if (Object.hasOwn(absent, name)) return absent[name]
  return Object.hasOwn(absent, group) && !Object.hasOwn(groups, group) ? absent[group] : undefined
}

/** What a name stands for, as it is written behind it. */
export function valueSchema(field: Field | FieldType): TSchema {
  const { type, words, range } = typeof field === 'string' ? fieldOfType(field) : field
  if (words !== undefined) return Type.Union(words.map((word) => Type.Literal(word)))
  if (type === 'bool') return Type.Boolean()
  if (type === 'text') return Type.String()
  return range === undefined ? Type.Number() : Type.Number({ minimum: range[0], maximum: range[1] })
}

function fieldOfType(type: FieldType): Field {
  return { type }
}

function namesIn({ groups }: Environment): string[] {
  return Object.entries(withoutTrigger(groups)).flatMap(([group, fields]) =>
    Object.keys(fields).map((name) => `${group}.${name}`),
  )
}

/** No rule has started where a test looks. */
function withoutTrigger({ trigger: _, ...groups }: Environment['groups']): Environment['groups'] {
  return groups
}
