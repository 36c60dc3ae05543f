import { type Static, Type } from 'typebox'
import { streamNamePattern } from '../../core/queue.ts'
import { decode } from '../../language/check.ts'
import type { Environment } from '../../language/expression/environment.ts'
import { meaningOf } from '../../language/meaning.ts'
import { isEmpty, type MapEntry, type MapNode, type Node, type ScalarNode } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import { environmentFor } from '../names.ts'
import type { ActionDef, TriggerDef } from '../plugin.ts'
import type { Registry } from '../registry.ts'
import type { Rule } from '../rule-set.ts'
import { type RuleMode, ruleModes } from '../step.ts'
import { findSteps } from './actions.ts'
import { allOf, type BoundNode, bind, bindAll, isEnabled, withOwnIf } from './bind.ts'
import { type ConditionReading, readConditions } from './conditions.ts'
import { silencedIn } from './declarations.ts'
import type { Declared } from './declared.ts'
import { usesLostParts } from './lost-parts.ts'
import { finishSteps, type PartNode } from './steps/found.ts'
import { oneIn } from './steps/lists.ts'
import { aimed } from './target.ts'
import { warnOfWaiting } from './waiting.ts'

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
    mode: Type.Optional(Type.Union(ruleModes.map((mode) => Type.Literal(mode)))),
    max: Type.Optional(Type.Integer({ minimum: 2, maximum: 50 })),
  },
  { additionalProperties: false },
)

const modesOfSeveral: readonly string[] = ['queued', 'parallel'] satisfies RuleMode[]

export interface ReadRule {
  readonly rule: Rule
  readonly node: Node
  /** Each trigger with the node of its options, also those that its actions wait for. */
  readonly triggers: readonly PartNode<TriggerDef>[]
  /** Each action with its node, for messages about what it refers to. */
  readonly actions: readonly PartNode<ActionDef>[]
  /** The expressions that ask for entities of Home Assistant. */
  readonly asking: readonly Node[]
}

/** Reads the map `rules:`; wrong rules are reported and left out. */
export function readRules(node: MapNode, given: Reading): ReadRule[] {
  const reading = { ...given, declared: silencedIn(given.declared, given.report.file) }
  return [...node.entries].flatMap(([id, { key, value }]) => {
    const rule = readRule({ id, key, value }, reading)
    return rule === undefined ? [] : [rule]
  })
}

/** Parts that are sound by themselves. */
export interface SoundParts {
  readonly triggers: PartNode<TriggerDef>[]
  readonly actions: PartNode<ActionDef>[]
}

/** What rules are read with. */
export interface Reading {
  readonly report: Report
  readonly registry: Registry
  readonly declared: Declared
  /** What tells one `declared` from another. */
  readonly shared?: string
  /** Gets what is sound in each rule that is not, so that all that is wrong in it is told at once. */
  readonly faulty?: SoundParts[]
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
  if (usesLostParts(value, reading))
    return head === undefined ? undefined : idle({ id, key, value }, head, report)
  if (head !== undefined && !value.entries.has('when')) {
    report.add(key, 'error', 'rule/no-trigger', `rule "${id}" has no \`when\`, and nothing starts it`)
    return undefined
  }
  const list = (section: 'when' | 'do') => listOf(value.entries.get(section), report)
  const seen: SoundParts = { triggers: [], actions: [] }
  const starting = { what: 'trigger', definitions: registry.triggers, report, declared, seen: seen.triggers }
  const when = bindAll(list('when'), starting)
  const actions = findSteps(list('do'), { ...reading, seen: seen.actions })
  const fitsMode = head === undefined || maxFits(head, value, report)
  // Only now, so that a fault of the rule itself hides none of its lists.
  if (head === undefined || when === null || actions === null || !fitsMode) return faulty(seen, reading)
  const triggers = when.map((item) => withProvided(item, declared))
  const player = head.player ?? null
  const stream = head.stream ?? null
  const started = { player, stream, when: triggers.map((item) => item.bound) }
  const asks = { entities: new Set<string>(), nodes: [] as ScalarNode[] }
  const environment: Environment = {
    ...environmentFor(started, declared),
    functions: registry.functions,
    asked(entities, where) {
      for (const entity of entities) asks.entities.add(entity)
      asks.nodes.push(where)
    },
  }
  const asking = askingIn(environment, reading, player)
  const conditions = readConditions(value.entries.get('if')?.value, asking)
  const starts = allOf(triggers.map((item) => withOwnIf(item, asking)))
  const does = finishSteps(actions, { ...asking, declared, player })
  if (conditions === null || starts === null || does === null) return faulty(seen, reading)
  const { name = null, enabled = true, mode, max } = head
  const rule: Rule = {
    id,
    name,
    place: `${report.file}:${report.lineOf(key)}`,
    enabled,
    player,
    stream,
    when: starts.filter(isEnabled).map((item) => item.bound),
    if: conditions,
    do: does.steps,
    ...(mode === undefined ? {} : { mode }),
    ...(max === undefined ? {} : { max }),
    ...(asks.entities.size === 0 ? {} : { entities: [...asks.entities] }),
    meaning: { own: ownMeaning(value, registry), shared: reading.shared ?? '' },
  }
  warnOfWaiting(rule, does.pauses, report)
  return { node: key, triggers: [...when, ...does.awaited], rule, actions: does.acts, asking: asks.nodes }
}

