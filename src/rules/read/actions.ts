import type { Node } from '../../language/node.ts'
import type { ActionDef } from '../plugin.ts'
import type { Bound } from '../rule-set.ts'
import type { Step } from '../step.ts'
import { allOf, type Binding, type BoundNode, bind, withOwnIf } from './bind.ts'
import { type ConditionReading, readConditions } from './conditions.ts'
import { type Control, isControl, readControl, type WrittenWay } from './control.ts'
import type { Declared } from './declared.ts'
import { readSettings } from './settings.ts'
import { readTexts } from './texts.ts'

/** What expressions of the rule may name, known once its triggers are read. */
export type ActionReading = ConditionReading & { readonly declared: Declared }

/** An item of `do` whose kind and options are good; what is written in it as expressions waits for their names. */
export interface FoundStep {
  readonly enabled: boolean
  /** Null after errors, which are reported. */
  finish(reading: ActionReading): FinishedStep | null
}

export interface FinishedStep {
  readonly step: Step
  /** The actions of the catalog it is or holds, also those that are switched off, for messages about what they refer to. */
  readonly acts: readonly ActNode[]
}

export interface ActNode {
  readonly bound: Bound<ActionDef>
  readonly node: Node
}

/** All of a list and of what stands in it, or null where one of them was wrong. */
export function findSteps(
  nodes: readonly Node[],
  binding: Binding<ActionDef>,
  depth = 0,
): readonly FoundStep[] | null {
  return allOf(
    nodes.map((node) => {
      if (isControl(node, binding.definitions)) return findControl(node, binding, depth + 1)
      const item = bind(node, binding)
      return item === undefined ? null : foundAct(item)
    }),
  )
}

/** Those that are switched on, with the actions of all; null after errors. */
export function finishSteps(found: readonly FoundStep[], reading: ActionReading): FinishedList | null {
  const all = allOf(
    found.map((one) => {
      const finished = one.finish(reading)
      return finished === null ? null : { ...finished, enabled: one.enabled }
    }),
  )
  if (all === null) return null
  return {
    steps: all.filter(({ enabled }) => enabled).map(({ step }) => step),
    acts: all.flatMap(({ acts }) => acts),
  }
}

interface FinishedList {
  readonly steps: readonly Step[]
  readonly acts: readonly ActNode[]
}

function foundAct(item: BoundNode<ActionDef>): FoundStep {
  return {
    enabled: item.enabled,
    finish(reading) {
      const own = withOwnIf(item, reading)
      if (own === null) return null
      const { bound, node } = own
      const texts = readTexts(node, bound.definition, reading)
      const settings = bound.definition.setsValues === true ? readSettings(node, reading) : []
      if (texts === null || settings === null) return null
      const whole = {
        ...bound,
        ...(texts.size === 0 ? {} : { texts }),
        ...(settings.length === 0 ? {} : { settings }),
      }
      return { step: { ...whole, does: 'act' }, acts: [{ bound: whole, node }] }
    },
  }
}

// More than anybody follows.
const deepest = 8

function findControl(node: Node, binding: Binding<ActionDef>, depth: number): FoundStep | null {
  const { report } = binding
  if (depth > deepest) {
    const message = `actions stand in one another more than ${deepest} levels deep`
    report.add(node, 'error', 'type/value', message, 'make several rules of it')
    return null
  }
  const control = node.kind === 'map' ? readControl(node, report) : undefined
  if (control === undefined) return null
  const ways = allOf(
    control.ways.map((way) => {
      const inner = findSteps(way.do, binding, depth)
      return inner === null ? null : { way, inner }
    }),
  )
  return ways === null ? null : foundChoice(control, ways)
}

interface FoundWay {
  readonly way: WrittenWay
  readonly inner: readonly FoundStep[]
}

function foundChoice({ kind, name, enabled, if: own }: Control, found: readonly FoundWay[]): FoundStep {
  return {
    enabled,
    finish(reading) {
      const conditions = own === null ? [] : readConditions(own, reading)
      const ways = allOf(found.map((one) => finishWay(one, reading)))
      if (conditions === null || ways === null) return null
      const step: Step = {
        does: 'choose',
        kind,
        ...(name === undefined ? {} : { name }),
        ...(conditions.length === 0 ? {} : { if: conditions }),
        ways: ways.map(({ conditions, list }) => ({ if: conditions, do: list.steps })),
      }
      return { step, acts: ways.flatMap(({ list }) => list.acts) }
    },
  }
}

function finishWay({ way, inner }: FoundWay, reading: ActionReading) {
  const conditions = way.if === null ? null : readConditions(way.if, reading)
  const list = finishSteps(inner, reading)
  if (list === null || (way.if !== null && conditions === null)) return null
  return { conditions, list }
}
