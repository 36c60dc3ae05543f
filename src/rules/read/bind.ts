import type { Static, TSchema } from 'typebox'
import { decode } from '../../language/check.ts'
import { propertiesOf, viewOf } from '../../language/expected.ts'
import { isEmpty, type MapEntry, type Node } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import { readTagged, type Tagged, withShorthand } from '../../language/tagged.ts'
import { saidBoolean } from '../../language/typed.ts'
import type { InputReference, Reference } from '../plugin.ts'
import type { Bound } from '../rule-set.ts'
import { playerTarget } from '../target.ts'
import { type ConditionReading, readConditions } from './conditions.ts'
import { isKnownTime } from './days.ts'
import type { Declared } from './declared.ts'
import { checkInput } from './input-references.ts'
import { scalarWith } from './references.ts'

/** With the condition that stands beside it; null after errors. */
export function withOwnIf<Found>(item: BoundNode<Found>, reading: ConditionReading): BoundNode<Found> | null {
  if (item.if === null) return item
  const conditions = readConditions(item.if, reading)
  return conditions === null ? null : { ...item, bound: { ...item.bound, if: conditions } }
}

export function allOf<Item>(items: readonly (Item | null)[]): readonly Item[] | null {
  const good = items.filter((item) => item !== null)
  return good.length === items.length ? good : null
}

export function isEnabled({ enabled }: { readonly enabled: boolean }): boolean {
  return enabled
}

export interface Definition {
  readonly options: TSchema
  readonly shorthand?: string
  readonly examples?: readonly string[]
  references?(options: never): readonly (Reference | InputReference)[]
}

export interface Binding<Found> {
  readonly what: string
  readonly definitions: ReadonlyMap<string, Found>
  readonly report: Report
  readonly declared: Declared
  /** Gets each part that is sound by itself. */
  readonly seen?: { readonly bound: Bound<Found>; readonly node: Node }[]
}

export interface BoundNode<Found> {
  readonly bound: Bound<Found>
  readonly node: Node
  /** What stands behind the `if:` beside it. */
  readonly if: Node | null
  readonly enabled: boolean
}

/** All of a list, or null where one of them was wrong. */
export function bindAll<Found extends Definition>(
  nodes: readonly Node[],
  binding: Binding<Found>,
): BoundNode<Found>[] | null {
  const all = nodes.map((node) => bind(node, binding))
  const good = all.filter((item) => item !== undefined)
  return good.length === all.length ? good : null
}

/** Looks the kind's name up first and checks its options second, so that each message is about one thing. */
export function bind<Found extends Definition>(
  node: Node,
  binding: Binding<Found>,
): BoundNode<Found> | undefined {
  const { what, definitions, report } = binding
  const tagged = readTagged(node, report, {
    ...{ what, kinds: definitions.keys() },
    optionsOf: (kind) => optionsIn(definitions.get(kind)),
  })
  return tagged === undefined ? undefined : bindTagged(tagged, binding)
}

/** The same of an item whose kind is known. */
export function bindTagged<Found extends Definition>(
  tagged: Tagged,
  { what: item, definitions, report, declared, seen }: Binding<Found>,
): BoundNode<Found> | undefined {
  const definition = definitions.get(tagged.kind)
  if (definition === undefined) return undefined
  const { keyNode } = tagged
  const written = takesTrue(definition)
    ? withoutTrue({ key: keyNode, value: tagged.value }, report)
    : tagged.value
  if (written === null) return undefined
  const value = withShorthand(written, definition.shorthand)
  const what = `${item} \`${tagged.kind}\``
  const options: Static<TSchema> | undefined = decode(definition.options, value, report, {
    what,
    ...(isEmpty(written) ? { key: keyNode, ...exampleOf(definition) } : {}),
  })
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
  seen?.push({ bound, node: tagged.value })
  return { bound, node: tagged.value, if: tagged.if ?? null, enabled }
}

/** Of what needs no options, or only a player: there `true` names nothing. */
function takesTrue({ options, shorthand }: Definition): boolean {
  if ((viewOf(options).required ?? []).length > 0) return false
  return shorthand === undefined || propertiesOf(options).get(shorthand) === playerTarget
}

/** `pause: true` is `pause:`; what `false` is meant to say is asked. Null after that error. */
function withoutTrue({ key, value }: MapEntry, report: Report): Node | null {
  const said = saidBoolean(value)
  if (said === undefined || value.kind !== 'scalar') return value
  if (said === true) return { ...value, text: '' }
  const message = `\`${key.text}: ${value.text}\` says what is not meant`
  const help = `leave the line out, or write \`${key.text}: {}\` with \`enabled: false\` beside it`
  report.add(value, 'error', 'type/value', message, help)
  return null
}

function exampleOf({ examples: [first] = [] }: Definition): { readonly example?: string } {
  return first === undefined ? {} : { example: `as in \`${first.replace(/^- /, '')}\`` }
}

/** The options of a kind, and the one that a bare value stands for. */
export function optionsIn(definition: Definition | undefined) {
  return {
    names: definition === undefined ? [] : [...propertiesOf(definition.options).keys()],
    shorthand: definition?.shorthand,
  }
}
