import type { CompiledStory } from '../compiled.ts'
import { namesAskedIn } from '../house.ts'
import { openLines, type Situation } from '../situation.ts'
import { type Explored, type PathStep, pathTo } from './explored.ts'

/** A branch of which no line holds, or none has to: that is up to the house. */
export interface Stuck {
  /** In which that is so, of all that can be come to the nearest. */
  readonly situation: Situation
  readonly path: readonly PathStep[]
  /** The vars that its lines ask for. */
  readonly asked: readonly string[]
  /** What they ask the house, where a line may hold; empty where none does. */
  readonly upTo: readonly string[]
}

/** Each branch once. */
export function stuckIn(explored: Explored): readonly Stuck[] {
  const { compiled, reached } = explored
  const said = new Set<string>()
  return reached.flatMap(({ situation, outs }, number) => {
    const { scene } = situation
    const exit = compiled.story.scenes.get(scene)?.exit
    if (outs === null || exit?.kind !== 'branch' || said.has(scene)) return []
    // What leads on need not be all: in any house a line may hold that does not in another.
    const isSure = compiled.story.asks === undefined || openLines(compiled, exit.lines, situation).isSure
    if (outs.length > 0 && isSure) return []
    said.add(scene)
    const conditions = exit.lines.flatMap((line) => line.if ?? [])
    const upTo = outs.length > 0 ? askedOf(compiled, conditions) : []
    return [{ situation, path: pathTo(explored, number), asked: namesIn(compiled, conditions), upTo }]
  })
}

/** The vars that conditions ask for, each once, in the order in which the story declares them. */
export function namesIn(compiled: CompiledStory, conditions: readonly string[]): readonly string[] {
  const names = new Set(conditions.flatMap((text) => compiled.condition(text)?.names ?? []))
  return [...compiled.story.vars.keys()].filter((name) => names.has(name))
}

/** What conditions ask the house, each once, as it is written. */
function askedOf(compiled: CompiledStory, conditions: readonly string[]): readonly string[] {
  const { vars } = compiled.story
  const all = conditions.flatMap((text) => {
    const expression = compiled.condition(text)
    return expression === undefined ? [] : namesAskedIn(expression, vars)
  })
  return [...new Set(all)]
}
