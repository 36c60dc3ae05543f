import type { Node } from '../../language/node.ts'
import type { Report } from '../../language/report.ts'
import { readTagged, type Tagged } from '../../language/tagged.ts'
import type { ActionDef } from '../plugin.ts'
import type { Registry } from '../registry.ts'
import { allOf, type BoundNode, bindTagged, optionsIn, withOwnIf } from './bind.ts'
import type { Declared } from './declared.ts'
import { readSettings } from './settings.ts'
import { besideActions, onErrorIn } from './steps/beside.ts'
import { isIf, readChoose, readIf } from './steps/choose.ts'
import {
  type Finding,
  type FoundStep,
  type GrammarItem,
  noParts,
  type PartNode,
  type ReadGrammar,
} from './steps/found.ts'
import { readParallel } from './steps/parallel.ts'
import { readRepeat } from './steps/repeat.ts'
import { readStop } from './steps/stop.ts'
import { readWait } from './steps/wait.ts'
import { readWaitFor } from './steps/wait-for.ts'
import { aimed } from './target.ts'
import { readTexts } from './texts.ts'

/** What says when, whether and how often actions are done, by the key that people write. `if` is known by its `then`. */
const grammar: ReadonlyMap<string, ReadGrammar> = new Map([
  ['choose', readChoose],
  ['wait', readWait],
  ['wait_for', readWaitFor],
  ['repeat', readRepeat],
  ['parallel', readParallel],
  ['stop', readStop],
])

/** The kinds of actions that no plug-in brings. */
export const grammarKinds: readonly string[] = [...grammar.keys()]

// What tools of other houses write beside the kind.
const innerKeys: ReadonlyMap<string, readonly string[]> = new Map([
  ['wait_for', ['timeout', 'on_timeout']],
  ['repeat', ['times', 'while', 'max', 'do']],
  ['choose', ['else']],
])

// More than anybody follows.
const deepest = 8

export interface ActionsReading {
  readonly registry: Registry
  readonly report: Report
  readonly declared: Declared
  /** Gets each action that is sound by itself. */
  readonly seen?: PartNode<ActionDef>[]
}

/** All of a list and of what stands in it, or null where one of them was wrong. */
export function findSteps(
  nodes: readonly Node[],
  reading: ActionsReading,
  depth = 0,
): readonly FoundStep[] | null {
  return allOf(nodes.map((node) => findStep(node, reading, depth)))
}

function findStep(written: Node, reading: ActionsReading, depth: number): FoundStep | null {
  const { registry, report, declared } = reading
  const definitions = registry.actions
  const node = withoutBareStop(written)
  const kinds = [...definitions.keys(), ...grammarKinds]
  const finding: Finding = {
    ...{ report, declared, triggers: registry.triggers },
    find: (inner) => findSteps(inner, reading, depth + 1),
  }
  const isDeep = () => isTooDeep(node, depth, report)
  if (isIf(node, kinds)) return isDeep() ? null : readIf(node, finding)
  if (isSequence(node, kinds, report)) return null
  const tagged = readTagged(node, report, {
    ...{ what: 'action', kinds, more: besideActions, inner: innerKeys },
    optionsOf: (kind) => optionsIn(definitions.get(kind)),
  })
  if (tagged === undefined) return null
  const beside = onErrorIn(tagged, report)
  const read = definitions.has(tagged.kind) ? undefined : grammar.get(tagged.kind)
  if (read === undefined) {
    const item = bindTagged(tagged, { what: 'action', definitions, report, declared, ...seenIn(reading) })
    return item === undefined || beside === null ? null : foundAct(item, tagged, beside)
  }
  if (beside === null || (holdsOthers(read) && isDeep())) return null
  return read(itemOf(tagged, beside), finding)
}

/** `- stop` is `- stop:`. */
function withoutBareStop(node: Node): Node {
  if (node.kind !== 'scalar' || node.quoted || node.text !== 'stop') return node
  const { end } = node.span
  const value = { ...node, text: '', span: { ...node.span, start: end } }
  return { kind: 'map', entries: new Map([['stop', { key: node, value }]]), span: node.span }
}

/** Home Assistant's way to make one action of several. */
function isSequence(node: Node, kinds: readonly string[], report: Report): boolean {
  const entry = node.kind === 'map' ? node.entries.get('sequence') : undefined
  if (
    node.kind !== 'map' ||
    entry === undefined ||
    [...node.entries.keys()].some((key) => kinds.includes(key))
  )
    return false
  const message =
    'Home Assistant makes one action of several with `sequence`; here they stand in the list as they are'
  const help = 'in `parallel` those that go in a row are a list of their own'
  report.add(entry.key, 'error', 'key/ha-word', message, help)
  return true
}

function holdsOthers(read: ReadGrammar): boolean {
  return read !== readWait && read !== readStop
}

function isTooDeep(node: Node, depth: number, report: Report): boolean {
  if (depth < deepest) return false
  const message = `actions stand in one another more than ${deepest} levels deep`
  report.add(node, 'error', 'type/value', message, 'make several rules of it')
  return true
}

function itemOf(
  { kind, keyNode: key, value, name, enabled, if: own }: Tagged,
  beside: Pick<GrammarItem, 'onError'>,
): GrammarItem {
  return { kind, key, value, enabled, if: own ?? null, ...(name === undefined ? {} : { name }), ...beside }
}

function foundAct(
  item: BoundNode<ActionDef>,
  { keyNode: place }: Tagged,
  beside: Pick<GrammarItem, 'onError'>,
): FoundStep {
  return {
    enabled: item.enabled,
    place,
    finish(reading) {
      const own = withOwnIf(item, reading)
      if (own === null) return null
      const { node } = own
      const bound = aimed(own.bound, node, { ...reading, told: reading.environment.groups })
      if (bound === null) return null
      const texts = readTexts(node, bound.definition, reading)
      const settings = bound.definition.setsValues === true ? readSettings(node, reading) : []
      if (texts === null || settings === null) return null
      const whole = {
        ...bound,
        ...(texts.size === 0 ? {} : { texts }),
        ...(settings.length === 0 ? {} : { settings }),
      }
      return { ...noParts, step: { ...whole, ...beside, does: 'act' }, acts: [{ bound: whole, node }] }
    },
  }
}

function seenIn({ seen }: ActionsReading): Pick<ActionsReading, 'seen'> {
  return seen === undefined ? {} : { seen }
}
