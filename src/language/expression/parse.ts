import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js'
import type { Span } from '../node.ts'
import { code, quote } from '../wording.ts'
import { type ExpressionFinding, problem } from './finding.ts'
import { withWrittenWords } from './letters.ts'
import { inParserWords, tokensIn } from './words.ts'

export type { ASTNode } from '@marcbachmann/cel-js'

/** Longer ones nobody could read; the time that parsing takes grows with the length. */
export const longestExpression = 1000

// The grammar of CEL (https://github.com/google/cel-spec), with limits under which every expression is done at once.
const grammar = new Environment({
  limits: { maxAstNodes: 200, maxDepth: 24, maxListElements: 50, maxMapEntries: 0, maxCallArguments: 4 },
})

/** The tree of an expression whose places are places in `text`, or what is wrong with its form. Never throws. */
export function parseExpression(text: string): { ast: ASTNode } | { finding: ExpressionFinding } {
  if (text.trim() === '')
    return { finding: problem(whole(text), 'expr/syntax', 'an expression is missing here') }
  if (text.length > longestExpression)
    return {
      finding: problem(
        whole(text),
        'expr/limit',
        `an expression has at most ${longestExpression} characters; split it into several conditions`,
      ),
    }
  const read = inParserWords(text)
  if ('finding' in read) return read
  try {
    return { ast: withWrittenWords(grammar.parse(read.text).ast, read.standIns) }
  } catch (error) {
    return { finding: syntaxFinding(error, text) }
  }
}

function whole(text: string): Span {
  return { start: 0, end: text.length }
}

function syntaxFinding(error: unknown, text: string): ExpressionFinding {
  if (!(error instanceof ParseError)) {
    // The parser's own recursion has an end, too.
    return problem(whole(text), 'expr/limit', 'this expression is nested too deeply')
  }
  const place = placeOf(error, text)
  const found = text.slice(place.start, place.end).trim()
  switch (error.code) {
    case 'limit_exceeded':
      return problem(place, 'expr/limit', limitMessage(error.summary))
    case 'reserved_identifier':
      if (found !== 'if') return problem(place, 'expr/syntax', `${code(found)} cannot be used as a name`)
      return problem(
        place,
        'expr/syntax',
        'leave out `if`: only the condition stands here',
        'a choice between two values is written `if(condition, then, else)`',
      )
    case 'invalid_macro_argument':
      return problem(place, 'expr/macro', 'this cannot be done in an expression here')
    case 'unexpected_token':
    case 'expected_token':
    case 'unexpected_character':
      return unexpected(place, found, text)
    default:
      return problem(
        place,
        'expr/syntax',
        `${quote(found === '' ? text : found)} cannot be read: ${error.summary}`,
      )
  }
}

function placeOf(error: ParseError, text: string): Span {
  const { start = 0, end = text.length } = error.range ?? {}
  const from = Math.min(start, text.length)
  return { start: from, end: Math.max(from, Math.min(end, text.length)) }
}

function limitMessage(summary: string): string {
  if (summary.includes('maxListElements')) return 'a list has at most 50 items'
  if (summary.includes('maxCallArguments')) return 'no function takes that many values'
  if (summary.includes('maxDepth')) return 'this expression is nested deeper than 24 levels'
  return 'this expression has too many parts; split it into several conditions'
}

function unexpected(place: Span, found: string, text: string): ExpressionFinding {
  const before = text.slice(0, place.start).trimEnd()
  if (found === '') return unfinished(before, text)
  if (before === '')
    return problem(place, 'expr/syntax', `an expression cannot begin with ${code(word(found, place, text))}`)
  const all = word(found, place, text)
  return problem(
    { start: place.start, end: place.start + all.length },
    'expr/syntax',
    `${code(all)} cannot stand here, after ${quote(tail(before))}`,
    all === 'matches'
      ? "expressions know no patterns; ask for a part of the text, as in `text.contains('…')`"
      : /^[\p{L}\p{N}_'"]/u.test(all)
        ? 'join two conditions with `and` or `or`'
        : undefined,
  )
}

function unfinished(before: string, text: string): ExpressionFinding {
  const last = /(?:[\p{L}\p{M}\p{N}_.]+|[^\p{L}\p{M}\p{N}_\s]+)$/u.exec(before)?.[0] ?? ''
  const end = { start: before.length - last.length, end: before.length }
  const open = openBracket(text)
  if (open !== null && /[\p{L}\p{M}\p{N}_'")\]]$/u.test(last) && !['and', 'or', 'not', 'in'].includes(last))
    return problem(
      { start: open, end: open + 1 },
      'expr/syntax',
      'the closing `)` of this bracket is missing',
    )
  return problem(
    end,
    'expr/syntax',
    `the expression stops after ${quote(tail(before))}: something must follow`,
  )
}

/** The last `(` that nothing closes. */
function openBracket(text: string): number | null {
  const open: number[] = []
  for (const { text: piece, start } of tokensIn(text)) {
    if (piece === '(') open.push(start)
    if (piece === ')') open.pop()
  }
  return open.at(-1) ?? null
}

/** The parser sometimes points at the first letter of a word only. */
function word(found: string, { start }: Span, text: string): string {
  return /^[\p{L}\p{M}\p{N}_.]+/u.exec(text.slice(start))?.[0] ?? found
}

function tail(text: string): string {
  return text.length > 30 ? `…${text.slice(-29)}` : text
}
