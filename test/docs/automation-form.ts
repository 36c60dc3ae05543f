import { type TSchema, Type } from 'typebox'
import { isRecord } from './blueprint.ts'
import { problemsIn } from './schema-check.ts'

// The part of Home Assistant's automations that our blueprints use, from its documentation ("Automation YAML").

const text = Type.String()
const texts = Type.Union([text, Type.Array(text)])
const flag = Type.Boolean()
const closed = { additionalProperties: false }
const optional = Type.Optional
const duration = Type.Object(
  { days: optional(Type.Number()), hours: optional(Type.Number()), minutes: optional(Type.Number()) },
  closed,
)

const variables = Type.Record(Type.String(), Type.Unknown())
const condition = Type.Object({ condition: Type.Literal('template'), value_template: text }, closed)
const automation = Type.Object(
  {
    mode: optional(Type.Enum(['single', 'restart', 'queued', 'parallel'])),
    max_exceeded: optional(Type.Enum(['silent', 'warning'])),
    trigger_variables: optional(variables),
    triggers: Type.Array(Type.Object({ trigger: text }), { minItems: 1 }),
    variables: optional(variables),
    conditions: optional(Type.Array(condition)),
    actions: Type.Array(Type.Object({}), { minItems: 1 }),
  },
  closed,
)

const triggers: Readonly<Record<string, TSchema>> = {
  state: Type.Object(
    {
      trigger: text,
      id: optional(text),
      entity_id: texts,
      from: optional(Type.Unknown()),
      to: optional(Type.Unknown()),
    },
    closed,
  ),
  homeassistant: Type.Object(
    { trigger: text, id: optional(text), event: Type.Enum(['start', 'shutdown']) },
    closed,
  ),
  mqtt: Type.Object(
    {
      trigger: text,
      id: optional(text),
      topic: text,
      payload: optional(text),
      value_template: optional(text),
      encoding: optional(text),
      qos: optional(Type.Enum([0, 1, 2])),
    },
    closed,
  ),
}

const target = Type.Object({ entity_id: texts }, closed)
/** Actions of Home Assistant that our blueprints call. */
const calls: Readonly<Record<string, TSchema>> = {
  'mqtt.publish': Type.Object(
    {
      action: text,
      data: Type.Object(
        { topic: text, payload: text, qos: optional(Type.Enum([0, 1, 2])), retain: optional(flag) },
        closed,
      ),
    },
    closed,
  ),
  'select.select_option': Type.Object(
    { action: text, target, data: Type.Object({ option: text }, closed) },
    closed,
  ),
  'scene.turn_on': Type.Object(
    {
      action: text,
      target,
      data: optional(Type.Object({ transition: Type.Number({ minimum: 0, maximum: 6553 }) }, closed)),
    },
    closed,
  ),
}
const steps: Readonly<Record<string, TSchema>> = {
  delay: Type.Object({ delay: duration }, closed),
  wait_template: Type.Object(
    { wait_template: text, timeout: optional(duration), continue_on_timeout: optional(flag) },
    closed,
  ),
  variables: Type.Object({ variables }, closed),
  if: Type.Object(
    { if: Type.Array(condition) },
    {
      additionalProperties: Type.Array(Type.Unknown()),
      propertyNames: { enum: ['if', 'then', 'else'] },
    },
  ),
}

/** What Home Assistant would refuse in the automation, its inputs filled in. */
export function automationProblems(filled: Readonly<Record<string, unknown>>): string[] {
  const wrong = problemsIn(automation, filled, 'automation')
  if (wrong.length > 0) return wrong
  return [
    ...listOf(filled.triggers).flatMap((trigger, place) =>
      kindProblems(trigger, { kinds: triggers, key: 'trigger', path: `triggers[${place}]` }),
    ),
    ...stepProblems(filled.actions, 'actions'),
  ]
}

function stepProblems(given: unknown, path: string): string[] {
  return listOf(given).flatMap((step, place) => {
    const at = `${path}[${place}]`
    if (!isRecord(step)) return [`${at} is no mapping`]
    if ('action' in step) return kindProblems(step, { kinds: calls, key: 'action', path: at })
    const kind = Object.keys(steps).find((each) => each in step)
    if (kind === undefined) return [`${at}: no action is called ${Object.keys(step).join(', ')}`]
    const inner =
      kind === 'if' ? stepProblems([...listOf(step.then), ...listOf(step.else)], `${at}.then`) : []
    return [...problemsIn(steps[kind] ?? Type.Never(), step, at), ...inner]
  })
}

function kindProblems(
  given: unknown,
  { kinds, key, path }: { kinds: Readonly<Record<string, TSchema>>; key: string; path: string },
): string[] {
  const kind = isRecord(given) ? String(given[key]) : ''
  const schema = kinds[kind]
  return schema === undefined ? [`${path}: unknown ${key} "${kind}"`] : problemsIn(schema, given, path)
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
