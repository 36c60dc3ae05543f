import { takenBy, type ValueForm, valueIn } from '../../core/value-form.ts'
import { didYouMean } from '../../language/names.ts'
import type { Node } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import { quote } from '../../language/wording.ts'
import { knownNames } from '../kept-names.ts'
import type { InputReference } from '../plugin.ts'
import type { Declarations } from './declarations.ts'

interface Reading {
  readonly report: Report
  readonly declared: Declarations
}

/** Whether the input is there and can be at the value it is held against; else that is reported. */
export function checkInput(reference: InputReference, node: Node, { report, declared }: Reading): boolean {
  const { name, value, option } = reference
  const input = declared.inputs.get(name)
  if (input === undefined) {
    const faulty = declared.faulty.get(`inputs.${name}`)
    if (faulty === '') return false
    const near = faulty === undefined ? didYouMean(name, declared.inputs.keys()) : null
    const question = near === null ? '' : ` - did you mean "${near}"?`
    const isVar = declared.vars.has(name)
    const help =
      faulty !== undefined
        ? `mend its declaration in ${faulty} first`
        : isVar
          ? `it is a var: use the expression \`vars.${name}\``
          : knownNames(declared.inputs.keys())
    report.add(
      placeOf(node, 'name'),
      'error',
      'ref/input',
      `there is no input ${quote(name)}${question}`,
      help,
    )
    return false
  }
  if (value === null) return true
  if (input.form.type === 'press') {
    const message = `input ${quote(name)} is a button: it is pressed, and has no value`
    report.add(placeOf(node, option), 'error', 'type/value', message, `as in \`when: [input: ${name}]\``)
    return false
  }
  if (valueIn(input.form, value) !== null) return true
  const isWritten = node.kind === 'map' && node.entries.has(option)
  const message = isWritten
    ? `input ${quote(name)} is never ${quote(value)}; it takes ${takenBy(input.form)}`
    : `\`${option}\` is missing: input ${quote(name)} takes ${takenBy(input.form)}`
  report.add(placeOf(node, option), 'error', 'type/value', message, helpFor(input.form, name, option))
  return false
}

function placeOf(node: Node, option: string): Node {
  return (node.kind === 'map' ? node.entries.get(option)?.value : undefined) ?? node
}

function helpFor(
  form: Exclude<ValueForm, { type: 'press' }>,
  name: string,
  option: string,
): string | undefined {
  if (form.type === 'flag') return undefined
  const example = form.type === 'choice' ? form.options[0] : form.min
  return `as in \`input: {name: ${name}, ${option}: ${example}}\``
}
