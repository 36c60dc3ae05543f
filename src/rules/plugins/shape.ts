import { Ajv, type ErrorObject } from 'ajv'
import { Type } from 'typebox'
import { isJsonObject } from '../../core/json.ts'
import { type Plugin, pluginApi } from '../plugin.ts'
import { exampleFault } from './examples.ts'
import type { PluginFault } from './fault.ts'
import { optionsFault } from './options-schema.ts'
import { readSignature } from './signature.ts'
import { wordsOf } from './watch.ts'

const callable = Type.Literal('a function')
const text = Type.String({ minLength: 1, maxLength: 2000 })
const documented = {
  title: text,
  describe: text,
  examples: Type.Array(text, { minItems: 1, maxItems: 20 }),
  since: Type.Optional(text),
  options: Type.Unknown(),
  shorthand: Type.Optional(text),
  references: Type.Optional(callable),
  explain: Type.Optional(callable),
}
const closed = { additionalProperties: false }
// The grammar of lists, and what stands beside a kind.
const grammar =
  'if|then|else|choose|wait|wait_for|repeat|parallel|stop|any|none|id|name|enabled|use|when|do|on_error'
const partName = `^(?!(?:${grammar})$)[a-z][a-z0-9_]{0,39}$`
const checkName = '^[a-z][a-z0-9_-]{0,39}$'
const named = (part: ReturnType<typeof Type.Object>) =>
  Type.Optional(Type.Object({}, { patternProperties: { [partName]: part }, additionalProperties: false }))

/** What this version has no use for yet; a plug-in may bring it all the same. */
export const notUsedYet = ['importers'] as const

const outlineSchema = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,39}$' }),
    api: Type.Literal(pluginApi),
    version: Type.String({ minLength: 1, maxLength: 40 }),
    triggers: named(
      Type.Object(
        {
          ...documented,
          provides: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
          check: Type.Optional(callable),
          upcoming: Type.Optional(callable),
          start: callable,
        },
        closed,
      ),
    ),
    conditions: named(Type.Object({ ...documented, test: callable }, closed)),
    actions: named(
      Type.Object({ ...documented, texts: Type.Optional(Type.Array(Type.String())), run: callable }, closed),
    ),
    functions: named(Type.Object({ signature: text, describe: text, call: callable }, closed)),
    playlistSources: named(
      Type.Object(
        {
          describe: Type.Optional(text),
          options: Type.Unknown(),
          shorthand: Type.Optional(text),
          list: callable,
          explain: Type.Optional(callable),
        },
        closed,
      ),
    ),
    speechProviders: named(Type.Object({ describe: Type.Optional(text), speak: callable }, closed)),
    checks: Type.Optional(
      Type.Object({}, { patternProperties: { [checkName]: callable }, additionalProperties: false }),
    ),
    ...Object.fromEntries(notUsedYet.map((name) => [name, Type.Optional(Type.Unknown())])),
    config: Type.Optional(Type.Unknown()),
    setup: Type.Optional(callable),
  },
  closed,
)

const isOutline = new Ajv({ allErrors: true, strict: false, ownProperties: true }).compile(outlineSchema)

/** The sections of a plug-in whose parts have names that rule files say. */
export const sections = [
  'triggers',
  'conditions',
  'actions',
  'functions',
  'playlistSources',
  'speechProviders',
] as const

/** What a module exports as a plug-in, or what is wrong with it. Nothing of it is called before its API is known to be ours. */
export function readPlugin(exported: unknown): Plugin | PluginFault {
  try {
    if (!isJsonObject(exported))
      return schemaFault('it must export a plain object: `export default { id, api: 1, version, … }`')
    const { api } = exported
    if (api !== pluginApi) return apiFault(api)
    const copy = copyOf(exported)
    const outline = outlineOf(copy, 0)
    if (!isOutline(outline)) return schemaFault(shapeWords(isOutline.errors ?? []), nearOf(isOutline.errors))
    const plugin = copy as unknown as Plugin
    return partsFault(plugin) ?? plugin
  } catch (error) {
    return schemaFault(`it cannot be read: ${wordsOf(error)}`)
  }
}

export function isFault(read: Plugin | PluginFault): read is PluginFault {
  return 'code' in read
}

