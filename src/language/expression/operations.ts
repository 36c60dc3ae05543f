import type { Span } from '../node.ts'
import { code } from '../wording.ts'
import type { FieldType, Value } from './environment.ts'
import { problem } from './finding.ts'
import { comparisonFinding } from './literals.ts'
import { type Checking, mayBe, type Typed, typeWords, withBrackets, written } from './typed.ts'

export type Arithmetic = '+' | '-' | '*' | '/' | '%'
export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>='

/** Whether the part is of that type; else it is said what it is. */
export function isOf(type: FieldType, part: Typed, what: string, checking: Checking): boolean {
  if (part.type === type) return true
  const message = `${what} takes ${typeWords[type]}, and ${code(written(part, checking))} is ${typeWords[part.type]}`
  checking.findings.push(
    problem(withBrackets(part, checking.text), 'expr/type', message, helpFor(type, part, checking)),
  )
  return false
}

function helpFor(type: FieldType, part: Typed, checking: Checking): string | undefined {
  if (type !== 'bool' || part.literal !== undefined) return undefined
  const text = written(part, checking)
  return `did you mean ${code(part.type === 'number' ? `${text} > 0` : `${text} != ''`)}?`
}

/** A part made of one or two others; not known where one of them is not. */
export function joined(
  span: Span,
  type: FieldType,
  parts: readonly Typed[],
  of: (...values: Value[]) => Value | null,
): Typed {
  const { start, end } = span
  const [first, second] = parts
  const run: Typed['run'] = (values) => {
    const one = first?.run(values) ?? null
    if (one === null) return null
    if (second === undefined) return of(one)
    const other = second.run(values)
    return other === null ? null : of(one, other)
  }
  const may: Typed['may'] = (values) => {
    const ones = first === undefined ? null : mayBe(first, values)
    if (ones === null) return null
    if (second === undefined) return known(ones.map((one) => of(one)))
    const others = mayBe(second, values)
    return others === null ? null : known(ones.flatMap((one) => others.map((other) => of(one, other))))
  }
  return { start, end, type, run, may }
}

/** Each once. */
function known(values: readonly (Value | null)[]): readonly Value[] {
  return [...new Set(values.filter((value) => value !== null))]
}

export function arithmetic(
  operator: Arithmetic,
  span: Span,
  sides: readonly [Typed, Typed],
  checking: Checking,
): Typed | null {
  const [left, right] = sides
  if (operator === '+' && (left.type === 'text' || right.type === 'text')) {
    const other = left.type === 'text' ? right : left
    if (other.type === 'bool') {
      const text = written(other, checking)
      const message = `${code(text)} is yes or no and cannot be put into a text as it is`
      checking.findings.push(
        problem(withBrackets(other, checking.text), 'expr/type', message, `write ${code(`on_off(${text})`)}`),
      )
      return null
    }
    return joined(span, 'text', sides, (one, another) => asText(one) + asText(another))
  }
  const what = code(operator)
  const fits = [isOf('number', left, what, checking), isOf('number', right, what, checking)]
  if (!fits.every(Boolean)) return null
  return joined(span, 'number', sides, (one, another) => calculated(operator, Number(one), Number(another)))
}

/** Null instead of what is no number any more. */
function calculated(operator: Arithmetic, one: number, other: number): number | null {
  const result = {
    '+': () => one + other,
    '-': () => one - other,
    '*': () => one * other,
    '/': () => one / other,
    '%': () => one % other,
  }[operator]()
  // 0.1 + 0.2 is 0.3 for people.
  return Number.isFinite(result) ? Number(result.toPrecision(14)) : null
}

export function comparison(
  operator: Comparison,
  span: Span,
  sides: readonly [Typed, Typed],
  checking: Checking,
): Typed | null {
  const [left, right] = sides
  const isOrder = operator !== '==' && operator !== '!='
  if (left.type !== right.type || (isOrder && left.type === 'bool')) {
    mismatch(operator, span, sides, checking)
    return null
  }
  const finding = comparisonFinding(operator, left, right)
  if (finding !== null) checking.findings.push(finding)
  if (finding?.level === 'error') return null
  return joined(span, 'bool', sides, (one, other) => compared(operator, one, other))
}

function compared(operator: Comparison, one: Value, other: Value): boolean {
  switch (operator) {
    case '==':
      return one === other
    case '!=':
      return one !== other
    case '<':
      return one < other
    case '<=':
      return one <= other
    case '>':
      return one > other
    case '>=':
      return one >= other
  }
}

function mismatch(
  operator: Comparison,
  span: Span,
  [left, right]: readonly [Typed, Typed],
  checking: Checking,
): void {
  const one = code(written(left, checking))
  const other = code(written(right, checking))
  const message = `${one} is ${typeWords[left.type]} and ${other} is ${typeWords[right.type]}: ${code(operator)} cannot compare them`
  checking.findings.push(
    problem(withBrackets(span, checking.text), 'expr/type', message, mismatchHelp(left, right)),
  )
}

function mismatchHelp(left: Typed, right: Typed): string | undefined {
  const [literal, other] = left.literal === undefined ? [right, left] : [left, right]
  if (other.field?.form === 'time') return "write times as '19:30'"
  if (literal.literal === undefined) return undefined
  if (other.type === 'number' && Number.isFinite(Number(literal.literal || Number.NaN)))
    return `write ${literal.literal} without quotes`
  if (other.type === 'text' && literal.type === 'number') return `write '${literal.literal}'`
  if (other.type === 'bool')
    return 'what is yes or no needs no comparison; leave it out, or put `not` in front'
  return undefined
}

/** A value as people write it. */
export function asText(value: Value): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return String(value)
}
