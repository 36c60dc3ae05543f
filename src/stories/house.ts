import { type AskedType, type Setting, type Story, waysOf } from '../core/story.ts'
import {
  type Environment,
  type Fields,
  fieldOf,
  stateHolder,
  type Value,
  type Values,
} from '../language/expression/environment.ts'
import type { Expression } from '../language/expression/expression.ts'
import { entitiesIn } from '../language/expression/states.ts'

/** The house as the rule files declare it: what stories may ask it, and how it is where nobody has changed anything. */
export interface DeclaredHouse {
  readonly environment: Environment
  /** Where its vars and inputs start. */
  readonly starts: Values
}

/** A house of which nothing is known. */
export const noHouse: DeclaredHouse = { environment: { groups: {} }, starts: {} }

/** What the house answers at one moment. */
export interface HouseSays {
  /** By the names that expressions have. What is missing is not known. */
  readonly values: Values
  /** Told what was asked and has no answer, and why. */
  readonly unanswered?: (text: string, fault: string) => void
}

/** All that the house may answer counts, as when a story is searched through. */
export type AnyHouse = 'any'

type Asks = NonNullable<Story['asks']>

/** The names that a story asks for and no others, as it was read. */
export function environmentOf(asks: Asks = {}): Environment {
  const groups: Record<string, Record<string, AskedType>> = {}
  const names: Record<string, AskedType> = {}
  for (const [text, type] of Object.entries(asks)) {
    if (text.includes('(')) continue
    const [first = '', second] = text.split('.')
    if (second === undefined) names[first] = type
    else groups[first] = { ...groups[first], [second]: type }
  }
  const fields: Readonly<Record<string, Fields>> = groups
  return { groups: fields, names, events: { names: null, absent: '' }, states: true }
}

/** What an expression asks the house, as it is written: all but what is among `own`. */
export function namesAskedIn(
  { names, events }: Pick<Expression, 'names' | 'events'>,
  own: ReadonlyMap<string, unknown>,
): readonly string[] {
  return [...names.filter((name) => !own.has(name)), ...events.map((name) => `event('${name}')`)]
}

/** The entities of Home Assistant that a story asks for. */
export function entitiesOf({ asks = {} }: Pick<Story, 'asks'>): readonly string[] {
  return entitiesIn(Object.keys(asks))
}

/** Values by the names that expressions have, as they lie in a house. */
export function houseOf(
  values: Iterable<readonly [name: string, value: Value]>,
  starts: Values = {},
): Values {
  const house: Record<string, Values[string]> = { ...starts }
  for (const [text, value] of values) {
    const [entity] = entitiesIn([text])
    const [group = '', name] = entity === undefined ? text.split('.') : [stateHolder, entity]
    const before = house[group]
    house[group] =
      name === undefined ? value : { ...(typeof before === 'object' ? before : {}), [name]: value }
  }
  return house
}

/** Of which type a name is that such an environment has. */
export function typeOfName(text: string, environment: Environment): AskedType {
  if (text.includes('(')) return text.startsWith('event(') ? 'bool' : 'text'
  const [first = '', second] = text.split('.')
  const name = second === undefined ? { group: null, name: first } : { group: first, name: second }
  return fieldOf(environment, name)?.type ?? 'text'
}

/** The first scene that asks the house for something, and what. Null where none does. */
export function firstAsking({
  story: { scenes, vars },
  condition,
  setting,
}: Asking): { readonly scene: string; readonly asks: string } | null {
  for (const [scene, { set, exit }] of scenes) {
    const ways = waysOf({ exit }).flatMap(({ way }) => way.set)
    const lines = exit.kind === 'branch' ? exit.lines.flatMap((line) => line.if ?? []) : []
    const expressions = [...[...set, ...ways].map(setting), ...lines.map(condition)]
    const [asks] = expressions.flatMap((one) => (one === undefined ? [] : namesAskedIn(one, vars)))
    if (asks !== undefined) return { scene, asks }
  }
  return null
}

interface Asking {
  readonly story: Story
  condition(text: string): Expression | undefined
  setting(setting: Setting): Expression | undefined
}
