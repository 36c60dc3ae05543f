import { compileExpression } from '../../language/expression/expression.ts'
import { fieldFor } from '../../language/expression/kept-fields.ts'
import type { DraftExit, DraftVar } from './draft.ts'
import type { Option } from './pack-menus.ts'

/** Whether the expression is short enough for one. */
export function canBeSaid(condition: string, vars: readonly DraftVar[]): boolean {
  const names = Object.fromEntries(
    vars.map(({ name, max }) => [name, fieldFor({ type: 'number', min: 0, max, step: 1 })]),
  )
  return compileExpression(condition, { groups: {}, names }, 'bool').expression !== null
}

/** How conditions stand, and the options that are there then. */
interface Case {
  /** Null for all that is left. */
  readonly if: string | null
  readonly options: readonly Option[]
}

// A branch may have 50 lines, and each condition doubles them.
export const mostConditions = 5

/** Every way in which the conditions of the options can stand; null where they are too many, or too long. */
export function casesOf(options: readonly Option[], vars: readonly DraftVar[]): readonly Case[] | null {
  const conditions = [...new Set(options.flatMap((option) => option.if ?? []))]
  if (conditions.length > mostConditions) return null
  const count = 2 ** conditions.length
  const cases = Array.from({ length: count }, (_, number): Case => {
    const holds = new Set(conditions.filter((_one, bit) => (number & (1 << bit)) === 0))
    const said = conditions.map((one) => (holds.has(one) ? `(${one})` : `not (${one})`))
    return {
      if: number === count - 1 ? null : said.join(' and '),
      options: options.filter((option) => option.if === null || holds.has(option.if)),
    }
  })
  return cases.every((one) => one.if === null || canBeSaid(one.if, vars)) ? cases : null
}

/** Each of the scenes as likely as it stands there. */
export function chanceOf(scenes: readonly string[]): DraftExit {
  const weights = new Map<string, number>()
  for (const to of scenes) weights.set(to, (weights.get(to) ?? 0) + 1)
  const [only] = weights.keys()
  if (weights.size === 1 && only !== undefined) return { kind: 'go', to: only }
  return { kind: 'random', picks: [...weights].map(([to, weight]) => ({ to, weight })) }
}
