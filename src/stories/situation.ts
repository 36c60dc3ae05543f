import { answers, type Cause, type Setting, type Story, type Way } from '../core/story.ts'
import { fittedTo, type PlainValue } from '../core/value-form.ts'
import type { CompiledStory } from './compiled.ts'

/** Where somebody is in a story: all that decides how it can go on from there. */
export interface Situation {
  readonly scene: string
  /** By var, as they are once the scene has begun. */
  readonly vars: Readonly<Record<string, PlainValue>>
  /** By scene with `not_twice`: which of its picks was taken last, from 0. */
  readonly picked: Readonly<Record<string, number>>
}

/** What a scene was come to with. */
export interface Entered {
  readonly situation: Situation
  readonly clamped: readonly Clamped[]
}

/** A var that was to be set beyond its bounds, and stayed within. */
export interface Clamped {
  readonly name: string
  /** The scene that says so, on its way out or as it begins. */
  readonly scene: string
  /** Where it stays. */
  readonly at: PlainValue
}

/** One way out of a situation. */
export interface Out extends Entered {
  readonly cause: Cause
  /** Of chance: how likely it is beside the others; 1 elsewhere. */
  readonly weight: number
}

/** The situation that the story begins with, or another scene with everything as it is at the start. */
export function beginning(compiled: CompiledStory, scene: string = compiled.story.start): Entered {
  const vars = Object.fromEntries([...compiled.story.vars.values()].map(({ id, start }) => [id, start]))
  return entered(compiled, { scene, vars, picked: {} })
}

/** The scene with the vars as they are, and what it sets as it begins. */
export function enter(compiled: CompiledStory, situation: Situation, scene: string): Entered {
  return entered(compiled, { ...situation, scene })
}

/**
 * Every way out of the situation, in the order in which they are written; of a branch the one line that holds, and none
 * where none does. Of chance all that may come. An ending has none.
 */
export function waysOut(compiled: CompiledStory, situation: Situation): readonly Out[] {
  const exit = compiled.story.scenes.get(situation.scene)?.exit
  const outBy = (cause: Cause, way: Way, weight = 1, picked = situation.picked): readonly Out[] =>
    out(compiled, { ...situation, picked }, { cause, way, weight })
  switch (exit?.kind) {
    case undefined:
    case 'ending':
      return []
    case 'question':
      return answers.flatMap((kind) => {
        const way = exit[kind]
        return way === null ? [] : outBy({ kind }, way)
      })
    case 'go':
      return outBy({ kind: 'go' }, exit.way)
    case 'branch': {
      const index = exit.lines.findIndex((line) => line.if === null || holds(compiled, line.if, situation))
      const line = exit.lines[index]
      return line === undefined ? [] : outBy({ kind: 'branch', index }, line.way)
    }
    case 'random': {
      const last = exit.notTwice && exit.picks.length > 1 ? situation.picked[situation.scene] : undefined
      return exit.picks.flatMap(({ way, weight }, index) => {
        if (index === last) return []
        const picked = exit.notTwice ? { ...situation.picked, [situation.scene]: index } : situation.picked
        return outBy({ kind: 'random', index }, way, weight, picked)
      })
    }
  }
}

/** The same vars and chance in another scene, as when it is bedtime. */
export function elsewhere(compiled: CompiledStory, situation: Situation, scene: string): Entered {
  return entered(compiled, { ...situation, scene })
}

/** Tells situations of one story apart. */
export function keyOf({ scene, vars, picked }: Situation): string {
  return JSON.stringify([scene, Object.values(vars), Object.entries(picked).sort(byName)])
}

function byName([one]: readonly [string, number], [other]: readonly [string, number]): number {
  return one < other ? -1 : 1
}

interface Going {
  readonly cause: Cause
  readonly way: Way
  readonly weight: number
}

function out(compiled: CompiledStory, from: Situation, { cause, way, weight }: Going): readonly Out[] {
  if (!compiled.story.scenes.has(way.to)) return []
  const left = changed(compiled, from, way.set)
  const { situation, clamped } = entered(compiled, { ...from, scene: way.to, vars: left.vars })
  return [{ cause, weight, situation, clamped: [...left.clamped, ...clamped] }]
}

/** As it is once the scene has begun. */
function entered(compiled: CompiledStory, situation: Situation): Entered {
  const scene = compiled.story.scenes.get(situation.scene)
  const { vars, clamped } = changed(compiled, situation, scene?.set ?? [])
  return { situation: { ...situation, vars }, clamped }
}

/** One after the other, so that each knows what those before it have set. What has no value leaves the var as it is. */
function changed(
  compiled: CompiledStory,
  { scene, vars: before }: Situation,
  settings: readonly Setting[],
): { readonly vars: Situation['vars']; readonly clamped: readonly Clamped[] } {
  const clamped: Clamped[] = []
  let vars = before
  for (const setting of settings) {
    const fitted = fittedBy(compiled, vars, setting)
    if (fitted === null) continue
    if (fitted.isBeyond) clamped.push({ name: setting.name, scene, at: fitted.value })
    vars = { ...vars, [setting.name]: fitted.value }
  }
  return { vars, clamped }
}

/** The value that it gets; a number between two whole ones is no number beyond its bounds. */
function fittedBy(
  compiled: CompiledStory,
  vars: Situation['vars'],
  setting: Setting,
): { readonly value: PlainValue; readonly isBeyond: boolean } | null {
  const form = formOf(compiled.story, setting.name)
  const outcome = compiled.setting(setting)?.evaluate(vars)
  if (form === undefined || outcome === undefined || 'fault' in outcome) return null
  const { value: asked } = outcome
  const fitted = fittedTo(form, asked)
  const isBeyond =
    form.type === 'number' && typeof asked === 'number' && (asked < form.min || asked > form.max)
  return fitted && { value: fitted.value, isBeyond }
}

function formOf({ vars }: Story, name: string) {
  return vars.get(name)?.form
}

function holds(compiled: CompiledStory, condition: string, { vars }: Situation): boolean {
  const outcome = compiled.condition(condition)?.evaluate(vars)
  return outcome !== undefined && 'value' in outcome && outcome.value === true
}
