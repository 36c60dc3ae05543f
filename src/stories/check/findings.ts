import type { Story } from '../../core/story.ts'
import type { Clamped } from '../situation.ts'
import type { Explored } from './explored.ts'
import { type NeverTaken, neverTakenIn } from './never-taken.ts'
import { plainReach } from './plain.ts'
import { type Stuck, stuckIn } from './stuck.ts'
import { type Trap, trapIn } from './trap.ts'
import { type Unreachable, unreachableIn } from './unreachable.ts'

/** What a search through a story has found; places in files are added by who reads them. */
export interface StoryFindings {
  /** Whether there are more situations than were looked into. */
  readonly isCapped: boolean
  /** Whether that is so because the house may set a var to more values than were listed. */
  readonly isPartial: boolean
  /** Scenes that nobody can come to; `behind`: those that they alone lead to. */
  readonly unreachable: readonly Unreachable[]
  /** From where no ending can be come to any more. */
  readonly trap: Trap | null
  /** Branches of which no line holds, each once, with a situation in which that is so. */
  readonly stuck: readonly Stuck[]
  /** Lines of branches that nobody can ever go by. */
  readonly neverTaken: readonly NeverTaken[]
  /** What may be set beyond its bounds, each once for a scene. */
  readonly clamped: readonly Clamped[]
  /** Questions whose two answers come to the same wherever they are asked. */
  readonly lonely: readonly string[]
}

/**
 * What is wrong with the story or worth knowing, as far as the search came. What it did not look into is not doubted, and
 * what only follows from something else is not said beside it. `breathe` is asked for between two parts of the work.
 */
export async function findingsOf(explored: Explored, breathe: () => Promise<void>): Promise<StoryFindings> {
  const { compiled, reached, isCapped, isPartial } = explored
  const { story } = compiled
  const seen = new Set(reached.map(({ situation }) => situation.scene))
  const around = isCapped ? await plainReach(story, { visited: seen, breathe }) : null
  const visited = around?.reached ?? seen
  const trap = around?.trap ?? (await trapIn(explored, breathe))
  await breathe()
  const stuck = stuckIn(explored)
  await breathe()
  const neverTaken = isCapped ? [] : await neverTakenIn(explored, { visited, breathe })
  await breathe()
  const isStuck = new Set(stuck.map(({ situation }) => situation.scene))
  // What is missing in a trap, or at a branch that is stuck, leads to what nobody comes to until then.
  const isWhole = trap === null && stuck.length === 0
  return {
    ...{ isCapped, isPartial },
    unreachable: isWhole ? unreachableIn(story, { visited, excused: excusedIn(story, neverTaken) }) : [],
    trap,
    stuck,
    neverTaken: neverTaken.filter((line) => !isStuck.has(line.scene) && !isForSafety(line, visited)),
    clamped: await clampedIn(explored, breathe),
    lonely: isCapped ? [] : lonelyIn(explored),
  }
}

/** A last line that takes what the others leave does no harm where they leave nothing. */
function isForSafety({ condition, isSecondElse, to }: NeverTaken, visited: ReadonlySet<string>): boolean {
  return condition === null && !isSecondElse && visited.has(to)
}

/** Where it is no wonder that nobody comes: something else was said of the way there, or it is not a way. */
function excusedIn({ bedtime }: Story, neverTaken: readonly NeverTaken[]): readonly string[] {
  return [...neverTaken.map(({ to }) => to), ...(bedtime === null ? [] : [bedtime])]
}

async function clampedIn(
  { reached, clampedAtOnce }: Explored,
  breathe: () => Promise<void>,
): Promise<StoryFindings['clamped']> {
  const found = new Map<string, Clamped>()
  const note = (one: Clamped) => found.set(`${one.scene} ${one.name} ${one.at}`, one)
  for (const one of clampedAtOnce) note(one)
  for (const { outs } of reached) {
    for (const { clamped } of outs ?? []) for (const one of clamped) note(one)
    await breathe()
  }
  return [...found.values()]
}

function lonelyIn({ compiled, reached }: Explored): readonly string[] {
  const isLonely = new Map<string, boolean>()
  for (const { situation, outs } of reached) {
    if (compiled.story.scenes.get(situation.scene)?.exit.kind !== 'question') continue
    const by = (kind: 'left' | 'right') => (outs ?? []).filter(({ cause }) => cause.kind === kind)
    const [[left, ...orLeft], [right, ...orRight]] = [by('left'), by('right')]
    // What is up to the house need not be the same twice.
    const isOne = orLeft.length === 0 && orRight.length === 0
    const isSame = isOne && left !== undefined && left.to === right?.to
    isLonely.set(situation.scene, (isLonely.get(situation.scene) ?? true) && isSame)
  }
  return [...isLonely].flatMap(([scene, isSame]) => (isSame ? [scene] : []))
}
