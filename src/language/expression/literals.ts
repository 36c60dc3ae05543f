import { didYouMean } from '../names.ts'
import { code, list } from '../wording.ts'
import { nameText } from './environment.ts'
import { type ExpressionFinding, problem } from './finding.ts'
import type { Typed } from './typed.ts'

const forms = {
  time: { pattern: /^([01]\d|2[0-3]):[0-5]\d$/, example: '19:30' },
  date: { pattern: /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, example: '2026-12-24' },
  'month-day': { pattern: /^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, example: '12-24' },
} as const

type Operator = '==' | '!=' | '<' | '<=' | '>' | '>='

/** What can be told of a comparison of a name with something written out, before anything runs. */
export function comparisonFinding(operator: Operator, left: Typed, right: Typed): ExpressionFinding | null {
  if (left.field !== undefined && right.literal !== undefined)
    return oneSided(operator, left.field, { literal: right.literal, place: right })
  if (right.field !== undefined && left.literal !== undefined)
    return oneSided(mirrored[operator], right.field, { literal: left.literal, place: left })
  return null
}

const mirrored: Readonly<Record<Operator, Operator>> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
}

interface Literal {
  readonly literal: NonNullable<Typed['literal']>
  readonly place: Typed
}

function oneSided(
  operator: Operator,
  field: NonNullable<Typed['field']>,
  { literal, place }: Literal,
): ExpressionFinding | null {
  if (typeof literal === 'number') return outOfRange(operator, field, { literal, place })
  if (typeof literal !== 'string') return null
  const isEqual = operator === '==' || operator === '!='
  const never = isEqual && field.form !== undefined ? neverComes(literal, field.form) : null
  if (never !== null) return problem(place, 'time/never', never)
  if (field.form !== undefined) return wrongForm(field, field.form, { literal, place })
  if (operator === '==' || operator === '!=') return wrongWord(operator, field, { literal, place })
  return null
}

const monthNames =
  'January February March April May June July August September October November December'.split(' ')

/** A date that is written as dates are and is in no year, or not in the one it names: `02-31`. */
function neverComes(text: string, form: keyof typeof forms): string | null {
  const [, year, month = '', day = ''] =
    (form === 'date' ? /^(\d{4})-(\d\d)-(\d\d)$/ : form === 'month-day' ? /^()(\d\d)-(\d\d)$/ : /^$/).exec(
      text,
    ) ?? []
  if (year === undefined || month === '') return null
  // In a leap year where none is named.
  const shown = new Date(Date.UTC(Number(year || 2000), Number(month) - 1, Number(day)))
  if (shown.getUTCMonth() === Number(month) - 1 && shown.getUTCDate() === Number(day)) return null
  const name = monthNames[Number(month) - 1]
  if (name === undefined) return `'${text}' never comes: there is no month ${month}`
  return `${Number(day)} ${name}${year === '' ? '' : ` ${year}`} never comes`
}

function wrongForm(
  field: NonNullable<Typed['field']>,
  form: keyof typeof forms,
  { literal, place }: Literal,
): ExpressionFinding | null {
  const { pattern, example } = forms[form]
  const text = String(literal)
  if (pattern.test(text)) return null
  const name = nameText(field.name)
  const padded = text.replace(/\d+/g, (digits) => digits.padStart(2, '0'))
  const mended = pattern.test(padded) ? padded : null
  const message =
    mended === null
      ? `${name} is never '${text}'; it looks like '${example}'`
      : `'${text}' compares wrongly with ${name}; write '${mended}'`
  return problem(place, 'expr/clock', message)
}

function wrongWord(
  operator: '==' | '!=',
  field: NonNullable<Typed['field']>,
  { literal, place }: Literal,
): ExpressionFinding | null {
  const text = String(literal)
  if (field.words === undefined || field.words.includes(text)) return null
  const near =
    didYouMean(text, field.words) ?? field.words.find((word) => text.toLowerCase().startsWith(word))
  return {
    start: place.start,
    end: place.end,
    level: 'warning',
    code: 'expr/always',
    message: `${nameText(field.name)} is never ${code(text)}, so this is always ${operator === '!='} (it is one of: ${list(field.words)})`,
    ...(near === undefined ? {} : { help: `did you mean '${near}'?` }),
  }
}

function outOfRange(
  operator: Operator,
  field: NonNullable<Typed['field']>,
  { literal, place }: { literal: number; place: Typed },
): ExpressionFinding | null {
  if (field.range === undefined) return null
  const outcome = outcomeFor(operator, field.range, literal)
  if (outcome === null) return null
  const [lowest, highest] = field.range
  return {
    start: place.start,
    end: place.end,
    level: 'warning',
    code: 'expr/always',
    message: `this is always ${outcome}: ${nameText(field.name)} is never below ${lowest} nor above ${highest}`,
  }
}

/** Null where it depends on the value. */
function outcomeFor(
  operator: Operator,
  [lowest, highest]: readonly [number, number],
  literal: number,
): boolean | null {
  switch (operator) {
    case '<':
      return highest < literal ? true : lowest >= literal ? false : null
    case '<=':
      return highest <= literal ? true : lowest > literal ? false : null
    case '>':
      return lowest > literal ? true : highest <= literal ? false : null
    case '>=':
      return lowest >= literal ? true : highest < literal ? false : null
    case '==':
      return literal < lowest || literal > highest ? false : null
    case '!=':
      return literal < lowest || literal > highest ? true : null
  }
}
