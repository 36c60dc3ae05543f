import { answers, type BranchLine, type Cause, type Way } from '../core/story.ts'
import type { PlainValue } from '../core/value-form.ts'
import { type Changed, changed, mostListed } from './changed.ts'
import type { CompiledStory } from './compiled.ts'
import { verdictOn } from './verdict.ts'

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
  /** Of any house: there are more like it than are listed. */
  readonly isPartial?: true
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
export function beginning(compiled: CompiledStory, scene?: string): Entered {
  return only(beginnings(compiled, scene))
}

/** The same in any house: all that it may begin with. */
export function beginnings(
  compiled: CompiledStory,
  scene: string = compiled.story.start,
): readonly Entered[] {
  const vars = Object.fromEntries([...compiled.story.vars.values()].map(({ id, start }) => [id, start]))
  return entered(compiled, { scene, vars, picked: {} })
}

/** The scene with the vars and chance as they are, and what it sets as it begins. */
export function enter(compiled: CompiledStory, situation: Situation, scene: string): Entered {
  return only(entrances(compiled, situation, scene))
}

/** The same in any house: all that it may come to. */
export function entrances(compiled: CompiledStory, situation: Situation, scene: string): readonly Entered[] {
  return entered(compiled, { ...situation, scene })
}

/**
 * Every way out of the situation, in the order in which they are written; of a branch the one line that holds, and none
 * where none does. Of chance all that may come, and in any house all that may come there. An ending has none.
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
    case 'branch':
      return openLines(compiled, exit.lines, situation).open.flatMap(({ index, line }) =>
        outBy({ kind: 'branch', index }, line.way),
      )
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

/**
 * The first line that holds; in any house all that may be the first. `isSure`: one of them surely holds, however the house
 * is.
 */
export function openLines(
  compiled: CompiledStory,
  lines: readonly BranchLine[],
  { vars }: Pick<Situation, 'vars'>,
): {
  readonly open: readonly { readonly index: number; readonly line: BranchLine }[]
  readonly isSure: boolean
} {
  const open: { readonly index: number; readonly line: BranchLine }[] = []
  for (const [index, line] of lines.entries()) {
    const verdict = line.if === null ? 'yes' : verdictOn(compiled, line.if, vars)
    if (verdict !== 'no') open.push({ index, line })
    if (verdict === 'yes') return { open, isSure: true }
  }
  return { open, isSure: false }
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
  const all = changed(compiled, from, { settings: way.set })
  const most = Math.ceil(mostListed / all.length)
  const outs: Out[] = []
  for (const { vars, clamped, isPartial } of all)
    for (const there of entered(compiled, { ...from, scene: way.to, vars }, most))
      outs.push({
        ...{ cause, weight, situation: there.situation },
        clamped: clamped.length === 0 ? there.clamped : [...clamped, ...there.clamped],
        ...partialIf(isPartial || there.isPartial === true),
      })
  return outs
}

/** As it is once the scene has begun. */
function entered(
  compiled: CompiledStory,
  situation: Situation,
  most: number = mostListed,
): readonly Entered[] {
  const settings = compiled.story.scenes.get(situation.scene)?.set ?? []
  return changed(compiled, situation, { settings, most }).map(({ vars, clamped, isPartial }: Changed) => ({
    situation: { ...situation, vars },
    clamped,
    ...partialIf(isPartial),
  }))
}

function partialIf(isPartial: boolean): Pick<Entered, 'isPartial'> {
  return isPartial ? { isPartial } : {}
}

/** In a house that answers there is one. */
function only(all: readonly Entered[]): Entered {
  const [first] = all
  if (first === undefined) throw new RangeError('a scene is always come to')
  return first
}
