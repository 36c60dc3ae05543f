import { parseDocument } from 'yaml'
import type { Value } from './template-values.ts'

/** `!input name`, before somebody has filled in the form. */
export class InputMark {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

export interface Blueprint {
  /** What stands under `blueprint`. */
  readonly form: unknown
  /** The automation, with marks where inputs belong. */
  readonly automation: Readonly<Record<string, unknown>>
  /** By name, those in sections too; what stands under them is not checked yet. */
  readonly inputs: ReadonlyMap<string, unknown>
}

/** Home Assistant reads YAML 1.1, in which `on` and `08` mean something else. */
export function readBlueprint(text: string): Blueprint {
  const document = parseDocument(text, {
    version: '1.1',
    customTags: [{ tag: '!input', resolve: (name: string) => new InputMark(name) }],
  })
  const wrong = [...document.errors, ...document.warnings]
  if (wrong.length > 0) throw new Error(wrong.map(({ message }) => message).join('\n'))
  const root: unknown = document.toJS()
  if (!isRecord(root)) throw new Error('a blueprint is a mapping')
  const { blueprint: form, ...automation } = root
  return { form, automation, inputs: new Map(inputsOf(isRecord(form) ? form.input : undefined)) }
}

/** Names that `!input` uses, wherever in the automation. */
export function usedInputs(part: unknown): string[] {
  if (part instanceof InputMark) return [part.name]
  if (Array.isArray(part)) return part.flatMap(usedInputs)
  return isRecord(part) ? Object.values(part).flatMap(usedInputs) : []
}

/** The automation as Home Assistant makes it from a filled-in form; what is left empty has its default. */
export function filledIn(
  { automation, inputs }: Blueprint,
  values: Readonly<Record<string, Value>>,
): Readonly<Record<string, unknown>> {
  const stranger = Object.keys(values).find((name) => !inputs.has(name))
  if (stranger !== undefined) throw new Error(`there is no input ${stranger}`)
  const filled = substituted(automation, (name) => {
    if (Object.hasOwn(values, name)) return values[name]
    const input = inputs.get(name)
    if (isRecord(input) && 'default' in input) return input.default
    throw new Error(`the input ${name} has no value`)
  })
  return filled as Readonly<Record<string, unknown>>
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof InputMark)
}

function inputsOf(inputs: unknown): [string, unknown][] {
  if (!isRecord(inputs)) return []
  return Object.entries(inputs).flatMap(([name, input]) =>
    isRecord(input) && 'input' in input ? inputsOf(input.input) : [[name, input] satisfies [string, unknown]],
  )
}

function substituted(part: unknown, filling: (name: string) => unknown): unknown {
  if (part instanceof InputMark) return filling(part.name)
  if (Array.isArray(part)) return part.map((each) => substituted(each, filling))
  if (!isRecord(part)) return part
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, substituted(value, filling)]))
}
