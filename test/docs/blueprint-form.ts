import { Type } from 'typebox'
import { type Blueprint, isRecord, usedInputs } from './blueprint.ts'
import { problemsIn } from './schema-check.ts'
import { selectors } from './selectors.ts'

// Home Assistant's form of a blueprint, from its documentation ("About the blueprint schema", "Blueprint selectors",
// "Automation YAML") and what its core accepts in components/blueprint and helpers/selector.

const text = Type.String()
const flag = Type.Boolean()
const closed = { additionalProperties: false }
const optional = Type.Optional

const form = Type.Object(
  {
    name: Type.String({ minLength: 1 }),
    description: optional(text),
    domain: Type.Literal('automation'),
    author: optional(text),
    source_url: optional(text),
    homeassistant: Type.Object({ min_version: Type.String({ pattern: '^\\d+\\.\\d+\\.\\d+$' }) }, closed),
    input: optional(Type.Object({})),
  },
  closed,
)
const section = Type.Object(
  {
    name: optional(text),
    icon: optional(Type.String({ pattern: '^mdi:' })),
    description: optional(text),
    collapsed: optional(flag),
    input: Type.Object({}),
  },
  closed,
)
const input = Type.Object(
  { name: text, description: optional(text), default: optional(Type.Unknown()), selector: Type.Object({}) },
  closed,
)

// The plural words of automations, and `trigger` and `action` within them.
const wordsSince = '2024.10.0'
const sectionsSince = '2024.6.0'

/** What Home Assistant would refuse in the form, and what it would silently make of it; none where all is well. */
export function formProblems(blueprint: Blueprint): string[] {
  const wrong = problemsIn(form, blueprint.form, 'blueprint')
  if (wrong.length > 0 || !isRecord(blueprint.form)) return wrong
  const { input: inputs, homeassistant } = blueprint.form
  const from = isRecord(homeassistant) ? String(homeassistant.min_version) : ''
  return [
    ...inputProblems(inputs ?? {}, { path: 'input', from, isNested: false }),
    ...tooOld(wordsSince, from, 'triggers, conditions and actions'),
    ...namesTwice(inputs ?? {}),
    ...useProblems(blueprint),
  ]
}

function inputProblems(
  inputs: unknown,
  { path, from, isNested }: { path: string; from: string; isNested: boolean },
): string[] {
  if (!isRecord(inputs)) return [`${path} is no mapping`]
  return Object.entries(inputs).flatMap(([name, given]) => {
    const place = `${path}.${name}`
    if (!isRecord(given) || !('input' in given))
      return [...problemsIn(input, given, place), ...selectorProblems(given, place, from)]
    if (isNested) return [`${place}: a section in a section`]
    return [
      ...problemsIn(section, given, place),
      ...tooOld(sectionsSince, from, place),
      ...hiddenProblems(given, place),
      ...inputProblems(given.input, { path: place, from, isNested: true }),
    ]
  })
}

/** What is folded away must not have to be filled in. */
function hiddenProblems(given: Record<string, unknown>, place: string): string[] {
  if (given.collapsed !== true || !isRecord(given.input)) return []
  return Object.entries(given.input)
    .filter(([, each]) => !isRecord(each) || !('default' in each))
    .map(([name]) => `${place}.${name} is folded away and has no default`)
}

function selectorProblems(given: unknown, place: string, from: string): string[] {
  if (!isRecord(given) || !isRecord(given.selector)) return []
  const [[kind, options] = ['', null], ...more] = Object.entries(given.selector)
  if (more.length > 0) return [`${place} has more than one selector`]
  const known = selectors[kind]
  if (known === undefined) return [`${place}: unknown selector "${kind}"`]
  const fields = isRecord(options) && isRecord(options.fields) ? Object.entries(options.fields) : []
  return [
    ...problemsIn(known.options, options ?? {}, `${place}.selector.${kind}`),
    ...(known.since === undefined ? [] : tooOld(known.since, from, `${place}, selector ${kind}`)),
    ...fields.flatMap(([name, field]) => selectorProblems(field, `${place}.${name}`, from)),
  ]
}

function useProblems({ inputs, automation: body }: Blueprint): string[] {
  const used = new Set(usedInputs(body))
  return [
    ...[...used].filter((name) => !inputs.has(name)).map((name) => `!input ${name} is not declared`),
    ...[...inputs.keys()].filter((name) => !used.has(name)).map((name) => `input ${name} is not used`),
  ]
}

function namesTwice(inputs: unknown): string[] {
  if (!isRecord(inputs)) return []
  const names = Object.entries(inputs).flatMap(([name, given]) =>
    isRecord(given) && isRecord(given.input) ? Object.keys(given.input) : [name],
  )
  return names
    .filter((name, place) => names.indexOf(name) !== place)
    .map((name) => `input ${name} is there twice`)
}

function tooOld(since: string, from: string, what: string): string[] {
  const [needed, allowed] = [since, from].map((version) =>
    version.split('.').reduce((sum, part) => sum * 1000 + Number(part), 0),
  )
  if (needed === undefined || allowed === undefined || needed <= allowed) return []
  return [`${what} needs Home Assistant ${since}, min_version is ${from}`]
}
