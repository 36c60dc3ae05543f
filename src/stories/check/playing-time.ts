import type { LengthOf, PlayingTime, Span } from '../../core/playing-time.ts'
import type { Story } from '../../core/story.ts'
import type { Explored, Reached } from './explored.ts'
import { Nearest } from './nearest.ts'
import { roundsIn } from './rounds.ts'

/**
 * From the start of the story on; chance and the house count as all that they could bring. `breathe` is asked for between
 * two parts of the work.
 */
export async function playingTimeOf(
  explored: Explored,
  { lengthOf, breathe }: { readonly lengthOf: LengthOf; readonly breathe: () => Promise<void> },
): Promise<PlayingTime> {
  if (explored.isCapped)
    return { endings: [], shortest: null, longest: null, goesRound: null, beforeChoiceMs: null }
  const { story } = explored.compiled
  const map = await mapOf(explored, await heardIn(story, lengthOf), breathe)
  const near = await shortestByEnding(map, breathe)
  const endings = endingsIn(story).flatMap((name) => {
    const shortest = near.get(name)
    return shortest === undefined ? [] : [{ name, shortest }]
  })
  await breathe()
  const rounds = roundsIn(map.map(({ to }) => to))
  await breathe()
  return {
    endings,
    shortest: least(endings.map(({ shortest }) => shortest)),
    longest: longestIn(map, rounds),
    goesRound: rounds.some(({ isRound }) => isRound),
    beforeChoiceMs: beforeChoice(map),
  }
}

interface Heard {
  readonly first: Span
  /** From the second visit on; null where that is the same. */
  readonly later: Span | null
  readonly most: Span
}

interface Place extends Heard {
  readonly scene: string
  readonly isQuestion: boolean
  readonly ending: string | null
  /** Whether somebody can begin there. */
  readonly isStart: boolean
  /** Where somebody who answers goes on to. */
  readonly to: readonly number[]
}

const nothing: Span = { scenes: 0, ms: 0 }
// As many as take a millisecond or so.
const atATime = 500

async function heardIn(story: Story, lengthOf: LengthOf): Promise<ReadonlyMap<string, Heard>> {
  const heard = new Map<string, Heard>()
  for (const { id, play, again, exit } of story.scenes.values()) {
    const ask = exit.kind === 'question' ? exit.ask : null
    const first = play === null ? 0 : await lengthOf(play)
    const later = again === null ? first : await lengthOf(again)
    const askMs = ask === null ? 0 : await lengthOf(ask)
    const span = (ms: number | null): Span => ({
      scenes: play === null && ask === null ? 0 : 1,
      ms: ms === null || askMs === null ? null : ms + askMs,
    })
    heard.set(id, {
      first: span(first),
      later: again === null ? null : span(later),
      most: span(first === null || later === null ? null : Math.max(first, later)),
    })
  }
  return heard
}

/** What can be come to from the start by who answers each question. */
async function mapOf(
  { compiled, reached }: Explored,
  heard: ReadonlyMap<string, Heard>,
  breathe: () => Promise<void>,
): Promise<readonly Place[]> {
  const isStart = ({ by, situation }: Reached) => by === null && situation.scene === compiled.story.start
  // In any house there may be several.
  const order = reached.flatMap((here, number) => (isStart(here) ? [number] : []))
  const numbers = new Map(order.map((number, place) => [number, place]))
  const map: Place[] = []
  for (const number of order) {
    const here = reached[number]
    if (here === undefined) break
    if (map.length % atATime === 0) await breathe()
    const exit = compiled.story.scenes.get(here.situation.scene)?.exit
    const answered = (here.outs ?? []).filter(({ cause }) => cause.kind !== 'silence')
    const to = answered.map((edge) => {
      const known = numbers.get(edge.to)
      if (known !== undefined) return known
      numbers.set(edge.to, order.length)
      return order.push(edge.to) - 1
    })
    map.push({
      scene: here.situation.scene,
      ...(heard.get(here.situation.scene) ?? { first: nothing, later: null, most: nothing }),
      isQuestion: exit?.kind === 'question',
      ending: exit?.kind === 'ending' ? exit.name : null,
      isStart: isStart(here),
      to,
    })
  }
  return map
}

/** A way so far: what was heard, and which scenes of those that are another the second time. */
interface Way {
  readonly span: Span
  readonly heard: ReadonlySet<string>
}

/**
 * The least that is heard until an ending is over, by time, and by scenes where not all times are known. Each is a way that
 * somebody can go: what sounds otherwise the second time counts so where that way has come there before.
 */
