import { type OptionSchema, typesOf } from './known.ts'
import { optionsSchema } from './schema.ts'
import type { Setting } from './setting.ts'

/** A value of `schema:` in an add-on's config.yaml: an element such as `port?`, a list of one, or a map of them. */
export type Element = string | readonly [string] | ElementMap
export interface ElementMap {
  readonly [name: string]: Element
}

/** What `options:` and `schema:` of config.yaml say. */
export interface AddOnForm {
  readonly options: Readonly<Record<string, unknown>>
  readonly schema: ElementMap
}

/**
 * The form of the add-on, of the options that are marked for it. Everything may be left out: no update can make the
 * options of a household invalid. Elements are those of home-assistant/supervisor (supervisor/apps/options.py), which
 * takes a map for required, so that each one has a default.
 */
export function addOnForm(): AddOnForm {
  return { options: defaultsIn(optionsSchema), schema: elementsIn(optionsSchema) }
}

/**
 * What the form of Home Assistant leaves behind when somebody empties a field is no value.
 * @returns the settings without empty texts, also in lists.
 */
export function withoutEmptied(settings: readonly Setting[]): Setting[] {
  return settings.flatMap((setting) => {
    const { value } = setting
    if (value === '') return []
    return [Array.isArray(value) ? { ...setting, value: value.filter((item) => item !== '') } : setting]
  })
}

function elementsIn({ properties = {} }: OptionSchema): ElementMap {
  const entries = Object.entries(properties).flatMap(([name, below]): [string, Element][] => {
    if (below.properties === undefined) return below.addOn === undefined ? [] : [[name, elementOf(below)]]
    const inner = elementsIn(below)
    return Object.keys(inner).length === 0 ? [] : [[name, inner]]
  })
  return Object.fromEntries(entries)
}

function defaultsIn({ properties = {} }: OptionSchema): Readonly<Record<string, unknown>> {
  const entries = Object.entries(properties).flatMap(([name, below]): [string, unknown][] => {
    if (below.properties === undefined) return below.addOn === 'shown' ? [[name, below.default]] : []
    return Object.keys(elementsIn(below)).length === 0 ? [] : [[name, defaultsIn(below)]]
  })
  return Object.fromEntries(entries)
}

function elementOf(schema: OptionSchema): Element {
  // A list is optional where its element is.
  return schema.items === undefined ? `${scalarOf(schema)}?` : [`${scalarOf(schema.items)}?`]
}

function scalarOf(schema: OptionSchema): string {
  if (schema.writeOnly === true) return 'password'
  if (schema.enum !== undefined) return `list(${schema.enum.join('|')})`
  if (schema.anyOf !== undefined) return scalarOf(firstOf(schema.anyOf))
  if (schema.format?.endsWith('http-address')) return 'url'
  const [type] = typesOf(schema)
  const limits = `(${schema.minimum ?? ''},${schema.maximum ?? ''})`
  if (type === 'integer') return limits === '(,)' ? 'int' : `int${limits}`
  if (type === 'number') return limits === '(,)' ? 'float' : `float${limits}`
  if (type === 'boolean') return 'bool'
  if (type === 'string') return 'str'
  throw new TypeError(`the form of the add-on has nothing for the type ${type}`)
}

/** The words of a choice are said by its first part; that it may also be null or a boolean is for files to use. */
function firstOf(parts: readonly OptionSchema[]): OptionSchema {
  return parts[0] ?? {}
}
