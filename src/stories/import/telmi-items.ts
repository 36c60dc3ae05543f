import type { Setting } from '../../core/story.ts'
import { compileExpression } from '../../language/expression/expression.ts'
import { fieldFor } from '../../language/expression/kept-fields.ts'
import type { DraftVar } from './draft.ts'
import { reservedNames } from './names.ts'

/** An item of the inventory: a var, or the number that it always has, for it may never have more than 0. */
export type Item = { readonly name: string; readonly max: number } | 0

/** What stands on one side of a calculation: the name of a var, or a number. */
export type Operand = string | number

/** Vars may hold no more. */
const mostNumber = 1_000_000_000

/** The vars that stand for the inventory, and what each of its items is. */
export class Inventory {
  readonly #items: Item[] = []
  readonly #vars: DraftVar[] = []
  readonly #taken = new Set<string>()

  add({ name, start, max }: { readonly name: string; readonly start: number; readonly max: number }): Item {
    const most = Math.min(max, mostNumber)
    const item = most > 0 ? { name: this.#varName(name), max: most } : 0
    this.#items.push(item)
    if (item !== 0) this.#vars.push({ name: item.name, start: Math.min(Math.max(start, 0), most), max: most })
    return item
  }

  get vars(): readonly DraftVar[] {
    return this.#vars
  }

  get(index: number): Item | undefined {
    return this.#items[index]
  }

  /** All as at the beginning. */
  get beginning(): readonly Setting[] {
    return this.#vars.map(({ name, start }) => ({ name, value: String(start) }))
  }

  #varName(wished: string): string {
    const plain = wished
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .replace(/[^A-Za-z0-9]+/g, '_')
      .replace(/^[^A-Za-z]+|_+$/g, '')
      .slice(0, longestName)
    const base = plain === '' ? 'item' : canBeVar(plain) ? plain : `my_${plain}`
    let name = base
    for (let count = 2; this.#taken.has(name); count++) name = `${base}_${count}`
    this.#taken.add(name)
    return name
  }
}

// A var may have 40, and behind it may come a number.
const longestName = 30

function canBeVar(name: string): boolean {
  if (reservedNames.has(name)) return false
  const environment = { groups: {}, names: { [name]: fieldFor({ type: 'flag' }) } }
  return (
    /^[A-Za-z][A-Za-z0-9_]*$/.test(name) && compileExpression(name, environment, 'bool').expression !== null
  )
}

/** Whole, and no larger than a var takes. */
export function wholeNumber(value: number): number {
  return Math.min(Math.max(Math.trunc(value), -mostNumber), mostNumber)
}

/**
 * What an item becomes: Telmi adds, subtracts, sets, multiplies, divides and takes the rest, all in whole numbers
 * (https://github.com/DantSu/Telmi-story-teller, stories_reader.h). Beyond its bounds it stays there, as vars do. Null for
 * what it does not know, or where it would divide by 0.
 */
export function becomes({ name, max }: Exclude<Item, 0>, type: number, by: Operand): string | null {
  const number = typeof by === 'number' ? by : null
  switch (type) {
    case 0:
      return number !== null && number < 0 ? `${name} - ${-number}` : `${name} + ${by}`
    case 1:
      return number !== null && number < 0 ? `${name} + ${-number}` : `${name} - ${by}`
    case 2:
      return number === null ? String(by) : String(Math.min(Math.max(number, 0), max))
    case 3:
      return number !== null && number <= 0 ? '0' : `${name} * ${by}`
    case 4:
      if (number === null) return `if(${by} > 0, (${name} - ${name} % ${by}) / ${by}, 0)`
      if (number === 0) return null
      return number < 0 ? '0' : `(${name} - ${name} % ${by}) / ${by}`
    case 5:
      if (number === null) return `if(${by} > 0, ${name} % ${by}, 0)`
      return number === 0 ? null : `${name} % ${Math.abs(number)}`
    default:
      return null
  }
}

const comparators = ['<', '<=', '==', '>', '>=', '!='] as const

/** A condition as an expression; true or false where it always, or never, holds. Never, too, for what Telmi does not know. */
export function compared(item: Item, comparator: number, to: Operand): string | boolean {
  const sign = comparators[comparator]
  if (sign === undefined) return false
  if (item !== 0) return `${item.name} ${sign} ${to}`
  if (typeof to === 'string') return `0 ${sign} ${to}`
  switch (sign) {
    case '<':
      return to > 0
    case '<=':
      return to >= 0
    case '==':
      return to === 0
    case '>':
      return to < 0
    case '>=':
      return to <= 0
    case '!=':
      return to !== 0
  }
}

/** In steps that each set a var once, so that each calculation goes by what those before it came to. */
export function inSteps(settings: readonly Setting[]): readonly (readonly Setting[])[] {
  const steps: Setting[][] = []
  for (const setting of settings) {
    const last = steps.at(-1)
    if (last === undefined || last.some(({ name }) => name === setting.name)) steps.push([setting])
    else last.push(setting)
  }
  return steps
}
