import { Ajv } from 'ajv'
import { AppError } from '../core/error.ts'
import { didYouMean } from '../language/names.ts'
import { formats, withoutCredentials } from './formats.ts'
import { knownOptions, type OptionSchema } from './known.ts'
import { type Options, optionsSchema } from './schema.ts'

/** One option as somebody gave it. */
export interface Setting {
  /** `panel.port`. */
  readonly path: string
  readonly value: unknown
  /** Where it stands, in words: file with line, environment variable, argument, default. */
  readonly origin: string
  /** Said in messages in place of a value that has no short form. */
  readonly shown?: string
}

/** The checks of the schema, each with one message for people. */
export interface Checks {
  /** @throws AppError `invalid` naming option, value, origin and what would do. */
  one(setting: Setting): void
  /** All options, those that nobody gave with the default of the schema. */
  completed(settings: ReadonlyMap<string, Setting>): Options
}

export function schemaChecks(): Checks {
  // Defaults can be filled in only where the option stands in its section.
  const single = checker({})
  const whole = checker({ useDefaults: true })
  return {
    one(setting) {
      const schema = knownOptions.get(setting.path)
      if (schema !== undefined && !single.validate(schema, setting.value)) throw wrong(setting)
    },
    completed(settings) {
      const options: Record<string, unknown> = {}
      for (const { path, value } of settings.values()) place(options, path.split('.'), value)
      if (whole.validate<Options>(optionsSchema, options)) return options
      throw new AppError('invalid', `options: ${whole.errorsText()}`)
    },
  }
}

/** The error for a value that cannot be used; `expected` overrides the words of the schema. */
export function wrong(setting: Setting, expected?: string): AppError {
  const schema = knownOptions.get(setting.path)
  const wanted = expected ?? schema?.expected ?? 'another value'
  return new AppError(
    'invalid',
    `${setting.path}: found ${found(setting, schema)} (${setting.origin}), expected ${wanted}`,
  )
}

/** `; did you mean "…"?`, or what there is when nothing is near. */
export function suggestion(name: string, known: readonly string[]): string {
  const near = didYouMean(name, known)
  if (near !== null) return `; did you mean "${near}"?`
  return known.length === 0 ? '' : `; known: ${known.join(', ')}`
}

/** A text of somebody else's as it may stand in a message: quoted, on one line, not endless. */
export function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 80)}… (${text.length} characters)` : text
}

function found({ value, shown }: Setting, schema: OptionSchema | undefined): string {
  if (schema?.writeOnly === true) return 'a value that is not shown here'
  return shown ?? quoted(typeof value === 'string' ? withoutCredentials(value) : value)
}

function checker(settings: { useDefaults?: boolean }): Ajv {
  const ajv = new Ajv(settings)
  ajv.addVocabulary(['expected', 'addOn'])
  for (const [name, check] of Object.entries(formats)) ajv.addFormat(name, check)
  return ajv
}

function place(target: Record<string, unknown>, [name, ...rest]: string[], value: unknown): void {
  if (name === undefined) return
  if (rest.length === 0) {
    target[name] = value
    return
  }
  const below = (target[name] ?? {}) as Record<string, unknown>
  target[name] = below
  place(below, rest, value)
}
