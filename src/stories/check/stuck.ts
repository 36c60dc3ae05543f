import type { CompiledStory } from '../compiled.ts'
import type { Situation } from '../situation.ts'
import { type Explored, type PathStep, pathTo } from './explored.ts'

/** A branch of which no line holds. */
export interface Stuck {
  /** In which that is so, of all that can be come to the nearest. */
  readonly situation: Situation
  readonly path: readonly PathStep[]
  /** The vars that its lines ask for. */
  readonly asked: readonly string[]
}

/** Each branch once. */
export function stuckIn(explored: Explored): readonly Stuck[] {
  const { compiled, reached } = explored
  const said = new Set<string>()
  return reached.flatMap(({ situation, outs }, number) => {
    const { scene } = situation
    const exit = compiled.story.scenes.get(scene)?.exit
    if (outs === null || outs.length > 0 || exit?.kind !== 'branch' || said.has(scene)) return []
    said.add(scene)
    const asked = namesIn(
      compiled,
      exit.lines.flatMap((line) => line.if ?? []),
    )
    return [{ situation, path: pathTo(explored, number), asked }]
  })
}

/** The vars that conditions ask for, each once, in the order in which the story declares them. */
export function namesIn(compiled: CompiledStory, conditions: readonly string[]): readonly string[] {
  const names = new Set(conditions.flatMap((text) => compiled.condition(text)?.names ?? []))
  return [...compiled.story.vars.keys()].filter((name) => names.has(name))
}