async function shortestByEnding(
  map: readonly Place[],
  breathe: () => Promise<void>,
): Promise<ReadonlyMap<string, Span>> {
  const { cost, told } = measureOf(map.flatMap(({ first, later }) => [first, later ?? first]))
  const begun: Way = { span: nothing, heard: new Set() }
  const best: (Way | undefined)[] = map.map((place) => (place.isStart ? goneOn(begun, place) : undefined))
  const waiting = new Nearest()
  for (const [number, way] of best.entries()) if (way !== undefined) waiting.push(cost(way.span), number)
  const found = new Map<string, Span>()
  let looked = 0
  for (let next = waiting.pop(); next !== null; next = waiting.pop()) {
    if (looked++ % atATime === 0) await breathe()
    const [sofar, place] = [best[next.number], map[next.number]]
    if (sofar === undefined || place === undefined || next.cost > cost(sofar.span)) continue
    // The nearest comes first.
    if (place.ending !== null && !found.has(place.ending)) found.set(place.ending, told(sofar.span))
    for (const to of place.to) {
      const following = map[to]
      if (following === undefined) continue
      const there = goneOn(sofar, following)
      const known = best[to]
      if (known !== undefined && cost(known.span) <= cost(there.span)) continue
      best[to] = there
      waiting.push(cost(there.span), to)
    }
  }
  return found
}

function goneOn({ span, heard }: Way, { scene, first, later }: Place): Way {
  if (later === null) return { span: plus(span, first), heard }
  if (heard.has(scene)) return { span: plus(span, later), heard }
  return { span: plus(span, first), heard: new Set([...heard, scene]) }
}

/** The most that is heard on a way to an ending where whoever comes into a round hears all of it once. */
function longestIn(map: readonly Place[], rounds: readonly Round[]): Span | null {
  const { cost, told } = measureOf(map.map((place) => place.most))
  const most = (spans: readonly Span[]): Span | null =>
    spans.reduce<Span | null>((best, span) => (best === null || cost(span) > cost(best) ? span : best), null)
  const partOf = new Map(rounds.flatMap(({ members }, part) => members.map((number) => [number, part])))
  const best = new Map<number, Span>()
  // What is led to comes before what leads there.
  for (const [part, { members }] of rounds.entries()) {
    const places = members.flatMap((number) => map[number] ?? [])
    const after = places.flatMap(({ to }) => to.map((number) => partOf.get(number) ?? part))
    const onwards = after.flatMap((next) => (next === part ? [] : (best.get(next) ?? [])))
    const isEnd = places.some(({ ending }) => ending !== null)
    const rest = most([...onwards, ...(isEnd ? [nothing] : [])])
    if (rest !== null)
      best.set(
        part,
        places.reduce((sum, place) => plus(sum, place.most), rest),
      )
  }
  const starts = map.flatMap(({ isStart }, number) => (isStart ? [partOf.get(number)] : []))
  const longest = most(starts.flatMap((part) => (part === undefined ? [] : (best.get(part) ?? []))))
  return longest && told(longest)
}

type Round = ReturnType<typeof roundsIn>[number]

/** The most before the first question, its own sound included; rounds before it count once. */
function beforeChoice(map: readonly Place[]): number | null {
  if (!map.some(({ isQuestion }) => isQuestion)) return null
  // Who comes to an ending first is never asked.
  const early = map.map((place) =>
    place.isQuestion ? { ...place, to: [], ending: 'asked' } : { ...place, ending: null },
  )
  return longestIn(early, roundsIn(early.map(({ to }) => to)))?.ms ?? null
}

/** Times are only compared where all of them are known: else scenes are, and no time is told. */
function measureOf(spans: readonly Span[]) {
  const isTimed = spans.every(({ ms }) => ms !== null)
  return {
    cost: ({ scenes, ms }: Span) => (isTimed ? (ms ?? 0) : scenes),
    told: (span: Span): Span => (isTimed ? span : { ...span, ms: null }),
  }
}

function plus(one: Span, other: Span): Span {
  const ms = one.ms === null || other.ms === null ? null : one.ms + other.ms
  return { scenes: one.scenes + other.scenes, ms }
}

function least(spans: readonly Span[]): Span | null {
  const cost = ({ scenes, ms }: Span) => ms ?? scenes
  return spans.reduce<Span | null>(
    (best, span) => (best === null || cost(span) < cost(best) ? span : best),
    null,
  )
}

function endingsIn({ scenes }: Story): readonly string[] {
  const names = [...scenes.values()].flatMap(({ exit }) => (exit.kind === 'ending' ? [exit.name] : []))
  return [...new Set(names)]
}
