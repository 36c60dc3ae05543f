import { Type } from 'typebox'
import { decode } from '../../../language/check.ts'
import { durationMs, durationUpToAWeek } from '../../../language/duration.ts'
import { didYouMean } from '../../../language/names.ts'
import { isEmpty, type MapEntry, type MapNode, type Node } from '../../../language/node.ts'
import { readTagged } from '../../../language/tagged.ts'
import { quote } from '../../../language/wording.ts'
import type { TriggerDef } from '../../plugin.ts'
import type { WaitForStep } from '../../step.ts'
import { allOf, type BoundNode, bindAll, bindTagged, isEnabled, withOwnIf } from '../bind.ts'
import {
  type Finding,
  type FinishedList,
  type FoundStep,
  finishSteps,
  foundGrammar,
  noParts,
  partsOf,
  type ReadGrammar,
} from './found.ts'
import { itemsOrOneIn } from './lists.ts'

/** How long is waited; `none` is for ever. */
const timeoutSchema = Type.Union([Type.Literal('none'), durationUpToAWeek], {
  expected: 'a length of time such as "5m", or none',
})
/** What may be done when the time is over, beside a list of actions. */
export const afterTimeout = ['continue', 'stop'] as const
const besideTrigger = ['timeout', 'on_timeout']
const anything = Type.Unknown()
const anySchema = Type.Object(
  { any: anything, timeout: Type.Optional(anything), on_timeout: Type.Optional(anything) },
  { additionalProperties: false },
)

/** `wait_for: {button: right, timeout: 5m, on_timeout: […]}`, or `{any: [triggers], …}`. */
export const readWaitFor: ReadGrammar = (item, finding) => {
  const { key, value } = item
  if (value.kind !== 'map') return refuseShape(item, finding)
  const when = triggersIn(value, finding)
  const timeoutMs = timeoutIn(value, finding)
  const after = afterIn(value, finding)
  if (when === null || timeoutMs === undefined || after === null) return null
  if (!when.some(isEnabled)) {
    const message = '`wait_for` has nothing to wait for: all its triggers are switched off'
    finding.report.add(
      key,
      'error',
      'type/value',
      message,
      'to leave it out, put `enabled: false` beside `wait_for`',
    )
    return null
  }
  if (!isSensible(item, value, { timeoutMs, finding })) return null
  return foundGrammar(item, (reading) => {
    const awaited = allOf(when.map((trigger) => withOwnIf(trigger, reading)))
    const list = typeof after === 'string' ? after : finishSteps(after, reading)
    if (awaited === null || list === null) return null
    const own = { ...noParts, awaited, pauses: [key] }
    const step = {
      does: 'wait-for' as const,
      when: awaited.filter(isEnabled).map(({ bound }) => bound),
      timeoutMs,
      onTimeout: onTimeoutOf(list),
    }
    return { ...partsOf(typeof list === 'string' ? [own] : [own, list]), step }
  })
}

function onTimeoutOf(after: After<FinishedList>): WaitForStep['onTimeout'] {
  if (typeof after === 'object') return after.steps
  return after === 'stop' ? 'stop' : []
}

type After<List> = (typeof afterTimeout)[number] | List

/** One trigger with `timeout` and `on_timeout` beside it, or those of `any`. Null after errors. */
function triggersIn(
  value: MapNode,
  { report, declared, triggers }: Finding,
): readonly BoundNode<TriggerDef>[] | null {
  const binding = { what: 'trigger', definitions: triggers, report, declared }
  const kinds = [...triggers.keys(), 'any']
  const tagged = readTagged(value, report, { what: 'trigger', kinds, more: besideTrigger })
  if (tagged === undefined) return null
  if (triggers.has(tagged.kind)) {
    const one = bindTagged(tagged, binding)
    return one === undefined ? null : [one]
  }
  const entry = value.entries.get('any')
  // What may stand beside one trigger belongs to none of several.
  if (entry === undefined || decode(anySchema, value, report, { what: 'action `wait_for`' }) === undefined)
    return null
  const items = itemsOrOneIn(entry, 'a list of triggers', report)
  return items === undefined ? null : bindAll(items, binding)
}

/** Null for ever, undefined after errors. */
function timeoutIn({ entries }: MapNode, { report }: Finding): number | null | undefined {
  const entry = entries.get('timeout')
  if (entry === undefined) return null
  const place = isEmpty(entry.value) ? entry.key : entry.value
  const text = decode(timeoutSchema, { ...entry.value, span: place.span }, report, { what: '`timeout`' })
  if (text === undefined) return undefined
  return text === 'none' ? null : durationMs(text)
}

function afterIn({ entries }: MapNode, { report, find }: Finding): After<readonly FoundStep[]> | null {
  const entry = entries.get('on_timeout')
  if (entry === undefined) return 'continue'
  const { key, value } = entry
  const word = afterTimeout.find((known) => value.kind === 'scalar' && value.text === known)
  if (word !== undefined) return word
  if (value.kind !== 'scalar') {
    const items = itemsOrOneIn(entry, 'stop, continue or a list of actions', report)
    return items === undefined ? null : find(items)
  }
  const near = value.kind === 'scalar' ? didYouMean(value.text, afterTimeout) : null
  const question = near === null ? '' : ` - did you mean ${quote(near)}?`
  const message = `\`on_timeout\` takes stop, continue or a list of actions${question}`
  report.add(isEmpty(value) ? key : value, 'error', 'type/value', message)
  return null
}

/** Whether what is said of the time fits together; that it may be for ever is only warned of. */
function isSensible(
  { key, enabled }: MapEntryOf,
  { entries }: MapNode,
  { timeoutMs, finding }: { readonly timeoutMs: number | null; readonly finding: Finding },
): boolean {
  const { report } = finding
  const late = entries.get('on_timeout')
  if (timeoutMs === null && late !== undefined) {
    const message = '`on_timeout` needs a `timeout`: without one the time is never over'
    report.add(late.key, 'error', 'key/missing', message, 'say how long, as in `timeout: 5m`')
    return false
  }
  if (entries.has('timeout') || !enabled) return true
  const message = 'this may wait for ever: it does not say how long'
  const help = 'write `timeout: 5m`, or `timeout: none` if for ever is what you mean'
  report.add(key, 'warning', 'rule/endless-wait', message, help)
  return true
}

interface MapEntryOf extends Pick<MapEntry, 'key'> {
  readonly enabled: boolean
}

function refuseShape({ key, value }: { readonly key: Node; readonly value: Node }, finding: Finding): null {
  const message = '`wait_for` takes a trigger, and beside it `timeout`'
  const help = isDuration(value)
    ? `to wait for a length of time write \`wait: ${value.text}\``
    : value.kind === 'list'
      ? 'put several triggers below `any`: `wait_for: {any: […], timeout: 5m}`'
      : 'as in `wait_for: {button: right, timeout: 5m}`'
  finding.report.add(isEmpty(value) ? key : value, 'error', 'type/value', message, help)
  return null
}

function isDuration(node: Node): node is Extract<Node, { kind: 'scalar' }> {
  return node.kind === 'scalar' && durationMs(node.text) > 0
}