function apiFault(api: unknown): PluginFault {
  const wants =
    typeof api === 'number'
      ? `wants API ${api}, this is ${pluginApi}`
      : 'does not say for which API it was written'
  const help =
    typeof api === 'number' && api > pluginApi
      ? 'take an older version of the plug-in, or a newer one of this product'
      : `write \`api: ${pluginApi}\`, once it does what docs/plugins.md says`
  return { code: 'plugin/api', message: wants, help, near: 'api' }
}

function schemaFault(message: string, near?: string): PluginFault {
  return { code: 'plugin/schema', message, ...(near === undefined ? {} : { near }) }
}

/** Its parts as they are now: who changes the object later changes nothing here. */
function copyOf(exported: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(exported).map(([key, value]) => [
      key,
      (key === 'checks' || sections.some((section) => section === key)) && isJsonObject(value)
        ? partsOf(value)
        : value,
    ]),
  )
}

function partsOf(parts: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const copied = Object.entries(parts).map(([name, part]) => [name, isJsonObject(part) ? { ...part } : part])
  return Object.fromEntries(copied)
}

// A plug-in, its sections, their parts, and what those say.
const deepest = 3
const unlooked: ReadonlySet<string> = new Set(['options', 'config', 'provides', ...notUsedYet])

/** What it looks like to a schema: functions are words, and the schemas in it are not looked into. */
function outlineOf(value: unknown, depth: number): unknown {
  if (typeof value === 'function') return 'a function'
  if (Array.isArray(value)) return value
  if (typeof value !== 'object' || value === null || depth >= deepest) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      unlooked.has(key) ? inner : outlineOf(inner, depth + 1),
    ]),
  )
}

function shapeWords(errors: readonly ErrorObject[]): string {
  const told = errors.slice(0, 3).map(({ instancePath, message = '', params }) => {
    const place = instancePath.slice(1).replaceAll('/', '.')
    const where = place === '' ? 'it' : `\`${place}\``
    const unknown = typeof params.additionalProperty === 'string' ? params.additionalProperty : null
    if (unknown !== null) return `${where} must not have \`${unknown}\``
    if (params.allowedValue === 'a function') return `${where} must be a function`
    return `${where} ${message}`
  })
  return told.join('; ')
}

function nearOf(errors: ErrorObject[] | null | undefined): string | undefined {
  const [first] = errors ?? []
  if (typeof first?.params.additionalProperty === 'string') return first.params.additionalProperty
  return first?.instancePath.split('/').filter((word) => word !== '' && !/^\d+$/.test(word))[1]
}

// As the option `speech.provider` has them.
const ownProviders: readonly string[] = ['none', 'espeak', 'wyoming', 'home_assistant']

/** What only somebody who knows what the words mean can find. */
function partsFault(plugin: Plugin): PluginFault | null {
  const parts = [
    ...Object.entries(plugin.triggers ?? {}).map(([name, part]) => ({ what: 'trigger', name, part })),
    ...Object.entries(plugin.conditions ?? {}).map(([name, part]) => ({ what: 'condition', name, part })),
    ...Object.entries(plugin.actions ?? {}).map(([name, part]) => ({ what: 'action', name, part })),
  ]
  for (const { what, name, part } of parts) {
    const fault = optionsFault(part.options, part.shorthand) ?? exampleFault(name, part)
    if (fault !== null) return schemaFault(`the ${what} \`${name}\`: ${fault}`, name)
  }
  for (const [name, { signature }] of Object.entries(plugin.functions ?? {}))
    if (readSignature(name, signature) === null)
      return schemaFault(
        `the function \`${name}\`: its signature must read as \`${name}(string): bool\`, of string, number and bool`,
        name,
      )
  for (const [name, { options, shorthand }] of Object.entries(plugin.playlistSources ?? {})) {
    const fault = optionsFault(options, shorthand)
    if (fault !== null) return schemaFault(`the playlist source \`${name}\`: ${fault}`, name)
  }
  for (const name of Object.keys(plugin.speechProviders ?? {}))
    if (ownProviders.includes(name))
      return schemaFault(`the speech provider \`${name}\` is called as one of the product itself`, name)
  const config = plugin.config === undefined ? null : optionsFault(plugin.config)
  return config === null ? null : schemaFault(`\`config\`: ${config}`, 'config')
}
