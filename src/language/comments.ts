import { Lexer } from 'yaml'

/** A comment of a YAML text. */
export interface Comment {
  /** Where its `#` stands. */
  readonly offset: number
  /** From its `#` to the end of its line, without spaces at the end. */
  readonly text: string
  /** The spaces in front of it, where something stands before them on its line; else 0. */
  readonly gap: number
}

/** All comments, in order. */
export function commentsIn(text: string): Comment[] {
  const found: Comment[] = []
  let offset = 0
  let isScalar = false
  for (const token of new Lexer().lex(text)) {
    if (!marks.has(token)) {
      if (token.startsWith('#') && !isScalar) found.push(commentAt(offset, token, text))
      offset += token.length
    }
    isScalar = token === scalarMark
  }
  return found
}

// The lexer's own marks, which stand for no character: https://eemeli.org/yaml/#lexer
const scalarMark = '\u001F'
const marks: ReadonlySet<string> = new Set(['\u0002', '\u0018', scalarMark])

function commentAt(offset: number, token: string, text: string): Comment {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset)
  const gap = line.trim() === '' ? 0 : line.length - line.trimEnd().length
  return { offset, text: token.trimEnd(), gap }
}
