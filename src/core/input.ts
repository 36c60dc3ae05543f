import { AppError } from './error.ts'
import { fittedTo, type InputDeclaration, type PlainValue, takenBy, type ValueForm } from './value-form.ts'

/** The kinds of inputs, by the words people write. */
export const inputTypes = ['switch', 'select', 'number', 'button'] as const
export type InputType = (typeof inputTypes)[number]

/** An input as everybody outside sees it. The keys are the published names. A button's value is null. */
export type Input = {
  readonly id: string
  readonly name: string
  readonly value: PlainValue | null
} & InputKind

type InputKind =
  | { readonly type: 'switch' }
  | { readonly type: 'select'; readonly options: readonly string[] }
  | {
      readonly type: 'number'
      readonly min: number
      readonly max: number
      readonly step: number
      readonly unit: string | null
    }
  | { readonly type: 'button' }

/** The input as it is while it has that value. */
export function inputOf({ id, name, form, unit }: InputDeclaration, value: PlainValue): Input {
  return { id, name, ...kindOf(form, unit), value: form.type === 'press' ? null : value }
}

/**
 * The value, where the input takes just it: who sets an input by hand is told of a slip.
 * @throws AppError `unprocessable` else.
 */
export function fittingInput(input: Input, value: PlainValue): PlainValue {
  const form = formOf(input)
  const fitted = fittedTo(form, value)
  if (fitted !== null && fitted.why === null) return fitted.value
  const shown = typeof value === 'string' ? `"${value.slice(0, 80)}"` : value
  throw new AppError('unprocessable', `input "${input.id}" takes ${takenBy(form)}, not ${shown}`)
}

function kindOf(form: ValueForm, unit: string | null): InputKind {
  switch (form.type) {
    case 'flag':
      return { type: 'switch' }
    case 'choice':
      return { type: 'select', options: form.options }
    case 'press':
      return { type: 'button' }
    case 'number':
      return { type: 'number', min: form.min, max: form.max, step: form.step, unit }
  }
}

/** What it takes. */
export function formOf(input: Input): ValueForm {
  switch (input.type) {
    case 'switch':
      return { type: 'flag' }
    case 'button':
      return { type: 'press' }
    case 'select':
      return { type: 'choice', options: input.options }
    case 'number':
      return { type: 'number', min: input.min, max: input.max, step: input.step }
  }
}
