import { type TSchema, Type } from 'typebox'
import {
  anyText,
  branch,
  byShape,
  described,
  editorSchemaOf,
  type JsonSchema,
  snippet,
} from '../../language/editor/json-schema.ts'
import { propertiesOf, viewOf } from '../../language/expected.ts'
import { groupKinds } from '../condition.ts'
import type { Registry } from '../registry.ts'
import { besideActions, controlKeys, controlKinds, controlNeeds, ref, waitForKeys, way } from './control.ts'

/** The kinds of items that stand in lists, by the names of their definitions. */
export function itemDefinitions({ triggers, conditions, actions }: Registry): Record<string, JsonSchema> {
  return {
    trigger: itemOf(triggers, { beside }),
    condition: conditionOf(conditions),
    conditions: conditionsOf(),
    action: orBareStop({
      ...itemOf(actions, {
        more: controlKeys(),
        beside: { ...beside, ...besideActions() },
        kinds: controlKinds,
      }),
      dependencies: controlNeeds,
    }),
    'wait-for': {
      ...itemOf(triggers, { more: waitForKeys(), beside, kinds: ['any'] }),
      dependencies: Object.fromEntries([['on_timeout', ['timeout']]]),
    },
    way: way(),
  }
}

/** `- stop` needs no colon. */
function orBareStop(item: JsonSchema): JsonSchema {
  return byShape({ object: item, scalar: { enum: ['stop'] } })
}

interface Part {
  readonly title: string
  readonly describe: string
  readonly examples: readonly string[]
  readonly options: TSchema
  readonly shorthand?: string
}

/** What may stand beside the kind of a rule's item. */
const beside: Readonly<Record<string, JsonSchema>> = {
  id: described(anyText(), 'A name for this item, to tell it from the others: `trigger.id`.'),
  name: described(anyText(), 'What this item is called where people see it.'),
  enabled: described(editorSchemaOf(Type.Boolean()), '`false` leaves this item out.'),
  if: described(ref('conditions'), 'This item counts only where this holds.'),
}

interface More {
  /** Further keys, and which of them are kinds of their own; all where it is not said. */
  readonly more?: Readonly<Record<string, JsonSchema>>
  readonly kinds?: readonly string[]
  readonly beside?: Readonly<Record<string, JsonSchema>>
}

/** One key that names the kind, and what may stand beside it. */
export function itemOf(
  parts: ReadonlyMap<string, Part>,
  { more = {}, kinds = Object.keys(more), beside: others = {} }: More = {},
): JsonSchema {
  const options = [...parts].map(([kind, part]) => [kind, kindOf(kind, part)])
  const names = [...parts.keys(), ...kinds]
  return {
    type: 'object',
    properties: { ...Object.fromEntries(options), ...more, ...others },
    additionalProperties: false,
    minProperties: 1,
    allOf: names.slice(0, -1).map((name, index) => alone(name, names.slice(index + 1))),
  }
}

/** One item, one kind: the second of two is what is wrong. */
function alone(name: string, others: readonly string[]): JsonSchema {
  const refused = others.map((other) => [other, false])
  return branch({ required: [name] }, { properties: Object.fromEntries(refused) })
}

function kindOf(kind: string, part: Part): JsonSchema {
  const examples = part.examples.map((example) => `- \`${example.replace(/^- /, '')}\``)
  const value = optionsOf(part)
  const words = Array.isArray(value.defaultSnippets) ? value.defaultSnippets : []
  return {
    title: part.title,
    description: part.describe,
    markdownDescription: `${part.describe}\n\n${examples.join('\n')}`,
    ...value,
    defaultSnippets: [...words, ...part.examples.flatMap((example) => snippetsOf(kind, example, words))],
  }
}

/** The options, or the value that stands for one of them, or nothing where none is needed. */
export function optionsOf({ options, shorthand }: Pick<Part, 'options' | 'shorthand'>): JsonSchema {
  const long = editorSchemaOf(options)
  const short = shorthand === undefined ? undefined : propertiesOf(options).get(shorthand)
  const needsOptions = (viewOf(options).required ?? []).length > 0
  if (short === undefined)
    return needsOptions
      ? long
      : {
          ...long,
          type: ['object', 'null', 'boolean', 'string'],
          not: { const: false },
          pattern: '^([Yy][Ee][Ss]|[Oo][Nn])$',
        }
  // What the short form takes decides for whatever is no map.
  return byShape({ object: long, scalar: editorSchemaOf(short) })
}

/** An example as a completion: what stands behind the kind's name, where it is not offered as a word. */
function snippetsOf(kind: string, example: string, words: readonly JsonSchema[]): JsonSchema[] {
  const value = example.startsWith(`- ${kind}: `) ? example.slice(kind.length + 4) : ''
  const isKnown = words.some(({ label }) => label === value)
  return value === '' || value.includes('\n') || isKnown ? [] : [snippet(value)]
}

const expression = described(
  { type: ['string', 'boolean'] },
  'An expression such as `player.playing and player.battery > 10`.',
)

function conditionOf(conditions: ReadonlyMap<string, Part>): JsonSchema {
  return byShape({ object: itemOf(conditions, { more: groups(), beside }), scalar: expression })
}

function conditionsOf(): JsonSchema {
  return byShape({
    array: { type: 'array', items: ref('condition') },
    object: ref('condition'),
    scalar: expression,
  })
}

function groups(): Record<string, JsonSchema> {
  const words = { any: 'One of these must hold.', none: 'None of these may hold.' }
  const list = { type: 'array', items: ref('condition'), minItems: 1 }
  return Object.fromEntries(groupKinds.map((kind) => [kind, described(list, words[kind])]))
}
