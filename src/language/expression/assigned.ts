import { type Declaration, fittedTo, takenBy, type ValueForm } from '../../core/value-form.ts'
import { didYouMean } from '../names.ts'
import type { ScalarNode } from '../node.ts'
import type { Report } from '../report.ts'
import { quote } from '../wording.ts'
import type { Environment } from './environment.ts'
import { compileExpression, type Expression } from './expression.ts'
import { fieldFor } from './kept-fields.ts'
import { readExpression } from './read.ts'

/**
 * What a var or an input is set to: a value that is written out, the bare word of a choice, or an expression of its type.
 * Undefined after errors, which are reported.
 */
export function readAssigned(
  declared: Declaration,
  node: ScalarNode,
  { report, environment }: { readonly report: Report; readonly environment: Environment },
): Expression | undefined {
  const { form } = declared
  if (form.type === 'press') return undefined
  const text = node.text.trim()
  if (isOption(form, text)) return wordOf(text)
  const literal = literalIn(text, environment)
  if (literal === undefined) return readExpression(node, report, { environment, wanted: fieldFor(form).type })
  const fitted = fittedTo(form, literal)
  if (fitted !== null && fitted.why === null)
    return compileExpression(text, environment, 'any').expression ?? undefined
  const what = `${quote(declared.id)} takes ${takenBy(form)}, or an expression`
  const near = form.type === 'choice' ? didYouMean(String(literal), form.options) : null
  const question = near === null ? '' : ` - did you mean "${near}"?`
  report.add(node, 'error', 'type/value', `${what}, not ${quote(text)}${question}`, helpFor(form, text))
  return undefined
}

/** The same of a text that was read before. Null where it no longer fits. */
export function compileAssigned(
  { form }: Declaration,
  text: string,
  environment: Environment,
): Expression | null {
  return isOption(form, text) ? wordOf(text) : compileExpression(text, environment, 'any').expression
}

function isOption(form: ValueForm, text: string): boolean {
  return form.type === 'choice' && form.options.includes(text)
}

/** What is written out and no name, be it of the right type or not; undefined for anything else. */
function literalIn(text: string, { names = {} }: Environment): boolean | number | string | undefined {
  if (text === 'true' || text === 'false') return text === 'true'
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text)
  const quoted = /^'([^'\\]*)'$/.exec(text)
  if (quoted !== null) return quoted[1] ?? ''
  return /^\p{L}[\p{L}\p{M}\p{N}_-]*$/u.test(text) && !Object.hasOwn(names, text) ? text : undefined
}

function helpFor(form: ValueForm, text: string): string | undefined {
  if (form.type !== 'flag') return undefined
  if (/^(on|yes)$/i.test(text)) return 'write `true`'
  return /^(off|no)$/i.test(text) ? 'write `false`' : undefined
}

function wordOf(text: string): Expression {
  const evaluate = () => ({ value: text, saw: [] })
  return { text, type: 'text', names: [], events: [], evaluate, mayBe: () => [text] }
}