/** `max` says how many, where there can be several. */
function maxFits({ mode, max }: Pick<Rule, 'mode' | 'max'>, { entries }: MapNode, report: Report): boolean {
  if (max === undefined || modesOfSeveral.includes(mode ?? '')) return true
  const place = entries.get('max')?.key ?? { start: 0, end: 0 }
  const message = `\`max\` goes with \`mode: queued\` or \`mode: parallel\`${mode === undefined ? '' : `, not with \`${mode}\``}`
  report.add(place, 'error', 'key/unknown', message, 'take it out, or choose one of these modes')
  return false
}

/** How an `if` is read whose expressions may use these names. `player`: the one that is meant where none is named. */
export function askingIn(
  environment: Environment,
  { report, registry, declared }: Reading,
  player: string | null,
): ConditionReading {
  const asking: ConditionReading = {
    report,
    environment,
    kinds: new Set(registry.conditions.keys()),
    bind(node) {
      const item = bind(node, { what: 'condition', definitions: registry.conditions, report, declared })
      const own = item === undefined ? null : withOwnIf(item, asking)
      const bound = own === null ? null : aimed(own.bound, own.node, { report, player, told: {} })
      return own === null || bound === null ? undefined : own.enabled ? bound : null
    },
  }
  return asking
}

function faulty(seen: SoundParts, reading: Reading): undefined {
  reading.faulty?.push(seen)
  return undefined
}

/** With the versions of the plug-ins that it may use: where one was changed, it is another rule. */
function ownMeaning(value: Node, { stampOf }: Registry): string {
  const written = meaningOf(value)
  return `${written}${stampOf?.(written) ?? ''}`
}

/** A rule that is known by name and does nothing. */
function idle({ id, key, value }: Written, head: Static<typeof ruleSchema>, report: Report): ReadRule {
  const { name = null, player = null, stream = null } = head
  const place = `${report.file}:${report.lineOf(key)}`
  const meaning = { own: `left out ${meaningOf(value)}`, shared: '' }
  return {
    node: key,
    triggers: [],
    rule: { id, name, place, enabled: false, player, stream, when: [], if: [], do: [], meaning },
    actions: [],
    asking: [],
  }
}

function withProvided(item: BoundNode<TriggerDef>, { inputs }: Declared): BoundNode<TriggerDef> {
  const { bound } = item
  const provides = bound.definition.providesFor?.(bound.options as never, inputs)
  return provides === undefined ? item : { ...item, bound: { ...bound, provides } }
}

function listOf(entry: MapEntry | undefined, report: Report): readonly Node[] {
  if (entry === undefined) return []
  const { key, value } = entry
  if (value.kind === 'list') return value.items
  const one = oneIn(value, report)
  if (one !== undefined) return one
  const place = isEmpty(value) ? key : value
  report.add(place, 'error', 'type/value', `\`${key.text}\` takes a list`, 'begin each line with "- "')
  return []
}
