import { topicMatches } from '../../src/broker/topic-filter.ts'
import { isRecord } from './blueprint.ts'
import { isTemplate, render, type Scope } from './template.ts'
import { type Call, isTrue, textOf, type Value } from './template-values.ts'

/** An action that Home Assistant was asked for, its templates rendered. */
export interface Called {
  readonly action: string
  readonly data: Readonly<Record<string, Value>>
  readonly target: Readonly<Record<string, Value>>
}

interface House {
  /** The functions that templates may call. */
  readonly calls: Readonly<Record<string, Call>>
  readonly trigger?: Value
}

type Part = Readonly<Record<string, unknown>>

/** What an automation asks for in this house; empty where a condition does not hold. Delays take no time here. */
export function runAutomation(automation: Part, { calls, trigger }: House): Called[] {
  const start: Scope = { calls, variables: trigger === undefined ? {} : { trigger } }
  const scope = withVariables(automation.variables, start)
  if (!holds(automation.conditions, scope)) return []
  return stepsOf(automation.actions, scope)
}

/** `trigger` as the automation sees it, or undefined where the message does not trigger it. */
export function mqttTrigger(
  automation: Part,
  message: { readonly topic: string; readonly payload: string },
): Value {
  const { variables } = withVariables(automation.trigger_variables, { calls: {}, variables: {} })
  const payload_json = JSON.parse(message.payload) as Value
  const seen = listOf(automation.triggers).find((trigger) => {
    if (trigger.trigger !== 'mqtt') return false
    const filter = textOf(rendered(trigger.topic, { calls: {}, variables }))
    const value = rendered(trigger.value_template, { calls: {}, variables: { value_json: payload_json } })
    return topicMatches(filter, message.topic) && textOf(value) === trigger.payload
  })
  return seen === undefined ? undefined : { topic: message.topic, payload: message.payload, payload_json }
}

function stepsOf(steps: unknown, start: Scope): Called[] {
  const called: Called[] = []
  let scope = start
  for (const step of listOf(steps)) {
    if ('variables' in step) scope = withVariables(step.variables, scope)
    if ('wait_template' in step && !isTrue(rendered(step.wait_template, scope))) return called
    if ('if' in step) called.push(...stepsOf(holds(step.if, scope) ? step.then : step.else, scope))
    if ('action' in step)
      called.push({
        action: String(step.action),
        data: renderedIn(step.data, scope),
        target: renderedIn(step.target, scope),
      })
  }
  return called
}

function withVariables(given: unknown, { calls, variables }: Scope): Scope {
  let known = variables
  for (const [name, value] of Object.entries(isRecord(given) ? given : {}))
    known = { ...known, [name]: rendered(value, { calls, variables: known }) }
  return { calls, variables: known }
}

function holds(conditions: unknown, scope: Scope): boolean {
  return listOf(conditions).every(({ value_template }) => isTrue(rendered(value_template, scope)))
}

function renderedIn(part: unknown, scope: Scope): Readonly<Record<string, Value>> {
  const entries = Object.entries(isRecord(part) ? part : {})
  return Object.fromEntries(entries.map(([key, value]) => [key, rendered(value, scope)]))
}

function rendered(value: unknown, scope: Scope): Value {
  return typeof value === 'string' && isTemplate(value) ? render(value, scope) : (value as Value)
}

function listOf(value: unknown): Part[] {
  return Array.isArray(value) ? value.filter(isRecord) : []
}
