import type { Span } from '../node.ts'

/** What is wrong in an expression; the span counts from the start of its text, in UTF-16 code units. */
export interface ExpressionFinding extends Span {
  readonly level: 'error' | 'warning'
  /** Stable, such as `expr/type`. */
  readonly code: string
  readonly message: string
  readonly help?: string
}

export function problem(
  { start, end }: Span,
  code: string,
  message: string,
  help?: string,
): ExpressionFinding {
  return { start, end, level: 'error', code, message, ...(help === undefined ? {} : { help }) }
}
