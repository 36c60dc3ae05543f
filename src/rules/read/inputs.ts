import { Type } from 'typebox'
import { inputTypes } from '../../core/input.ts'
import { fittedTo, type InputDeclaration } from '../../core/value-form.ts'
import { decode } from '../../language/check.ts'
import { startIn, type Written, word, words } from '../../language/declaration.ts'
import { didYouMean } from '../../language/names.ts'
import { entryOf, isEmpty } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import { list, quote } from '../../language/wording.ts'

const most = 1_000_000_000
const number = Type.Number({ minimum: -most, maximum: most })
const closed = { additionalProperties: false }
const head = { type: Type.String(), name: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })) }

const switchSchema = Type.Object({ ...head, start: Type.Optional(Type.Boolean()) }, closed)
const selectSchema = Type.Object({ ...head, options: words, start: Type.Optional(word) }, closed)
const numberSchema = Type.Object(
  {
    ...head,
    min: number,
    max: number,
    step: Type.Optional(Type.Number({ exclusiveMinimum: 0, expected: 'a number above 0' })),
    unit: Type.Optional(Type.String({ minLength: 1, maxLength: 20 })),
    start: Type.Optional(number),
  },
  closed,
)
const buttonSchema = Type.Object(head, closed)

/** By `type`. */
export const inputSchemas = {
  switch: switchSchema,
  select: selectSchema,
  number: numberSchema,
  button: buttonSchema,
}

/** A switch, select, number or button; undefined after errors. */
export function readInput(written: Written, report: Report): InputDeclaration | undefined {
  const { id, key, value } = written
  const help = `as in \`${id}: {type: switch}\``
  if (value.kind !== 'map') {
    const place = isEmpty(value) ? key : value
    report.add(place, 'error', 'type/value', `input "${id}" takes its \`type\` and what belongs to it`, help)
    return undefined
  }
  const type = value.entries.get('type')
  if (type === undefined) {
    const message = `input "${id}" needs \`type\`, one of ${inputTypes.join(', ')}`
    report.add(key, 'error', 'key/missing', message, help)
    return undefined
  }
  switch (type.value.kind === 'scalar' ? type.value.text : '') {
    case 'switch':
      return readSwitch(written, report)
    case 'select':
      return readSelect(written, report)
    case 'number':
      return readNumber(written, report)
    case 'button':
      return readButton(written, report)
    default:
      report.add(isEmpty(type.value) ? type.key : type.value, 'error', 'type/value', unknownType(written))
      return undefined
  }
}

function unknownType({ value }: Written): string {
  const type = entryOf(value, 'type')
  const text = type.kind === 'scalar' ? type.text : ''
  const near = didYouMean(text, inputTypes)
  const question = near === null ? '' : ` - did you mean "${near}"?`
  const found = type.kind === 'scalar' && text !== '' ? `, not ${quote(text)}` : ''
  return `\`type\` takes one of ${list(inputTypes)}${found}${question}`
}

function readSwitch({ id, value }: Written, report: Report): InputDeclaration | undefined {
  const read = decode(switchSchema, value, report, { what: `input "${id}"` })
  if (read === undefined) return undefined
  return { id, name: read.name ?? id, form: { type: 'flag' }, start: read.start ?? false, unit: null }
}

function readButton({ id, value }: Written, report: Report): InputDeclaration | undefined {
  const read = decode(buttonSchema, value, report, { what: `input "${id}"` })
  if (read === undefined) return undefined
  return { id, name: read.name ?? id, form: { type: 'press' }, start: false, unit: null }
}

function readSelect({ id, value }: Written, report: Report): InputDeclaration | undefined {
  const read = decode(selectSchema, value, report, { what: `input "${id}"` })
  const first = read?.options[0]
  if (read === undefined || first === undefined) return undefined
  const { options, start = first, name = id } = read
  return startIn({ id, name, form: { type: 'choice', options }, start, unit: null }, value, report)
}

function readNumber({ id, value }: Written, report: Report): InputDeclaration | undefined {
  const read = decode(numberSchema, value, report, { what: `input "${id}"` })
  if (read === undefined) return undefined
  const { min, max, step = 1, unit = null, start = min, name = id } = read
  if (max <= min) {
    report.add(entryOf(value, 'max'), 'error', 'type/value', `\`max\` must be above \`min\`, which is ${min}`)
    return undefined
  }
  if (step > max - min) {
    report.add(
      entryOf(value, 'step'),
      'error',
      'type/value',
      `\`step\` is larger than from \`min\` to \`max\``,
    )
    return undefined
  }
  const form = { type: 'number', min, max, step } as const
  const input = startIn({ id, name, form, start, unit }, value, report)
  if (input === undefined || fittedTo(form, start)?.why === null) return input
  const message = `\`start\` lies between the steps: counted from ${min} they are ${step} apart`
  report.add(entryOf(value, 'start'), 'error', 'type/value', message)
  return undefined
}
