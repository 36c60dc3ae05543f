import { Type } from 'typebox'
import type { Declaration, ValueForm } from '../core/value-form.ts'
import { decode } from './check.ts'
import { compileExpression } from './expression/expression.ts'
import { fieldFor } from './expression/kept-fields.ts'
import { entryOf, isEmpty, type Node, type ScalarNode } from './node.ts'
import type { Report } from './report.ts'
import { saidBoolean, scalarAs } from './typed.ts'

/** Something that is declared under a name, as it was written. */
export interface Written {
  readonly id: string
  readonly key: ScalarNode
  readonly value: Node
}

// Far from where whole numbers become inexact.
const mostCount = 1_000_000_000
const whole = Type.Integer({ minimum: -mostCount, maximum: mostCount })
/** A word of a list. */
export const word = Type.String({ minLength: 1, maxLength: 64 })
export const words = Type.Array(word, { minItems: 1, maxItems: 100, uniqueItems: true })

const number = Type.Object(
  { start: whole, min: Type.Optional(whole), max: whole },
  { additionalProperties: false },
)
const oneOf = Type.Object({ one_of: words, start: word }, { additionalProperties: false })
/** Those that are no mere true or false. */
export const varSchemas = { number, choice: oneOf }
const shape = 'write `false` for yes or no, `{start: 0, max: 10}` or `{one_of: [calm, wild], start: calm}`'

/** A name as expressions may speak of it, in the letters of any language. */
export const wordOfExpressions = /^\p{L}[\p{L}\p{M}\p{N}_]{0,39}$/u

/** Whether expressions can speak of it by `spoken`, as `vars.gold`; where they cannot, that is reported. */
export function checkName({ id, key }: Omit<Written, 'value'>, spoken: string, report: Report): boolean {
  if (canBeNamed(id, spoken)) return true
  const isWord = wordOfExpressions.test(id)
  const plain = id.replace(/[^\p{L}\p{M}\p{N}]+/gu, '_').replace(/^\P{L}+|_+$/gu, '')
  const message = isWord
    ? `"${id}" is a word of expressions itself`
    : `"${id.slice(0, 80)}" cannot stand in an expression: use up to 40 letters, digits and underscores, beginning with a letter`
  const help = isWord
    ? `call it \`my_${id}\``
    : plain === ''
      ? undefined
      : `call it \`${plain.slice(0, 40)}\``
  report.add(key, 'error', 'yaml/reserved-id', message, help)
  return false
}

function canBeNamed(id: string, spoken: string): boolean {
  if (!wordOfExpressions.test(id)) return false
  const [name = id, group] = spoken.split('.').reverse()
  const fields = { [name]: fieldFor({ type: 'flag' }) }
  const environment = group === undefined ? { groups: {}, names: fields } : { groups: { [group]: fields } }
  return compileExpression(spoken, environment, 'bool').expression !== null
}

/** `brave: false`, `gold: {start: 0, max: 3}` or `mood: {one_of: [calm, wild], start: calm}`. Undefined after errors. */
export function readVar({ id, key, value }: Written, report: Report): Declaration | undefined {
  if (value.kind !== 'map') return readFlag({ id, key, value }, report)
  const what = `var "${id}"`
  if (value.entries.has('one_of')) {
    const read = decode(oneOf, value, report, { what })
    if (read === undefined) return undefined
    const form: ValueForm = { type: 'choice', options: read.one_of }
    return startIn({ id, form, start: read.start }, value, report)
  }
  const read = decode(number, value, report, { what })
  if (read === undefined) return undefined
  const { start, min = 0, max } = read
  if (max <= min) {
    report.add(entryOf(value, 'max'), 'error', 'type/value', `\`max\` must be above \`min\`, which is ${min}`)
    return undefined
  }
  return startIn({ id, form: { type: 'number', min, max, step: 1 }, start }, value, report)
}

/** The declaration where its start is one of its own values; else that is reported. */
export function startIn<Declared extends Declaration>(
  declared: Declared,
  node: Node,
  report: Report,
): Declared | undefined {
  const { form, start } = declared
  const place = entryOf(node, 'start')
  if (form.type === 'number' && typeof start === 'number' && (start < form.min || start > form.max)) {
    report.add(
      place,
      'error',
      'type/value',
      `\`start\` lies between ${form.min} and ${form.max}, not at ${start}`,
    )
    return undefined
  }
  if (form.type === 'choice' && typeof start === 'string' && !form.options.includes(start)) {
    report.add(place, 'error', 'type/value', `\`start\` is one of ${form.options.join(', ')}, not "${start}"`)
    return undefined
  }
  return declared
}

function readFlag({ id, key, value }: Written, report: Report): Declaration | undefined {
  const start = saidBoolean(value)
  if (value.kind === 'scalar' && start !== undefined) {
    if (!/^(true|false)$/i.test(value.text))
      report.wouldUsually(value.span, { text: String(start), quoted: false })
    return { id, form: { type: 'flag' }, start }
  }
  const count = value.kind === 'scalar' ? scalarAs('integer', value) : undefined
  const message =
    typeof count === 'number'
      ? `var "${id}" needs a \`max\` beside its start`
      : `var "${id}" says neither true or false nor what numbers or words it can be`
  const help =
    typeof count === 'number' ? `write \`{start: ${count}, max: ${Math.max(10, count * 10)}}\`` : shape
  report.add(isEmpty(value) ? key : value, 'error', 'type/value', message, help)
  return undefined
}
