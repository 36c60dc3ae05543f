import { type Cause, causeKey, type Story, waysOf } from '../core/story.ts'
import type { PathStep } from './check/explored.ts'
import { type CompiledStory, inHouse } from './compiled.ts'
import { drawn } from './journey.ts'
import { beginnings, keyOf, type Out, type Situation, waysOut } from './situation.ts'
import { longestWalk } from './walk.ts'

/** What came of going through a story many times. */
export interface WalkSummary {
  /** How many were done: fewer than were asked for where the work became too much. */
  readonly walks: number
  /** Every ending of the story with how often it was come to, the most frequent first. */
  readonly endings: readonly { readonly name: string; readonly count: number }[]
  /** Scenes of the shortest and of the longest walk that came to an ending; null where none did. */
  readonly scenes: { readonly shortest: number; readonly longest: number } | null
  /** Where nothing led on, each scene once, with the first way there. */
  readonly stuck: readonly {
    readonly scene: string
    readonly count: number
    readonly path: readonly PathStep[]
  }[]
  /** How many were given up after `longestWalk` scenes. */
  readonly long: number
  /** Scenes and ways that somebody could have come to and nobody did. */
  readonly never: { readonly scenes: readonly string[]; readonly ways: readonly WrittenWay[] }
  /** Scenes to which no written way leads from the start: what is for bedtime, or for who starts again. */
  readonly apart: readonly string[]
}

export interface WrittenWay {
  readonly from: string
  readonly cause: Cause
  readonly to: string
}

export const mostWalks = 100_000

/** How much is done before it is left at that: a scene that is come to is a unit of work. */
export interface WalkLimits {
  readonly work: number
  /** How many situations are remembered with their ways out. */
  readonly situations: number
}

// Two seconds, and a few more on a small machine.
const usualLimits: WalkLimits = { work: 30_000_000, situations: 20_000 }
// To work out the ways out of a situation takes as long as so many steps along known ones.
const workOfAnew = 700

interface Place {
  readonly situation: Situation
  readonly isQuestion: boolean
  readonly ending: string | null
  /** Null until somebody wants to go on from there. */
  ways: readonly KnownWay[] | null
}

interface KnownWay extends Pick<Out, 'cause' | 'weight'> {
  /** Where it leads: in any house to one of these. */
  readonly to: Place[]
  isTaken: boolean
}

/**
 * Goes through the story so many times, with any of the open answers at each question, and any of the house's where it is
 * asked. The same `random` finds the same.
 */
export function walks(
  compiled: CompiledStory,
  {
    count,
    random,
    limits = usualLimits,
  }: { readonly count: number; readonly random: () => number; readonly limits?: WalkLimits },
): WalkSummary {
  const tally = new Tally(compiled.story)
  const anywhere = inHouse(compiled, 'any')
  let map = new KnownMap(anywhere, limits.situations)
  let work = 0
  for (; tally.walks < count && work < limits.work; ) {
    if (map.isFull) map = new KnownMap(anywhere, limits.situations)
    const before = map.workedOut
    work += oneWalk(map, tally, random)
    work += (map.workedOut - before) * workOfAnew
  }
  return tally.summary()
}

/** How many scenes it took. */
function oneWalk(map: KnownMap, tally: Tally, random: () => number): number {
  const path: PathStep[] = []
  let place = oneOf(map.starts, random)
  for (;;) {
    const scenes = path.length + 1
    if (place.ending !== null) {
      tally.ended(place.ending, scenes)
      return scenes
    }
    if (scenes >= longestWalk) {
      tally.givenUp()
      return scenes
    }
    const ways = map.waysFrom(place)
    const way = place.isQuestion ? ways[Math.floor(random() * ways.length)] : drawn(ways, random)
    if (way === undefined) {
      tally.stuckAt(place.situation.scene, path)
      return scenes
    }
    path.push({ scene: place.situation.scene, cause: way.cause })
    const next = oneOf(way.to, random)
    if (!way.isTaken) {
      way.isTaken = true
      tally.took(place.situation.scene, { cause: way.cause, to: next })
    }
    place = next
  }
}

/** Nobody is asked for chance where there is but one. */
function oneOf(places: readonly Place[], random: () => number): Place {
  const [first] = places
  if (first === undefined) throw new RangeError('a way leads somewhere')
  return (places.length === 1 ? first : places[Math.floor(random() * places.length)]) ?? first
}

