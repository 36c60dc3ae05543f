import { code } from '../wording.ts'
import { checked } from './check.ts'
import {
  currentValue,
  type Environment,
  type FieldType,
  nameText,
  type Value,
  type Values,
} from './environment.ts'
import type { ExpressionFinding } from './finding.ts'
import { asText, isOf } from './operations.ts'
import { parseExpression } from './parse.ts'
import { type Checking, mayBe } from './typed.ts'

/** An expression that was checked and can run. */
export interface Expression {
  /** As it was written. */
  readonly text: string
  readonly type: FieldType
  /** The names it uses, as written, and the entities that it asks for: `state('light.nursery')`. */
  readonly names: readonly string[]
  /** The events that it asks for, by name. */
  readonly events: readonly string[]
  /** Never throws and never takes long: under a millisecond for the longest expression that can be written. */
  evaluate(values: Values): Outcome
  /**
   * Every value that it may have, whatever the names stand for that are not among `values`; null where these are too many,
   * or cannot be listed.
   */
  mayBe(values: Values): readonly Value[] | null
}

/** What came of it; `saw` says in words what its names stood for: `player.battery is 8`. */
export type Outcome =
  | { readonly value: Value; readonly saw: readonly string[] }
  /** `fault`: why it has no value. */
  | { readonly fault: string; readonly saw: readonly string[] }

export interface Compiled {
  /** Null where one of the findings is an error. */
  readonly expression: Expression | null
  /** By place. */
  readonly findings: readonly ExpressionFinding[]
}

/** Checks an expression against the names it may use. `wanted`: what it must be; `any` where all can be shown. */
export function compileExpression(
  text: string,
  environment: Environment,
  wanted: FieldType | 'any',
): Compiled {
  const parsed = parseExpression(text)
  if ('finding' in parsed) return { expression: null, findings: [parsed.finding] }
  const checking: Checking = { text, findings: [], names: new Map(), events: new Set() }
  const typed = checked(parsed.ast, checking, environment)
  if (typed !== null && wanted !== 'any')
    isOf(wanted, typed, wanted === 'bool' ? 'a condition' : 'this', checking)
  const findings = checking.findings.toSorted((one, other) => one.start - other.start)
  if (typed === null || findings.some(({ level }) => level === 'error')) return { expression: null, findings }
  const names = [...checking.names.values()]
  return {
    findings,
    expression: {
      text,
      type: typed.type,
      names: names.map(({ name }) => nameText(name)),
      events: [...checking.events],
      mayBe: (values) => mayBe(typed, values),
      evaluate: (values) => {
        const seen = names.map(({ name, type }) => ({
          name: nameText(name),
          value: currentValue(values, name, type),
        }))
        const saw = seen.map(({ name, value }) => `${name} is ${value === null ? 'not known' : shown(value)}`)
        const value = typed.run(values)
        if (value !== null) return { value, saw }
        const unknown = seen.find((one) => one.value === null)
        const fault =
          unknown === undefined
            ? `${code(text)} divides by zero or calculates with numbers that are too large`
            : `${unknown.name} is not known`
        return { fault, saw }
      },
    },
  }
}

function shown(value: Value): string {
  return typeof value === 'string' ? `"${value}"` : asText(value)
}
