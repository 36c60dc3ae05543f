import type { Cause } from '../../core/story.ts'
import type { CompiledStory } from '../compiled.ts'
import {
  beginnings,
  type Clamped,
  type Entered,
  entrances,
  keyOf,
  type Out,
  type Situation,
  waysOut,
} from '../situation.ts'

/** A situation that can be come to. */
export interface Reached {
  readonly situation: Situation
  /** Its ways out with the situations they lead to; null where the search ended before it was looked into. */
  readonly outs: readonly Edge[] | null
  /** By which way it was first come to, on a shortest path; null for a beginning. */
  readonly by: { readonly from: number; readonly cause: Cause } | null
}

export interface Edge extends Pick<Out, 'cause' | 'clamped'> {
  /** The number of the situation it leads to. */
  readonly to: number
}

/** All situations of a story, or as many as were looked for. */
export interface Explored {
  readonly compiled: CompiledStory
  /** By number; the beginning is the first. */
  readonly reached: readonly Reached[]
  /** What was to be set beyond its bounds where no way led to: at a beginning, and at bedtime. */
  readonly clampedAtOnce: readonly Clamped[]
  /** Whether there are more than were looked into: then nothing is known of those. */
  readonly isCapped: boolean
  /** Whether that is so because a var may be set from the house to more values than were listed. */
  readonly isPartial: boolean
}

/** As many as can be searched each time a file is saved. */
export const mostSituations = 20_000
// Chance may have fifty ways out of each.
const mostEdges = 10 * mostSituations

/**
 * Every situation that somebody could come to, nearest first: from the beginning, from where "start again" leads, and
 * what comes at bedtime. Chance counts as all that it could bring, and where the story lies in any house, that too.
 */
export async function explored(
  compiled: CompiledStory,
  { most = mostSituations, breathe }: { readonly most?: number; readonly breathe: () => Promise<void> },
): Promise<Explored> {
  const { story } = compiled
  const numbers = new Map<string, number>()
  const reached: { situation: Situation; outs: readonly Edge[] | null; by: Reached['by'] }[] = []
  const numberOf = (situation: Situation, by: Reached['by']): number => {
    const key = keyOf(situation)
    const known = numbers.get(key)
    if (known !== undefined) return known
    numbers.set(key, reached.length)
    reached.push({ situation, outs: null, by })
    return reached.length - 1
  }
  const clampedAtOnce: Clamped[] = []
  let isPartial = false
  const begin = (all: readonly Entered[]) => {
    for (const one of all) {
      numberOf(one.situation, null)
      clampedAtOnce.push(...one.clamped)
      isPartial ||= one.isPartial === true
    }
  }
  for (const scene of new Set([story.start, story.home])) begin(beginnings(compiled, scene))
  let next = 0
  let edges = 0
  // Where not all is listed, nothing can be said of all of it.
  for (; next < reached.length && reached.length <= most && edges <= mostEdges && !isPartial; next++) {
    const here = reached[next]
    if (here === undefined) break
    const from = next
    const { situation } = here
    const ways = waysOut(compiled, situation)
    here.outs = ways.map(({ cause, clamped, situation: there }) => ({
      ...{ cause, clamped },
      to: numberOf(there, { from, cause }),
    }))
    isPartial ||= ways.some((way) => way.isPartial === true)
    edges += here.outs.length
    const isAsked = story.scenes.get(situation.scene)?.exit.kind === 'question'
    if (isAsked && story.bedtime !== null && situation.scene !== story.bedtime)
      begin(entrances(compiled, situation, story.bedtime))
    await breathe()
  }
  return { compiled, reached, clampedAtOnce, isPartial, isCapped: isPartial || next < reached.length }
}

/** A step of a path: what led on from a scene. */
export interface PathStep {
  readonly scene: string
  readonly cause: Cause
}

/** How the situation is come to, from a beginning on. */
export function pathTo({ reached }: Pick<Explored, 'reached'>, number: number): readonly PathStep[] {
  const path: PathStep[] = []
  for (let by = reached[number]?.by ?? null; by !== null; by = reached[by.from]?.by ?? null)
    path.push({ scene: reached[by.from]?.situation.scene ?? '', cause: by.cause })
  return path.reverse()
}