/** Situations with their ways out, worked out when somebody comes there for the first time. */
class KnownMap {
  readonly starts: readonly Place[]
  readonly #compiled: CompiledStory
  readonly #most: number
  readonly #places = new Map<string, Place>()
  #workedOut = 0

  constructor(compiled: CompiledStory, most: number) {
    this.#compiled = compiled
    this.#most = most
    this.starts = beginnings(compiled).map(({ situation }) => this.#placeOf(situation))
  }

  get workedOut(): number {
    return this.#workedOut
  }

  get isFull(): boolean {
    return this.#places.size > this.#most
  }

  waysFrom(place: Place): readonly KnownWay[] {
    if (place.ways === null) {
      const ways: KnownWay[] = []
      let last: KnownWay | undefined
      this.#workedOut += 1
      for (const { cause, weight, situation } of waysOut(this.#compiled, place.situation)) {
        const to = this.#placeOf(situation)
        // All that one cause may lead to stands together.
        if (last?.cause === cause) {
          last.to.push(to)
          this.#workedOut += 1
          continue
        }
        last = { cause, weight, to: [to], isTaken: false }
        ways.push(last)
      }
      place.ways = ways
    }
    return place.ways
  }

  #placeOf(situation: Situation): Place {
    const key = keyOf(situation)
    const known = this.#places.get(key)
    if (known !== undefined) return known
    const exit = this.#compiled.story.scenes.get(situation.scene)?.exit
    const place = {
      situation,
      isQuestion: exit?.kind === 'question',
      ending: exit?.kind === 'ending' ? exit.name : null,
      ways: null,
    }
    this.#places.set(key, place)
    return place
  }
}

class Tally {
  walks = 0
  readonly #story: Story
  readonly #endings = new Map<string, number>()
  readonly #stuck = new Map<string, { count: number; readonly path: readonly PathStep[] }>()
  readonly #visited: Set<string>
  readonly #taken = new Set<string>()
  #shortest = Number.POSITIVE_INFINITY
  #longest = 0
  #long = 0

  constructor(story: Story) {
    this.#story = story
    this.#visited = new Set([story.start])
    for (const { exit } of story.scenes.values()) if (exit.kind === 'ending') this.#endings.set(exit.name, 0)
  }

  ended(name: string, scenes: number): void {
    this.walks += 1
    this.#endings.set(name, (this.#endings.get(name) ?? 0) + 1)
    this.#shortest = Math.min(this.#shortest, scenes)
    this.#longest = Math.max(this.#longest, scenes)
  }

  givenUp(): void {
    this.walks += 1
    this.#long += 1
  }

  stuckAt(scene: string, path: readonly PathStep[]): void {
    this.walks += 1
    const known = this.#stuck.get(scene)
    if (known === undefined) this.#stuck.set(scene, { count: 1, path })
    else known.count += 1
  }

  took(from: string, { cause, to }: { readonly cause: Cause; readonly to: Place }): void {
    this.#visited.add(to.situation.scene)
    this.#taken.add(wayKey(from, cause))
  }

  summary(): WalkSummary {
    const near = reachFrom(this.#story)
    const scenes = [...this.#story.scenes.values()]
    const ways = scenes.flatMap((scene) =>
      waysOf(scene).map(({ cause, way }) => ({ from: scene.id, cause, to: way.to })),
    )
    return {
      walks: this.walks,
      endings: [...this.#endings]
        .map(([name, count]) => ({ name, count }))
        .sort((one, other) => other.count - one.count),
      scenes: this.#longest === 0 ? null : { shortest: this.#shortest, longest: this.#longest },
      stuck: [...this.#stuck].map(([scene, found]) => ({ scene, ...found })),
      long: this.#long,
      never: {
        scenes: scenes.flatMap(({ id }) => (near.has(id) && !this.#visited.has(id) ? [id] : [])),
        // Of a scene that nobody came to, that says enough.
        ways: ways.filter(
          ({ from, cause }) => this.#visited.has(from) && !this.#taken.has(wayKey(from, cause)),
        ),
      },
      apart: scenes.flatMap(({ id }) => (near.has(id) ? [] : [id])),
    }
  }
}

function wayKey(from: string, cause: Cause): string {
  return `${from} ${causeKey(cause)}`
}

/** The scenes to which written ways lead from the start, open or not. */
function reachFrom({ scenes, start }: Story): ReadonlySet<string> {
  const near = new Set([start])
  for (const id of near) {
    const scene = scenes.get(id)
    for (const { way } of scene === undefined ? [] : waysOf(scene)) near.add(way.to)
  }
  return near
}
