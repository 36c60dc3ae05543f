import type { Span } from '../node.ts'
import { type ExpressionFinding, problem } from './finding.ts'
import { type StandIns, standInsFor } from './letters.ts'

const replacements: ReadonlyMap<string, string> = new Map([
  ['and', '&& '],
  ['or', '||'],
  ['not', '!  '],
])

const operators: ReadonlyMap<string, string> = new Map([
  ['=', 'one `=` compares nothing; write `==`'],
  ['===', 'write `==`'],
  ['!==', 'write `!=`'],
  ['<>', 'write `!=`'],
  ['=>', 'write `>=`'],
  ['=<', 'write `<=`'],
  ['&', 'write `and`'],
  ['|', 'there are no filters here; leave out the `|` and what follows it, or write `or`'],
  ['{', 'an expression needs no braces; leave them out'],
  ['}', 'an expression needs no braces; leave them out'],
  ['//', 'a comment cannot stand inside an expression; to divide write one `/`'],
])

const misspelt: ReadonlyMap<string, string> = new Map([
  ['AND', 'and'],
  ['And', 'and'],
  ['OR', 'or'],
  ['Or', 'or'],
  ['NOT', 'not'],
  ['Not', 'not'],
  ['is', '=='],
  ['True', 'true'],
  ['False', 'false'],
  ['yes', 'true'],
  ['no', 'false'],
])

const token =
  /'(?:\\.|[^'\\])*'?|"(?:\\.|[^"\\])*"?|[\p{L}_][\p{L}\p{M}\p{N}_]*|===|!==|==|!=|<=|>=|=>|=<|<>|&&|\|\||\/\/|\s+|./gsu

/** A piece of an expression: a text in quotes, a word, an operator, blanks. */
export interface Token extends Span {
  readonly text: string
}

/** Cuts an expression into pieces that put together are the expression again. Takes any text. */
export function* tokensIn(text: string): Generator<Token> {
  for (const match of text.matchAll(token))
    yield { text: match[0], start: match.index, end: match.index + match[0].length }
}

export function isQuoted({ text }: Token): boolean {
  return text.startsWith("'") || text.startsWith('"')
}

/**
 * The expression in the parser's words, each as long as the author's, so that every place that the parser names
 * is the place in the author's text; or what other languages write and ours does not.
 */
export function inParserWords(
  text: string,
): { text: string; standIns: StandIns } | { finding: ExpressionFinding } {
  const parts: string[] = []
  const tokens = [...tokensIn(text)]
  const standIns = standInsFor(tokens.map((piece) => piece.text))
  let before = ''
  for (const [index, piece] of tokens.entries()) {
    const next = tokens[index + 1]
    const finding = mistakeIn(piece, before, next)
    if (finding !== null) return { finding }
    const standIn = standIns.get(piece.text)
    parts.push(standIn ?? (before === '.' ? piece.text : replaced(piece.text, tokens, index)))
    if (piece.text.trim() !== '') before = piece.text
  }
  return { text: parts.join(''), standIns }
}

function replaced(word: string, tokens: readonly Token[], index: number): string {
  // `if` is a reserved word of the parser, `If` is not.
  if (word !== 'if') return replacements.get(word) ?? word
  const next = tokens.slice(index + 1, index + 3).find(({ text }) => text.trim() !== '')
  return next?.text === '(' ? 'If' : word
}

function mistakeIn(piece: Token, before: string, next: Token | undefined): ExpressionFinding | null {
  const { text } = piece
  const operator = operators.get(text)
  if (operator !== undefined) return problem(piece, 'expr/syntax', operator)
  if (isQuoted(piece)) return wrongQuotes(piece, next)
  const meant = before === '.' ? undefined : misspelt.get(text)
  if (meant !== undefined) return problem(piece, 'expr/syntax', `write \`${meant}\` instead of \`${text}\``)
  // The parser would read `r'…'` and `b'…'` in ways of their own, and see the end of the text elsewhere.
  if (/^[rRbB]{1,2}$/.test(text) && next !== undefined && isQuoted(next))
    return problem(piece, 'expr/syntax', `leave out the \`${text}\` in front of the quotes`)
  return null
}

function wrongQuotes(piece: Token, next: Token | undefined): ExpressionFinding | null {
  const mark = piece.text.slice(0, 1)
  const isClosed =
    piece.text.length > 1 && piece.text.endsWith(mark) && !/(?<!\\)(\\\\)*\\.$/s.test(piece.text)
  if (!isClosed) return problem(piece, 'expr/syntax', `the text that starts here has no closing ${mark}`)
  if (next !== undefined && isQuoted(next))
    return problem(
      { start: piece.start, end: next.end },
      'expr/syntax',
      'two texts in quotes follow one another',
      `to put a ${mark} into a text write \\${mark}`,
    )
  const line = piece.text.search(/[\n\r]/)
  if (line < 0) return null
  return problem(piece, 'expr/syntax', 'a text in quotes cannot go over the end of a line')
}
