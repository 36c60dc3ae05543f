import { type Static, type TSchema, Type } from 'typebox'
import { streamNamePattern } from '../../core/queue.ts'
import { decode } from '../../language/check.ts'
import { meaningOf } from '../../language/meaning.ts'
import type { MapNode, Node, ScalarNode } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import { readTagged, withShorthand } from '../../language/tagged.ts'
import { control } from '../control.ts'
import { environmentFor } from '../names.ts'
import type { ActionDef, InputReference, Reference, TriggerDef } from '../plugin.ts'
import type { Registry } from '../registry.ts'
import type { Bound, Branch, Rule } from '../rule-set.ts'
import { type ConditionReading, readConditions } from './conditions.ts'
import { isControl, readControl } from './control.ts'
import { isKnownTime } from './days.ts'
import { silencedIn } from './declarations.ts'
import type { Declared } from './declared.ts'
import { checkInput } from './input-references.ts'
import { scalarWith } from './references.ts'
import { readSettings } from './settings.ts'
import { readTexts } from './texts.ts'

export const ruleSchema = Type.Object(
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
  /** Each trigger with the node of its options. */
  readonly triggers: readonly { readonly bound: Rule['when'][number]; readonly node: Node }[]
  /** Each action with its node, for messages about what it refers to. */
  readonly actions: readonly { readonly bound: Rule['do'][number]; readonly node: Node }[]
}

/** Reads the map `rules:`; wrong rules are reported and left out. */
export function readRules(node: MapNode, given: Reading): ReadRule[] {
  const reading = { ...given, declared: silencedIn(given.declared, given.report.file) }
  return [...node.entries].flatMap(([id, { key, value }]) => {
    const rule = readRule({ id, key, value }, reading)
    return rule === undefined ? [] : [rule]
  })
}

interface Reading {
  readonly report: Report
  readonly registry: Registry
  readonly declared: Declared
  /** What tells one `declared` from another. */
  readonly shared?: string
}

interface Written {
  readonly id: string
  readonly key: ScalarNode
  readonly value: Node
}

function readRule({ id, key, value }: Written, reading: Reading): ReadRule | undefined {
  const { report, registry, declared } = reading
  const head = decode(ruleSchema, value, report, { what: `rule "${id}"` })
  if (value.kind !== 'map') return undefined
  if (head !== undefined && !value.entries.has('when')) {
    report.add(key, 'error', 'rule/no-trigger', `rule "${id}" has no \`when\`, and nothing starts it`)
    return undefined
  }
  const list = (section: 'when' | 'do') => listOf(value.entries.get(section)?.value, section, report)
  const when = bindAll(list('when'), { what: 'trigger', definitions: registry.triggers, report, declared })
  const binding = { what: 'action', definitions: registry.actions, report, declared, more: ['choose'] }
  const actions = bindActions(list('do'), binding)
  // Only now, so that a fault of the rule itself hides none of its lists.
  if (head === undefined || when === null || actions === null) return undefined
  const triggers = when.map((item) => withProvided(item, declared))
  const player = head.player ?? null
  const stream = head.stream ?? null
  const environment = environmentFor({ player, stream, when: triggers.map((item) => item.bound) }, declared)
  const asking: ConditionReading = {
    report,
    environment,
    kinds: new Set(registry.conditions.keys()),
    bind(node) {
      const item = bind(node, { what: 'condition', definitions: registry.conditions, report, declared })
      const own = item === undefined ? null : withOwnIf(item, asking)
      return own === null ? undefined : own.enabled ? own.bound : null
    },
  }
  const conditions = readConditions(value.entries.get('if')?.value, asking)
  const starts = allOf(triggers.map((item) => withOwnIf(item, asking)))
  const does = allOf(actions.map((action) => withWritten(action, { ...asking, declared })))
  if (conditions === null || starts === null || does === null) return undefined
  return {
    node: key,
    triggers: when,
    rule: {
      id,
      name: head.name ?? null,
      place: `${report.file}:${report.lineOf(key)}`,
      enabled: head.enabled ?? true,
      player,
      stream,
      when: starts.filter(isEnabled).map((item) => item.bound),
      if: conditions,
      do: does.filter(isEnabled).map((item) => item.bound),
      meaning: { own: meaningOf(value), shared: reading.shared ?? '' },
    },
    actions: does.flatMap(withInner),
  }
}

type BoundAction = BoundNode<ActionDef>

/** All of a list and of what it chooses among, or null where one of them was wrong. */
function bindActions(
  nodes: readonly Node[],
  binding: Binding<ActionDef>,
  depth = 0,
): readonly BoundAction[] | null {
  return allOf(
    nodes.map((node) => {
      if (!isControl(node, binding.definitions)) return bind(node, binding) ?? null
      return bindControl(node, binding, depth + 1)
    }),
  )
}

// More than anybody follows.
const deepest = 8

