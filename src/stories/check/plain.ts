import { type Story, waysOf } from '../../core/story.ts'
import { eachAlone, lostIn, roundIn, type Trap } from './trap.ts'

/** What the bare map of scenes tells, whatever the vars are: all that can be said where there is too much to search. */
export interface PlainReach {
  /** Scenes to which some way leads from a beginning. */
  readonly reached: ReadonlySet<string>
  /** Scenes to which somebody comes and from which no way at all leads to an ending. */
  readonly trap: Trap | null
}

/** Goes along every way that is written, be it open or not. `visited`: scenes that the search has come to. */
export async function plainReach(
  { scenes, start, home, bedtime }: Story,
  { visited, breathe }: { readonly visited: ReadonlySet<string>; readonly breathe: () => Promise<void> },
): Promise<PlainReach> {
  const ids = new Set([start, home, ...(bedtime === null ? [] : [bedtime])])
  for (const id of ids) {
    const scene = scenes.get(id)
    for (const { way } of scene === undefined ? [] : waysOf(scene)) if (scenes.has(way.to)) ids.add(way.to)
  }
  const order = [...ids]
  const numbers = new Map(order.map((id, number) => [id, number]))
  const ways = order.map((id) => {
    const scene = scenes.get(id)
    return scene === undefined ? [] : waysOf(scene).flatMap(({ way }) => numbers.get(way.to) ?? [])
  })
  const idOf = (number: number) => order[number] ?? ''
  const isEnding = (number: number) => scenes.get(idOf(number))?.exit.kind === 'ending'
  // A way that leads elsewhere may never be open.
  const lost = lostIn(ways.map(eachAlone), isEnding).filter((number) => visited.has(idOf(number)))
  const trap =
    lost.length === 0
      ? null
      : {
          ...{ scenes: lost.map(idOf), vars: {}, path: [], isUpToHouse: false },
          round: (await roundIn(ways, lost, breathe)).map(idOf),
        }
  return { reached: ids, trap }
}
