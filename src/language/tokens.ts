import { type CST, Lexer, Parser } from 'yaml'

const deepest = 64

export interface Tokens {
  readonly tokens: readonly CST.Token[]
  /** Where the text nests deeper than 64 levels; nothing behind it was read. */
  readonly tooDeepAt: number | null
  /** Whether the end of the text was reached. */
  readonly isWhole: boolean
}

/**
 * The text cut into YAML's tokens. Reading stops at the first one the parser cannot place, at a second document
 * and at a nesting no person writes, because all the rest would be recursion and echoes: a megabyte of
 * brackets otherwise ends the process.
 */
export function tokensOf(text: string): Tokens {
  const parser = new Parser()
  const tokens: CST.Token[] = []
  let documents = 0
  let isStopped = false
  let tooDeepAt: number | null = null
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      tokens.push(token)
      if (token.type === 'document') documents += 1
      if (documents > 1 || token.type === 'error' || token.type === 'directive') isStopped = true
    }
    if (isStopped) break
    if (parser.stack.length > deepest && collectionsIn(parser.stack) > deepest) {
      tooDeepAt = Math.max(0, parser.offset - lexeme.length)
      break
    }
  }
  tokens.push(...parser.end())
  return { tokens, tooDeepAt, isWhole: !isStopped && tooDeepAt === null }
}

export function documentsIn(tokens: readonly CST.Token[]): CST.Document[] {
  return tokens.filter((token) => token.type === 'document')
}

function collectionsIn(stack: readonly CST.Token[]): number {
  return stack.filter(
    ({ type }) => type === 'block-map' || type === 'block-seq' || type === 'flow-collection',
  ).length
}