function bindControl(node: MapNode, binding: Binding<ActionDef>, depth: number): BoundAction | null {
  const { report } = binding
  if (depth > deepest) {
    const message = `actions stand in one another more than ${deepest} levels deep`
    report.add(node, 'error', 'type/value', message, 'make several rules of it')
    return null
  }
  const found = readControl(node, report)
  if (found === undefined) return null
  const { kind, name, enabled } = found
  const ways = allOf(
    found.ways.map((way) => {
      const inner = bindActions(way.do, binding, depth)
      return inner === null ? null : { if: way.if, do: inner }
    }),
  )
  if (ways === null) return null
  const bound = { kind, definition: control[kind], options: {}, id: null }
  return { bound: name === undefined ? bound : { ...bound, name }, node, if: found.if, enabled, ways }
}

/** With its condition, with what is written in its options beyond plain data, and so with all in it; null after errors. */
function withWritten(
  written: BoundAction,
  reading: ConditionReading & { readonly declared: Declared },
): BoundAction | null {
  const action = withOwnIf(written, reading)
  if (action === null) return null
  const { bound, node } = action
  const texts = readTexts(node, bound.definition, reading)
  const settings = bound.definition.setsValues === true ? readSettings(node, reading) : []
  const ways = allOf((action.ways ?? []).map((way) => readWayIn(way, reading)))
  if (texts === null || settings === null || ways === null) return null
  const more = {
    ...(texts.size === 0 ? {} : { texts }),
    ...(settings.length === 0 ? {} : { settings }),
    ...(ways.length === 0 ? {} : { branches: ways.map(({ branch }) => branch) }),
  }
  return { ...action, bound: { ...bound, ...more }, ways }
}

function readWayIn(
  way: BoundWay,
  reading: ConditionReading & { readonly declared: Declared },
): (BoundWay & { readonly branch: Branch }) | null {
  const conditions = way.if === null ? [] : readConditions(way.if, reading)
  const does = allOf(way.do.map((action) => withWritten(action, reading)))
  if (conditions === null || does === null) return null
  const doing = does.filter(isEnabled).map((item) => item.bound)
  return { ...way, do: does, branch: { if: way.if === null ? null : conditions, do: doing } }
}

/** The action and all that stand in it. */
function withInner(action: BoundAction): BoundAction[] {
  return [action, ...(action.ways ?? []).flatMap((way) => way.do.flatMap(withInner))]
}

function withProvided(item: BoundNode<TriggerDef>, { inputs }: Declared): BoundNode<TriggerDef> {
  const { bound } = item
  const provides = bound.definition.providesFor?.(bound.options as never, inputs)
  return provides === undefined ? item : { ...item, bound: { ...bound, provides } }
}

/** With the condition that stands beside it; null after errors. */
function withOwnIf<Found>(item: BoundNode<Found>, reading: ConditionReading): BoundNode<Found> | null {
  if (item.if === null) return item
  const conditions = readConditions(item.if, reading)
  return conditions === null ? null : { ...item, bound: { ...item.bound, if: conditions } }
}

function allOf<Item>(items: readonly (Item | null)[]): readonly Item[] | null {
  const good = items.filter((item) => item !== null)
  return good.length === items.length ? good : null
}

function isEnabled({ enabled }: { readonly enabled: boolean }): boolean {
  return enabled
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
  references?(options: never): readonly (Reference | InputReference)[]
}

interface Binding<Found> {
  readonly what: string
  readonly definitions: ReadonlyMap<string, Found>
  readonly report: Report
  readonly declared: Declared
  /** Names that are known beside those of the definitions. */
  readonly more?: readonly string[]
}

interface BoundNode<Found> {
  readonly bound: Bound<Found>
  readonly node: Node
  /** What stands behind the `if:` beside it. */
  readonly if: Node | null
  readonly enabled: boolean
  /** Of an action that chooses among others. */
  readonly ways?: readonly BoundWay[]
}

interface BoundWay {
  readonly if: Node | null
  readonly do: readonly BoundNode<ActionDef>[]
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
  { what: item, definitions, report, declared, more = [] }: Binding<Found>,
): BoundNode<Found> | undefined {
  const tagged = readTagged(node, report, { what: item, kinds: [...definitions.keys(), ...more] })
  if (tagged === undefined) return undefined
  const definition = definitions.get(tagged.kind)
  if (definition === undefined) return undefined
  const value = withShorthand(tagged.value, definition.shorthand)
  const what = `${item} \`${tagged.kind}\``
  const options: Static<TSchema> | undefined = decode(definition.options, value, report, { what })
  if (options === undefined) return undefined
  const references = definition.references?.(options as never) ?? []
  const isKnown = (reference: Reference | InputReference) => {
    if (reference.kind === 'input') return checkInput(reference, tagged.value, { report, declared })
    const { kind, name } = reference
    return isKnownTime(kind, scalarWith(tagged.value, name), { name, report, calendar: declared.calendar })
  }
  if (!references.map(isKnown).every(Boolean)) return undefined
  const { kind, name, id = null, enabled } = tagged
  const bound = { kind, definition, options, id, ...(name === undefined ? {} : { name }) }
  return { bound, node: tagged.value, if: tagged.if ?? null, enabled }
}
