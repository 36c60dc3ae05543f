/** A value of a var or an input. */
export type PlainValue = boolean | number | string

/** What values a var or an input may have. */
export type ValueForm =
  | { readonly type: 'flag' }
  | {
      readonly type: 'number'
      readonly min: number
      readonly max: number
      /** Counted from `min`; 1 where only whole numbers are meant. */
      readonly step: number
    }
  | { readonly type: 'choice'; readonly options: readonly string[] }
  /** Of a button: it is pressed, and has no value that anybody could ask for. */
  | { readonly type: 'press' }

/** What the household remembers under a name. */
export interface Declaration {
  readonly id: string
  readonly form: ValueForm
  /** What it is until it is set for the first time. */
  readonly start: PlainValue
}

/** One that people see and set by themselves. */
export interface InputDeclaration extends Declaration {
  readonly name: string
  /** Of a number, for people: `min`, `%`. */
  readonly unit: string | null
}

/** A value as a form has it, and in words why it is not as it was asked for; null where it is. */
export interface Fitted {
  readonly value: PlainValue
  readonly why: string | null
}

/** The value brought into the form's bounds and steps; null where it is of another type, or no word of its list. */
export function fittedTo(form: ValueForm, value: PlainValue): Fitted | null {
  switch (form.type) {
    case 'flag':
      return typeof value === 'boolean' ? { value, why: null } : null
    case 'press':
      return value === true ? { value, why: null } : null
    case 'choice':
      return typeof value === 'string' && form.options.includes(value) ? { value, why: null } : null
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? fittedNumber(form, value) : null
  }
}

/** What it takes, for people: `true or false`. */
export function takenBy(form: ValueForm): string {
  switch (form.type) {
    case 'flag':
      return 'true or false'
    case 'press':
      return 'a press'
    case 'choice':
      return `one of ${form.options.join(', ')}`
    case 'number': {
      const what = form.step === 1 && Number.isInteger(form.min) ? 'a whole number' : 'a number'
      const steps = form.step === 1 ? '' : ` in steps of ${form.step}`
      return `${what} from ${form.min} to ${form.max}${steps}`
    }
  }
}

/** What somebody wrote, as a value of the form; null where it cannot be one. */
export function valueIn(form: ValueForm, text: string): PlainValue | null {
  const value = wordOf(form, text)
  const fitted = value === undefined ? null : fittedTo(form, value)
  return fitted === null || fitted.why !== null ? null : fitted.value
}

function wordOf(form: ValueForm, text: string): PlainValue | undefined {
  switch (form.type) {
    case 'choice':
      return text
    case 'flag':
      return flags.get(text.toLowerCase())
    case 'number':
      return numberIn(text)
    case 'press':
      return text.toLowerCase() === 'press' ? true : undefined
  }
}

/** Whether the value is the one that somebody wrote: 2.50 of a file is the number 2.5. */
export function isWritten(text: string, value: unknown): boolean {
  if (typeof value === 'number') return numberIn(text) === value
  return typeof value === 'boolean' ? flags.get(text.toLowerCase()) === value : text === value
}

const flags: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
])

function numberIn(text: string): number | undefined {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined
}

function fittedNumber(form: Extract<ValueForm, { type: 'number' }>, asked: number): Fitted {
  const { min, max, step } = form
  if (asked < min) return { value: min, why: `${asked} is below its min of ${min}` }
  if (asked > max) return { value: max, why: `${asked} is above its max of ${max}` }
  // The last step may end before the highest value.
  const steps = Math.min(Math.round((asked - min) / step), Math.floor(tidy((max - min) / step)))
  const value = tidy(min + steps * step)
  return { value, why: value === tidy(asked) ? null : `${asked} is between its steps` }
}

/** 0.1 + 0.2 is 0.3 for people. */
function tidy(number: number): number {
  return Number(number.toPrecision(12))
}
