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

/** The values of the names, shaped as the environment. What is missing or of another type is not known. */
export type Values = Readonly<Record<string, Value | null | Readonly<Record<string, unknown>>>>

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
  const holder = group === null ? values : own(values, group)
  const value = typeof holder === 'object' && holder !== null ? own(holder, name) : undefined
  switch (type) {
    case 'bool':
      return typeof value === 'boolean' ? value : null
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? value : null
    case 'text':
      return typeof value === 'string' ? value : null
  }
}

export function nameText({ group, name }: Name): string {
  if (group === stateHolder) return `state('${name}')`
  return group === null ? name : `${group}.${name}`
}

function own<Found>(record: Readonly<Record<string, Found>>, key: string): Found | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}
