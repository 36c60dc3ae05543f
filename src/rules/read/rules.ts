import { type Static, type TSchema, Type } from 'typebox'
import { streamNamePattern } from '../../core/queue.ts'
import { decode } from '../../language/check.ts'
import type { Environment } from '../../language/expression/environment.ts'
import type { MapNode, Node, ScalarNode } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import { readTagged, withShorthand } from '../../language/tagged.ts'
import { environmentFor } from '../names.ts'
import type { ActionDef } from '../plugin.ts'
import type { Registry } from '../registry.ts'
import type { Bound, Rule } from '../rule-set.ts'
import { readConditions } from './conditions.ts'
import type { Declared } from './declared.ts'
import { readTexts } from './texts.ts'

const ruleSchema = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    enabled: Type.Optional(Type.Boolean()),
    player: Type.Optional(Type.String({ minLength: 1 })),
    stream: Type.Optional(
      Type.String({ pattern: streamNamePattern.source, expected: 'the name of a stream' }),
    ),
    when: Type.Optional(Type.Unknown()),
    if: Type.Optional(Type.Unknown()),
    do: Type.Unknown(),
  },
  { additionalProperties: false },
)

export interface ReadRule {
  readonly rule: Rule
  readonly node: Node
  /** Each action with its node, for messages about what it refers to. */
  readonly actions: readonly { readonly bound: Rule['do'][number]; readonly node: Node }[]
}

/** Reads the map `rules:`; wrong rules are reported and left out. */
export function readRules(node: MapNode, reading: Reading): ReadRule[] {
  return [...node.entries].flatMap(([id, { key, value }]) => {
    const rule = readRule({ id, key, value }, reading)
    return rule === undefined ? [] : [rule]
  })
}

interface Reading {
  readonly report: Report
  readonly registry: Registry
  readonly declared: Declared
}

interface Written {
  readonly id: string
  readonly key: ScalarNode
  readonly value: Node
}

function readRule({ id, key, value }: Written, reading: Reading): ReadRule | undefined {
  const { report, registry, declared } = reading
  const head = decode(ruleSchema, value, report, { what: `rule "${id}"` })
  if (head === undefined || value.kind !== 'map') return undefined
  if (!value.entries.has('when')) {
    report.add(key, 'error', 'rule/no-trigger', `rule "${id}" has no \`when\`, and nothing starts it`)
    return undefined
  }
  const list = (section: 'when' | 'do') => listOf(value.entries.get(section)?.value, section, report)
  const when = bindAll(list('when'), { what: 'trigger', definitions: registry.triggers, report })
  const actions = bindAll(list('do'), { what: 'action', definitions: registry.actions, report })
  if (when === null || actions === null) return undefined
  const player = head.player ?? null
  const stream = head.stream ?? null
  const environment = environmentFor({ player, stream, when: when.map((item) => item.bound) }, declared)
  const conditions = readConditions(value.entries.get('if')?.value, {
    report,
    environment,
    kinds: new Set(registry.conditions.keys()),
    bind: (node) => bind(node, { what: 'condition', definitions: registry.conditions, report })?.bound,
  })
  const doing = actions.map((action) => withTexts(action, { report, environment }))
  if (conditions === null || doing.includes(null)) return undefined
  const does = doing.filter((action) => action !== null)
  return {
    node: key,
    rule: {
      id,
      place: `${report.file}:${report.lineOf(key)}`,
      enabled: head.enabled ?? true,
      player,
      stream,
      when: when.map((item) => item.bound),
      if: conditions,
      do: does.map((item) => item.bound),
    },
    actions: does,
  }
}

type BoundAction = BoundNode<ActionDef>

function withTexts(
  { bound, node }: BoundAction,
  reading: { readonly report: Report; readonly environment: Environment },
): BoundAction | null {
  const texts = readTexts(node, bound.definition, reading)
  if (texts === null) return null
  return { bound: texts.size === 0 ? bound : { ...bound, texts }, node }
}

function listOf(node: Node | undefined, section: string, report: Report): readonly Node[] {
  if (node === undefined) return []
  if (node.kind === 'list') return node.items
  report.add(node, 'error', 'type/value', `\`${section}\` takes a list`, 'begin each line with "- "')
  return []
}

interface Definition {
  readonly options: TSchema
  readonly shorthand?: string
}

interface Binding<Found> {
  readonly what: string
  readonly definitions: ReadonlyMap<string, Found>
  readonly report: Report
}

interface BoundNode<Found> {
  readonly bound: Bound<Found>
  readonly node: Node
}

/** All of a list, or null where one of them was wrong. */
function bindAll<Found extends Definition>(
  nodes: readonly Node[],
  binding: Binding<Found>,
): BoundNode<Found>[] | null {
  const all = nodes.map((node) => bind(node, binding))
  const good = all.filter((item) => item !== undefined)
  return good.length === all.length ? good : null
}

/** Looks the kind's name up first and checks its options second, so that each message is about one thing. */
function bind<Found extends Definition>(
  node: Node,
  { what: item, definitions, report }: Binding<Found>,
): BoundNode<Found> | undefined {
  const tagged = readTagged(node, report, { what: item, kinds: definitions.keys() })
  if (tagged === undefined) return undefined
  const definition = definitions.get(tagged.kind)
  if (definition === undefined) return undefined
  if (tagged.if !== undefined) {
    report.add(
      tagged.if,
      'error',
      'key/unknown',
      'a condition of a single item is not part of this version yet',
      'put it under the `if` of the rule',
    )
    return undefined
  }
  const value = withShorthand(tagged.value, definition.shorthand)
  const what = `${item} \`${tagged.kind}\``
  const options: Static<TSchema> | undefined = decode(definition.options, value, report, { what })
  if (options === undefined) return undefined
  return { bound: { kind: tagged.kind, definition, options, id: tagged.id ?? null }, node: tagged.value }
}
