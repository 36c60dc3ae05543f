import type { ScalarNode } from '../node.ts'

/** What a name stands for in an expression. */
export type FieldType = 'bool' | 'number' | 'text'

/** What a name stands for, and what is known of its values beyond their type. */
export interface Field {
  readonly type: FieldType
  /** How the text is written, so that texts that can never be equal to it are found when the file is read. */
  readonly form?: 'time' | 'date' | 'month-day'
  /** The only texts it can be. */
  readonly words?: readonly string[]
  /** The lowest and the highest number it can be. */
  readonly range?: readonly [lowest: number, highest: number]
}

/** Names with what they stand for. */
export type Fields = Readonly<Record<string, Field | FieldType>>

/** The names that an expression may use, with their types. */
export interface Environment {
  /** `player.volume` is `groups: {player: {volume: 'number'}}`. */
  readonly groups: Readonly<Record<string, Fields>>
  /** Names without a dot. */
  readonly names?: Fields
  /** What `event('…')` may name, and why where that is nothing; null: any name, as not all of them are known. */
  readonly events?: { readonly names: readonly string[] | null; readonly absent: string }
  /** Whether `state('light.nursery')` may be asked. */
  readonly states?: boolean
  /** Told of each expression that asks for entities of Home Assistant, and where it stands. */
  readonly asked?: (entities: readonly string[], node: ScalarNode) => void
  /**
   * Names and groups that people may expect and that are not there, with what to say about them; nothing, where enough
   * was said elsewhere.
   */
  readonly absent?: Readonly<Record<string, string>>
  /** What may be called beside the functions that every expression may. */
  readonly functions?: Readonly<Record<string, ExpressionFunction>>
}

/** A function that is not of the language itself. */
export interface ExpressionFunction {
  readonly takes: readonly FieldType[]
  readonly gives: FieldType
  /** Never throws; null where the answer is not known. */
  call(...values: readonly Value[]): Value | null
}

/** A value that a name stands for; null: not known at the moment. */
export type Value = boolean | number | string

/** What a name without a dot stands for, or those of a group by their names. */
export type Held = Value | null | Readonly<Record<string, unknown>>

/**
 * The values of the names, shaped as the environment. What is missing or of another type is not known. What takes long to
 * look up is a function, called when an expression asks for it. A getter would not do: each object literal that has one
 * gets a hidden class of its own, and V8 keeps what such a class reaches until it next looks through the whole heap.
 */
export type Values = Readonly<Record<string, Held | (() => Held)>>

/** Values under this name are the states of entities by their ids. No expression can name it. */
export const stateHolder = 'state()'

/** A name of an expression as it was written: `player.volume`, or `gold` with no group. */
export interface Name {
  readonly group: string | null
  readonly name: string
}

/** The field of that name, or undefined. Only what the environment itself lists counts: no name reaches further. */
export function fieldOf(environment: Environment, { group, name }: Name): Field | undefined {
  const fields = group === null ? environment.names : own(environment.groups, group)
  const found = fields === undefined ? undefined : own(fields, name)
  return typeof found === 'string' ? { type: found } : found
}

/** Every name as people write it. */
export function namesOf({ groups, names = {} }: Environment): string[] {
  const grouped = Object.entries(groups).flatMap(([group, fields]) =>
    Object.keys(fields).map((name) => `${group}.${name}`),
  )
  return [...Object.keys(names), ...grouped]
}

/** What the name stands for now; null where it is not known. */
export function currentValue(values: Values, { group, name }: Name, type: FieldType): Value | null {
  const value = group === null ? heldIn(values, name) : ownOf(heldIn(values, group), name)
  switch (type) {
    case 'bool':
      return typeof value === 'boolean' ? value : null
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? value : null
    case 'text':
      return typeof value === 'string' ? value : null
  }
}

/** What stands there under that name or for that group; undefined where nothing does. */
export function heldIn(values: Values, name: string): Held | undefined {
  const held = own(values, name)
  return typeof held === 'function' ? held() : held
}

export function nameText({ group, name }: Name): string {
  if (group === stateHolder) return `state('${name}')`
  return group === null ? name : `${group}.${name}`
}

function ownOf(group: Held | undefined, name: string): unknown {
  return typeof group === 'object' && group !== null ? own(group, name) : undefined
}

function own<Found>(record: Readonly<Record<string, Found>>, key: string): Found | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}
