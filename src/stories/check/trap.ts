import { causeKey } from '../../core/story.ts'
import type { Situation } from '../situation.ts'
import { type Explored, type PathStep, pathTo, type Reached } from './explored.ts'

/** From where no ending can be come to any more. */
export interface Trap {
  /** The scenes in which somebody may be then, nearest first. */
  readonly scenes: readonly string[]
  /** The vars that are always the same then, where others in the nearest of the scenes do come to an ending. */
  readonly vars: Situation['vars']
  /** How it is come to; empty where it is so from the beginning, or where that is not known. */
  readonly path: readonly PathStep[]
  /** The shortest round within it, the first scene again at its end; empty where there is none. */
  readonly round: readonly string[]
  /** A way leads out, and whether it is open is up to the house alone. */
  readonly isUpToHouse: boolean
}

/**
 * Backwards from every ending, and from what is not known or told otherwise: what is not met on the way is a trap. Whoever
 * listens can choose, and chance will bring all of it in time; but the house may be as it likes for ever, so that where it
 * decides, each of its ways has to lead out.
 */
export async function trapIn(explored: Explored, breathe: () => Promise<void>): Promise<Trap | null> {
  const { reached } = explored
  const isEnd = (number: number) => {
    const here = reached[number]
    if (here?.outs === null || here === undefined) return true
    // A branch that is stuck has an error of its own.
    return here.outs.length === 0
  }
  const ways = reached.map(({ outs }) => (outs ?? []).map(({ to }) => to))
  await breathe()
  const lostAnyway = lostIn(ways.map(eachAlone), isEnd)
  await breathe()
  const isUpToHouse = lostAnyway.length === 0
  const asksHouse = explored.compiled.story.asks !== undefined
  const lost = isUpToHouse && asksHouse ? lostIn(reached.map(choicesIn), isEnd) : lostAnyway
  await breathe()
  const [first] = lost
  if (first === undefined) return null
  const sceneOf = (number: number) => reached[number]?.situation.scene ?? ''
  return {
    scenes: lost.map(sceneOf),
    vars: varsIn(explored, lost),
    path: pathTo(explored, first),
    round: (await roundIn(ways, lost, breathe)).map(sceneOf),
    isUpToHouse,
  }
}

/** What whoever listens, or chance, can choose among; within one of these the house decides. */
function choicesIn({ outs }: Reached): readonly (readonly number[])[] {
  const choices = new Map<string, number[]>()
  for (const { cause, to } of outs ?? []) {
    // Which line of a branch holds nobody chooses.
    const key = cause.kind === 'branch' ? cause.kind : causeKey(cause)
    const known = choices.get(key)
    if (known === undefined) choices.set(key, [to])
    else known.push(to)
  }
  return [...choices.values()]
}

/** Where all can be chosen. */
export function eachAlone(ways: readonly number[]): readonly (readonly number[])[] {
  return ways.map((to) => [to])
}

/** What tells those that are lost from others in the same scene; nothing where all that come there are lost. */
function varsIn({ reached }: Explored, lost: readonly number[]): Situation['vars'] {
  const isLost = new Set(lost)
  const [first] = lost.map((number) => reached[number]?.situation)
  if (first === undefined) return {}
  const others = reached.flatMap(({ situation }, number) =>
    situation.scene === first.scene && !isLost.has(number) ? [situation] : [],
  )
  if (others.length === 0) return {}
  const all = Object.entries(first.vars)
  const steady = all.filter(
    ([name, value]) =>
      lost.every((number) => reached[number]?.situation.vars[name] === value) &&
      others.some(({ vars }) => vars[name] !== value),
  )
  return Object.fromEntries(steady.length > 0 ? steady : all)
}

/**
 * In the order of the numbers: from which of them it is not sure that one that ends can be come to. `choices`: by number,
 * what can be chosen there, and all that each may lead to.
 */
export function lostIn(
  choices: readonly (readonly (readonly number[])[])[],
  isEnd: (number: number) => boolean,
): readonly number[] {
  const into: { readonly from: number; open: number }[][] = choices.map(() => [])
  for (const [from, all] of choices.entries())
    for (const ways of all) {
      const choice = { from, open: ways.length }
      for (const to of ways) into[to]?.push(choice)
    }
  const saved = new Set<number>()
  const queue = choices.flatMap((_, number) => (isEnd(number) ? [number] : []))
  for (let next = 0; next < queue.length; next++) {
    const number = queue[next] ?? 0
    if (saved.has(number)) continue
    saved.add(number)
    for (const choice of into[number] ?? []) {
      choice.open -= 1
      if (choice.open === 0 && !saved.has(choice.from)) queue.push(choice.from)
    }
  }
  return choices.flatMap((_, number) => (saved.has(number) ? [] : [number]))
}

// Each is a search of its own; of the nearest ones the shortest round can be read.
const mostStarts = 50
// Of all these searches together.
const mostLookedAt = 100_000

/** A short round through one of the nearest, the first again at its end; nothing where there is none. */
export async function roundIn(
  ways: readonly (readonly number[])[],
  within: readonly number[],
  breathe: () => Promise<void>,
): Promise<readonly number[]> {
  const inside = new Set(within)
  const starts = Math.min(mostStarts, Math.ceil(mostLookedAt / within.length))
  let best: readonly number[] = []
  for (const start of [...within.slice(0, starts), ...onRound(ways, within, inside)]) {
    await breathe()
    const round = roundFrom(start, ways, inside)
    if (round.length > 0 && (best.length === 0 || round.length < best.length)) best = round
  }
  return best
}

/** Whoever goes on for ever comes to where they were before: one that is on a round, be it far from the nearest. */
function onRound(
  ways: readonly (readonly number[])[],
  [first]: readonly number[],
  inside: ReadonlySet<number>,
): readonly number[] {
  const seen = new Set<number>()
  let here = first
  while (here !== undefined && !seen.has(here)) {
    seen.add(here)
    here = ways[here]?.find((to) => inside.has(to))
  }
  return here === undefined ? [] : [here]
}

function roundFrom(
  start: number,
  ways: readonly (readonly number[])[],
  inside: ReadonlySet<number>,
): readonly number[] {
  const before = new Map<number, number>()
  const queue = [start]
  for (let next = 0; next < queue.length; next++) {
    const number = queue[next] ?? start
    for (const to of ways[number] ?? []) {
      if (to === start) return [...back(number, start, before), start]
      if (!inside.has(to) || before.has(to)) continue
      before.set(to, number)
      queue.push(to)
    }
  }
  return []
}

function back(from: number, start: number, before: ReadonlyMap<number, number>): readonly number[] {
  const round = [from]
  for (let at = from; at !== start; ) {
    at = before.get(at) ?? start
    round.push(at)
  }
  return round.reverse()
}
