import type { Span } from '../node.ts'
import type { Field, FieldType, Name, Value, Values } from './environment.ts'
import type { ExpressionFinding } from './finding.ts'

/** A part of an expression whose types fit. */
export interface Typed extends Span {
  readonly type: FieldType
  /** Null where a name in it is not known at the moment, or a number was divided by zero. Never throws. */
  readonly run: (values: Values) => Value | null
  /**
   * Where `run` does not know: every value that it may have, whatever the names stand for that are not known. Null, or
   * not there, where that cannot be listed.
   */
  readonly may?: (values: Values) => readonly Value[] | null
  /** Where it is a name. */
  readonly field?: Field & { readonly name: Name }
  /** Where it is written out. */
  readonly literal?: Value
}

/** What is collected while an expression is checked. */
export interface Checking {
  /** As the author wrote it. */
  readonly text: string
  readonly findings: ExpressionFinding[]
  readonly names: Map<string, { readonly name: Name; readonly type: FieldType }>
  /** The events that it asks for. */
  readonly events: Set<string>
}

export const typeWords: Readonly<Record<FieldType, string>> = {
  bool: 'yes or no',
  number: 'a number',
  text: 'a text',
}

/** What the author wrote at that place, brackets that the parser left out put back. */
export function written(part: Span, { text }: Checking): string {
  const { start, end } = withBrackets(part, text)
  return text.slice(start, end).trim()
}

/** The span of a part begins behind the brackets that it begins with; here they belong to it. */
export function withBrackets({ start, end }: Span, text: string): Span {
  let open = 0
  let missing = 0
  let quote = ''
  for (let at = start; at < end; at += 1) {
    const character = text[at] ?? ''
    if (quote !== '') {
      if (character === '\\') at += 1
      else if (character === quote) quote = ''
    } else if (character === "'" || character === '"') quote = character
    else if (character === '(') open += 1
    else if (character === ')' && open > 0) open -= 1
    else if (character === ')') missing += 1
  }
  let from = start
  let to = end
  for (; missing > 0 && from > 0; missing -= 1) from = Math.max(0, text.lastIndexOf('(', from - 1))
  for (; open > 0 && to < text.length; open -= 1) {
    const close = text.indexOf(')', to)
    to = close < 0 ? text.length : close + 1
  }
  return { start: from, end: to }
}

// More than anybody writes out, and few enough that two such lists can be put together.
const mostListed = 20

/** Every value that the part may have, as far as the names are known; null where that cannot be listed. */
export function mayBe(part: Typed, values: Values): readonly Value[] | null {
  const value = part.run(values)
  if (value !== null) return [value]
  const all = part.may?.(values) ?? null
  return all === null || all.length > mostListed ? null : all
}
