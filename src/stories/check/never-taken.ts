import { type Cause, causeKey } from '../../core/story.ts'
import type { PlainValue } from '../../core/value-form.ts'
import type { CompiledStory } from '../compiled.ts'
import type { Situation } from '../situation.ts'
import { verdictOn } from '../verdict.ts'
import type { Explored } from './explored.ts'
import { namesIn } from './stuck.ts'

/** A line of a branch that nobody ever goes by. */
export interface NeverTaken {
  readonly scene: string
  readonly cause: Cause
  /** Where it would lead. */
  readonly to: string
  /** Null where it is the line that always holds. */
  readonly condition: string | null
  /** Whether one above it always holds as well. */
  readonly isSecondElse: boolean
  /** Whether its own condition may hold there: then a line above it holds too. */
  readonly mayHold: boolean
  /** By var that its condition asks for: the values that it has whenever somebody comes to the scene. */
  readonly there: ReadonlyMap<string, readonly PlainValue[]>
}

/** Of the scenes that somebody can come to. Every other way out of these is open to chance or to a press. */
export async function neverTakenIn(
  { compiled, reached }: Explored,
  { visited, breathe }: { readonly visited: ReadonlySet<string>; readonly breathe: () => Promise<void> },
): Promise<readonly NeverTaken[]> {
  const taken = new Set<string>()
  const byScene = new Map<string, Situation['vars'][]>()
  for (const { situation, outs } of reached) {
    const { scene, vars } = situation
    for (const { cause } of outs ?? []) taken.add(`${scene} ${causeKey(cause)}`)
    const known = byScene.get(scene)
    if (known === undefined) byScene.set(scene, [vars])
    else known.push(vars)
  }
  const found: NeverTaken[] = []
  for (const { id, exit } of compiled.story.scenes.values()) {
    if (exit.kind !== 'branch' || !visited.has(id)) continue
    const firstElse = exit.lines.findIndex((line) => line.if === null)
    for (const [index, line] of exit.lines.entries()) {
      const cause: Cause = { kind: 'branch', index }
      if (taken.has(`${id} ${causeKey(cause)}`)) continue
      const isSecondElse = line.if === null && firstElse < index
      const around = { scene: id, cause, to: line.way.to, condition: line.if, isSecondElse }
      const held = await heldBy(line.if, { compiled, here: byScene.get(id) ?? [], breathe })
      found.push({ ...around, ...held })
    }
  }
  return found
}

interface Here {
  readonly compiled: CompiledStory
  /** The vars of all who come there. */
  readonly here: readonly Situation['vars'][]
  readonly breathe: () => Promise<void>
}

async function heldBy(
  text: string | null,
  { compiled, here, breathe }: Here,
): Promise<Pick<NeverTaken, 'mayHold' | 'there'>> {
  if (text === null) return { mayHold: true, there: new Map() }
  let mayHold = false
  for (const vars of here) {
    mayHold = verdictOn(compiled, text, vars) !== 'no'
    if (mayHold) break
    await breathe()
  }
  const names = namesIn(compiled, [text])
  return {
    mayHold,
    there: new Map(names.map((name) => [name, [...new Set(here.flatMap((vars) => vars[name] ?? []))]])),
  }
}
