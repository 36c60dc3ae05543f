import type { LengthOf, PlayingTime, Span } from '../../core/playing-time.ts'
import type { Story } from '../../core/story.ts'
import type { Explored, Reached } from './explored.ts'
import { Nearest } from './nearest.ts'
import { roundsIn } from './rounds.ts'

/** From the start of the story on; chance and the house count as all that they could bring. */
export async function playingTimeOf(explored: Explored, lengthOf: LengthOf): Promise<PlayingTime> {
  const { story } = explored.compiled
  const heard = await heardIn(story, lengthOf)
  const map = mapOf(explored, heard)
  const near = shortestFrom(map)
  const endings = endingsIn(story).flatMap((name) => {
    const ends = map.flatMap((place, number) => (place.ending === name ? [near[number]] : []))
    const shortest = least(ends)
    return shortest === null ? [] : [{ name, shortest }]
  })
  const rounds = roundsIn(map.map(({ to }) => to))
  return {
    endings,
    shortest: least(endings.map(({ shortest }) => shortest)),
    longest: explored.isCapped ? null : longestIn(map, rounds),
    goesRound: rounds.some(({ isRound }) => isRound),
    beforeChoiceMs: explored.isCapped ? null : beforeChoice(map),
  }
}

interface Place {
  readonly heard: Span
  readonly isQuestion: boolean
  readonly ending: string | null
  /** Whether somebody can begin there. */
  readonly isStart: boolean
  /** Where somebody who answers goes on to. */
  readonly to: readonly number[]
}

const nothing: Span = { scenes: 0, ms: 0 }

async function heardIn(story: Story, lengthOf: LengthOf): Promise<ReadonlyMap<string, Span>> {
  const heard = new Map<string, Span>()
  for (const { id, play, exit } of story.scenes.values()) {
    const ask = exit.kind === 'question' ? exit.ask : null
    const clips = [play, ask].filter((clip) => clip !== null)
    let ms: number | null = 0
    for (const clip of clips) {
      const lengthMs: number | null = await lengthOf(clip)
      ms = ms === null || lengthMs === null ? null : ms + lengthMs
    }
    heard.set(id, { scenes: clips.length > 0 ? 1 : 0, ms })
  }
  return heard
}

/** What can be come to from the start by who answers each question. */
function mapOf({ compiled, reached }: Explored, heard: ReadonlyMap<string, Span>): readonly Place[] {
  const isStart = ({ by, situation }: Reached) => by === null && situation.scene === compiled.story.start
  // In any house there may be several.
  const order = reached.flatMap((here, number) => (isStart(here) ? [number] : []))
  const numbers = new Map(order.map((number, place) => [number, place]))
  const map: Place[] = []
  for (const number of order) {
    const here = reached[number]
    if (here === undefined) break
    const exit = compiled.story.scenes.get(here.situation.scene)?.exit
    const answered = (here.outs ?? []).filter(({ cause }) => cause.kind !== 'silence')
    const to = answered.map((edge) => {
      const known = numbers.get(edge.to)
      if (known !== undefined) return known
      numbers.set(edge.to, order.length)
      return order.push(edge.to) - 1
    })
    map.push({
      heard: heard.get(here.situation.scene) ?? nothing,
      isQuestion: exit?.kind === 'question',
      ending: exit?.kind === 'ending' ? exit.name : null,
      isStart: isStart(here),
      to,
    })
  }
  return map
}

/** Of each place: the least that is heard until it is over, by time, and by scenes where times are not known. */
function shortestFrom(map: readonly Place[]): readonly (Span | null)[] {
  const isTimed = map.every(({ heard }) => heard.ms !== null)
  const cost = ({ scenes, ms }: Span) => (isTimed ? (ms ?? 0) : scenes)
  const best: (Span | null)[] = map.map(() => null)
  const waiting = new Nearest()
  for (const [number, { isStart, heard }] of map.entries()) {
    if (!isStart) continue
    best[number] = heard
    waiting.push(cost(heard), number)
  }
  for (let next = waiting.pop(); next !== null; next = waiting.pop()) {
    const sofar = best[next.number]
    if (sofar == null || next.cost > cost(sofar)) continue
    for (const to of map[next.number]?.to ?? []) {
      const there = plus(sofar, map[to]?.heard ?? nothing)
      const known = best[to]
      if (known != null && cost(known) <= cost(there)) continue
      best[to] = there
      waiting.push(cost(there), to)
    }
  }
  return best
}

/** The most that is heard on a way to an ending where whoever comes into a round hears all of it once. */
function longestIn(map: readonly Place[], rounds: readonly Round[]): Span | null {
  const partOf = new Map(rounds.flatMap(({ members }, part) => members.map((number) => [number, part])))
  const heard = rounds.map(({ members }) =>
    members.reduce((sum, number) => plus(sum, map[number]?.heard ?? nothing), nothing),
  )
  const best = new Map<number, Span>()
  // What is led to comes before what leads there.
  for (const [part, { members }] of rounds.entries()) {
    const places = members.flatMap((number) => map[number] ?? [])
    const after = places.flatMap(({ to }) => to.map((number) => partOf.get(number) ?? part))
    const onwards = after.flatMap((next) => (next === part ? [] : (best.get(next) ?? [])))
    const isEnd = places.some(({ ending }) => ending !== null)
    const rest = most([...onwards, ...(isEnd ? [nothing] : [])])
    if (rest !== null) best.set(part, plus(heard[part] ?? nothing, rest))
  }
  const starts = map.flatMap(({ isStart }, number) => (isStart ? [partOf.get(number)] : []))
  return most(starts.flatMap((part) => (part === undefined ? [] : (best.get(part) ?? []))))
}

type Round = ReturnType<typeof roundsIn>[number]

/** The most before the first question, its own sound included; rounds before it count once. */
function beforeChoice(map: readonly Place[]): number | null {
  if (!map.some(({ isQuestion }) => isQuestion)) return null
  const early = map.map((place) => (place.isQuestion ? { ...place, to: [], ending: 'asked' } : place))
  return longestIn(early, roundsIn(early.map(({ to }) => to)))?.ms ?? null
}

function plus(one: Span, other: Span): Span {
  const ms = one.ms === null || other.ms === null ? null : one.ms + other.ms
  return { scenes: one.scenes + other.scenes, ms }
}

function least(spans: readonly (Span | null | undefined)[]): Span | null {
  return chosen(spans, (one, other) => one < other)
}

function most(spans: readonly Span[]): Span | null {
  return chosen(spans, (one, other) => one > other)
}

/** By time, and by scenes where a time is not known. */
function chosen(
  spans: readonly (Span | null | undefined)[],
  isBetter: (one: number, other: number) => boolean,
): Span | null {
  const known = spans.filter((span) => span != null)
  const isTimed = known.every(({ ms }) => ms !== null)
  const size = ({ scenes, ms }: Span) => (isTimed ? (ms ?? 0) : scenes)
  return known.reduce<Span | null>(
    (best, span) => (best === null || isBetter(size(span), size(best)) ? span : best),
    null,
  )
}

function endingsIn({ scenes }: Story): readonly string[] {
  const names = [...scenes.values()].flatMap(({ exit }) => (exit.kind === 'ending' ? [exit.name] : []))
  return [...new Set(names)]
}
