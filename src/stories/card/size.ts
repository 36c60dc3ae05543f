import { type Scene, type Setting, type Story, type Way, waysOf } from '../../core/story.ts'
import { compiled } from '../compiled.ts'
import { countedChapters } from './unfold.ts'

/** How large a story is as a card, and what makes it so. */
export interface CardSize {
  /** As many as are counted at most where `isMore`. */
  readonly chapters: number
  readonly isMore: boolean
  /** The vars without which it would have fewer, the one that saves most first, each with the chapters that are left. */
  readonly factors: readonly { readonly name: string; readonly chapters: number }[]
}

// Several times what a card holds: whoever is that far off does not count any more.
const mostCounted = 300

// Each is unfolded once more.
const mostFactors = 8

/** Null where it is not its size that keeps it from being a card. `breathe` is asked for between two parts of the work. */
export async function cardSize(story: Story, breathe: () => Promise<void>): Promise<CardSize | null> {
  const counted = (one: Story) => countedChapters(compiled(one), { most: mostCounted, breathe })
  const chapters = await counted(story)
  if (chapters === null) return null
  const factors: { readonly name: string; readonly chapters: number }[] = []
  for (const name of varsSet(story).slice(0, mostFactors)) {
    await breathe()
    const left = await counted(without(story, name))
    if (left !== null && left < chapters) factors.push({ name, chapters: left })
  }
  factors.sort((one, other) => one.chapters - other.chapters)
  return { chapters: Math.min(chapters, mostCounted), isMore: chapters > mostCounted, factors }
}

/** The vars that it ever sets: the others make nothing larger. */
export function varsSet({ vars, scenes }: Pick<Story, 'vars' | 'scenes'>): readonly string[] {
  const all = [...scenes.values()].flatMap((scene) => [scene.set, ...waysOf(scene).map(({ way }) => way.set)])
  const names = new Set(all.flat().map(({ name }) => name))
  return [...vars.keys()].filter((name) => names.has(name))
}

/** The story as it would be if the var were never set. */
function without(story: Story, name: string): Story {
  const kept = (set: readonly Setting[]) => set.filter((setting) => setting.name !== name)
  const way = (one: Way): Way => ({ ...one, set: kept(one.set) })
  const asked = (one: Way | null) => one && way(one)
  const scene = (one: Scene): Scene => {
    const { exit } = one
    const set = kept(one.set)
    switch (exit.kind) {
      case 'question': {
        const [left, right, silence] = [asked(exit.left), asked(exit.right), asked(exit.silence)]
        return { ...one, set, exit: { ...exit, left, right, silence } }
      }
      case 'go':
        return { ...one, set, exit: { ...exit, way: way(exit.way) } }
      case 'branch':
        return {
          ...one,
          set,
          exit: { ...exit, lines: exit.lines.map((line) => ({ ...line, way: way(line.way) })) },
        }
      case 'random':
        return {
          ...one,
          set,
          exit: { ...exit, picks: exit.picks.map((pick) => ({ ...pick, way: way(pick.way) })) },
        }
      case 'ending':
        return { ...one, set }
    }
  }
  return { ...story, scenes: new Map([...story.scenes].map(([id, one]) => [id, scene(one)])) }
}
