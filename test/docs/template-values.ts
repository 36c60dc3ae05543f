/** Values as templates know them; `undefined` is what has no value there. */
export type Value =
  | undefined
  | null
  | boolean
  | number
  | string
  | readonly Value[]
  | { readonly [key: string]: Value }
export type Call = (positional: readonly Value[], named: Readonly<Record<string, Value>>) => Value

export function textOf(value: Value): string {
  if (typeof value === 'string') return value
  if (value === undefined) return ''
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return typeof value === 'number' ? String(value) : JSON.stringify(value)
}

export function isTrue(value: Value): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0
  return Boolean(value)
}

/** Of the filters and methods of Home Assistant those that our blueprints use; the value itself comes first. */
export const filters: Readonly<Record<string, Call>> = {
  int: ([value]) => Math.trunc(numberOf(value)),
  string: ([value]) => textOf(value),
  list: ([value]) => listOf(value),
  first: ([value]) => listOf(value)[0],
  last: ([value]) => listOf(value).at(-1),
  to_json: ([value]) => JSON.stringify(value),
  default: ([value, other, alsoFalse]) =>
    value === undefined || (isTrue(alsoFalse) && !isTrue(value)) ? other : value,
  selectattr: ([values, key, test, wanted]) => {
    if (test !== 'in') throw new Error(`unknown test ${textOf(test)}`)
    return listOf(values).filter((each) => isIn(item(each, key), wanted))
  },
  map: ([values], { attribute }) => listOf(values).map((each) => item(each, attribute)),
}

export const methods: Readonly<Record<string, Call>> = {
  startswith: ([text, start]) => stringOf(text).startsWith(stringOf(start)),
  removeprefix: ([text, start]) =>
    stringOf(text).startsWith(stringOf(start)) ? stringOf(text).slice(stringOf(start).length) : text,
  split: ([text, by, most]) => {
    const parts = stringOf(text).split(stringOf(by))
    const kept = parts.slice(0, numberOf(most))
    return parts.length > kept.length ? [...kept, parts.slice(kept.length).join(stringOf(by))] : kept
  },
  get: ([dict, key, other]) => item(dict, key) ?? other,
}

export const dictOf: Call = ([pairs]) =>
  Object.fromEntries(
    listOf(pairs).map((pair) => {
      const [key, value] = listOf(pair)
      return [stringOf(key), value]
    }),
  )

export function item(from: Value, key: Value): Value {
  if (Array.isArray(from)) return from[numberOf(key)]
  if (typeof from !== 'object' || from === null) throw new Error(`${textOf(from)} has no ${textOf(key)}`)
  const held = from as Readonly<Record<string, Value>>
  return Object.hasOwn(held, textOf(key)) ? held[textOf(key)] : undefined
}

export function isIn(value: Value, within: Value): boolean {
  if (typeof within === 'string') return within.includes(stringOf(value))
  if (Array.isArray(within)) return within.some((each) => isEqual(each, value))
  return item(within, value) !== undefined
}

export function isEqual(one: Value, other: Value): boolean {
  return one === other || (typeof one === 'object' && JSON.stringify(one) === JSON.stringify(other))
}

export function added(one: Value, other: Value): Value {
  if (Array.isArray(one) && Array.isArray(other)) return [...one, ...other]
  return numberOf(one) + numberOf(other)
}

function listOf(value: Value): readonly Value[] {
  if (Array.isArray(value)) return value
  throw new Error(`${textOf(value)} is no list`)
}

function stringOf(value: Value): string {
  if (typeof value === 'string') return value
  throw new Error(`${textOf(value)} is no text`)
}

export function numberOf(value: Value): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof number === 'number' && !Number.isNaN(number)) return number
  throw new Error(`${textOf(value)} is no number`)
}
