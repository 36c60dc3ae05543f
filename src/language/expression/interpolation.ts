import type { Environment, Values } from './environment.ts'
import { compileExpression, type Expression } from './expression.ts'
import { type ExpressionFinding, problem } from './finding.ts'
import { asText } from './operations.ts'
import { tokensIn } from './words.ts'

/** A text with values in it: `Battery at ${player.battery} %`. `$${` stands for `${` itself. */
export interface Template {
  /** The names that it uses, as expressions have them. */
  readonly names: readonly string[]
  /** Never throws. What is not known is the word `unknown`, as Home Assistant writes it. */
  evaluate(values: Values): { readonly text: string; readonly saw: readonly string[] }
}

interface CompiledTemplate {
  /** Null where one of the findings is an error. */
  readonly template: Template | null
  readonly findings: readonly ExpressionFinding[]
}

/** Whether the text has anything to be read in it. */
export function hasHoles(text: string): boolean {
  return text.includes('${')
}

// Each is compiled and run; more than any message needs.
const mostHoles = 50

/** Checks each `${ }` of a text; what is wrong inside points inside. */
export function compileTemplate(text: string, environment: Environment): CompiledTemplate {
  const findings: ExpressionFinding[] = []
  const parts: (string | Expression)[] = []
  let at = 0
  let holes = 0
  while (at < text.length) {
    const start = text.indexOf('${', at)
    if (start < 0) break
    if (text[start - 1] === '$' && start > at) {
      parts.push(text.slice(at, start - 1), '${')
      at = start + 2
      continue
    }
    const end = holeEnd(text, start + 2)
    holes += 1
    if (end === null || holes > mostHoles) {
      findings.push(wrongHole(start, end))
      return { template: null, findings }
    }
    const compiled = compileExpression(text.slice(start + 2, end), environment, 'any')
    for (const finding of compiled.findings) findings.push(moved(finding, start + 2, end))
    parts.push(text.slice(at, start), ...(compiled.expression === null ? [] : [compiled.expression]))
    at = end + 1
  }
  parts.push(text.slice(at))
  const isWrong = findings.some(({ level }) => level === 'error')
  return { template: isWrong ? null : templateOf(parts), findings }
}

function wrongHole(start: number, end: number | null): ExpressionFinding {
  const place = { start, end: start + 2 }
  if (end === null)
    return problem(
      place,
      'expr/syntax',
      `this \`\${\` has no closing \`}\``,
      `to write \`\${\` itself, write \`$\${\``,
    )
  return problem(place, 'expr/limit', `a text takes at most ${mostHoles} values`)
}

/** Where the hole closes; a bracket in a text in quotes does not close it. */
function holeEnd(text: string, from: number): number | null {
  // A quote that is not closed must not hide the end of the hole, nor the rest of the text cost time.
  for (const { text: piece, start } of tokensIn(text.slice(from, from + 2000))) {
    if (piece === '}') return from + start
    if (/^['"]/.test(piece) && (piece.length === 1 || !piece.endsWith(piece.slice(0, 1)))) break
  }
  const plain = text.indexOf('}', from)
  return plain < 0 ? null : plain
}

function moved(finding: ExpressionFinding, start: number, end: number): ExpressionFinding {
  // Where nothing is written between the braces, the braces are what there is to point at.
  if (end === start) return { ...finding, start: start - 2, end: end + 1 }
  return { ...finding, start: finding.start + start, end: finding.end + start }
}

function templateOf(parts: readonly (string | Expression)[]): Template {
  return {
    names: parts.flatMap((part) => (typeof part === 'string' ? [] : part.names)),
    evaluate(values) {
      const saw: string[] = []
      const texts = parts.map((part) => {
        if (typeof part === 'string') return part
        const outcome = part.evaluate(values)
        saw.push(...outcome.saw)
        return 'value' in outcome ? asText(outcome.value) : 'unknown'
      })
      return { text: texts.join(''), saw: [...new Set(saw)] }
    },
  }
}
