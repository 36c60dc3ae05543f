import { AppError } from '../../core/error.ts'
import type { Answer, Clip, Scene } from '../../core/story.ts'
import { sceneInWords } from '../check/words.ts'
import type { CompiledStory } from '../compiled.ts'
import { firstAsking } from '../house.ts'
import { begin, next, type Passage } from '../journey.ts'
import { mostScenes } from '../read/schema.ts'

/** A story with every situation as a stop of its own, for boxes that remember nothing but chance. */
export interface Expansion {
  readonly start: Lead
  /** Where "start again" leads. */
  readonly home: Lead
  /** By key, in the order in which they are come to. */
  readonly stops: ReadonlyMap<string, Stop>
}

/** The keys of the stops that may follow, each as likely as it stands there. */
export type Lead = readonly string[]

export interface Stop {
  readonly key: string
  readonly scene: Scene
  /** What is heard there; null for nothing. */
  readonly clip: Clip | null
  /** Where a press leads, and where it goes on by itself; null for what leads nowhere. A box waits for an answer for ever. */
  readonly ways: Readonly<Record<'left' | 'right' | 'end', Lead | null>>
}

/**
 * Walks through all that can happen.
 * @throws AppError `unprocessable` where that is more than `most` stops, where it gets stuck or asks the house, and for
 * chance that equal options cannot say.
 */
export function expanded(compiled: CompiledStory, most: number = mostScenes): Expansion {
  return new Walk(compiled, most).all()
}

// Nobody wrote more that only decide, one behind the other.
const mostSilent = 100
// More options are no wheel that anybody made.
export const mostEqual = 100

class Walk {
  readonly #compiled: CompiledStory
  readonly #most: number
  readonly #stops = new Map<string, Stop>()
  readonly #open: Passage[] = []
  readonly #known = new Set<string>()
  /** Scenes that sound otherwise the second time: whether one was heard belongs to a situation. */
  readonly #changing: readonly string[]

  constructor(compiled: CompiledStory, most: number) {
    this.#compiled = compiled
    this.#most = most
    this.#changing = [...compiled.story.scenes.values()].flatMap(({ id, again }) =>
      again === null ? [] : [id],
    )
  }

  all(): Expansion {
    const asking = firstAsking(this.#compiled)
    if (asking !== null)
      throw wrong(`a box cannot ask the house, as "${sceneInWords(asking.scene)}" does (${asking.asks})`)
    const start = this.#lead(begin(this.#compiled))
    this.#walk()
    const { home, start: first } = this.#compiled.story
    const again = home === first ? start : this.#lead(begin(this.#compiled, home))
    this.#walk()
    return { start, home: again, stops: this.#stops }
  }

  #walk(): void {
    for (let passage = this.#open.shift(); passage !== undefined; passage = this.#open.shift()) {
      const key = this.#keyOf(passage)
      const { scene, clip } = passage
      const isAsked = scene.exit.kind === 'question'
      const ways = {
        left: isAsked ? this.#after(passage, 'left') : null,
        right: isAsked ? this.#after(passage, 'right') : null,
        end: isAsked || scene.exit.kind === 'ending' ? null : this.#after(passage, 'silence'),
      }
      this.#stops.set(key, { key, scene, clip, ways })
    }
  }

  #after(passage: Passage, answer: Answer): Lead | null {
    const { exit } = passage.scene
    if (exit.kind === 'random') return this.#chance(passage).flatMap((following) => this.#single(following))
    const following = next(this.#compiled, passage.progress, { answer, random: () => 0 })
    if (following !== null) return this.#lead(following)
    if (exit.kind === 'question') return null
    throw wrong(`nothing leads on from "${sceneInWords(passage.scene.id)}"`)
  }

  /** From there on to what is heard first; silent chance comes to several. */
  #lead(first: Passage): Lead {
    let passage = first
    for (let count = 0; isSilent(passage); count++) {
      const { id, exit } = passage.scene
      if (count >= mostSilent)
        throw wrong(`from "${sceneInWords(id)}" it goes on and on without anything to hear`)
      if (exit.kind === 'random') return this.#chance(passage).flatMap((following) => this.#single(following))
      const following = next(this.#compiled, passage.progress, { answer: 'silence', random: () => 0 })
      if (following === null) throw wrong(`nothing leads on from "${sceneInWords(id)}"`)
      passage = following
    }
    return [this.#stop(passage)]
  }

  /** One stop, be it a silent one: chance within chance would be weighed anew. */
  #single(passage: Passage): Lead {
    const lead = this.#isChance(passage) ? [this.#stop(passage)] : this.#lead(passage)
    return lead.length === 1 ? lead : [this.#stop(passage)]
  }

  #isChance({ scene, clip }: Passage): boolean {
    return clip === null && scene.exit.kind === 'random'
  }

  #stop(passage: Passage): string {
    const key = this.#keyOf(passage)
    if (this.#known.has(key)) return key
    if (this.#known.size >= this.#most)
      throw wrong(`it comes to more than ${this.#most} situations, and a box remembers none of its vars`)
    this.#known.add(key)
    this.#open.push(passage)
    return key
  }

  /** What may follow, as often as it is likely. */
  #chance({ progress, scene }: Passage): readonly Passage[] {
    const { exit } = scene
    if (exit.kind !== 'random') return []
    const weights = exit.picks.map(({ weight }) => weight)
    const divisor = weights.reduce(greatestCommon)
    const all = weights.reduce((sum, weight) => sum + weight, 0)
    if (all / divisor > mostEqual)
      throw wrong(
        `the chance of "${sceneInWords(scene.id)}" comes to more than ${mostEqual} equal options; make its weights simpler`,
      )
    // What was drawn the last time is forgotten.
    const fresh = { ...progress, situation: { ...progress.situation, picked: {} } }
    let before = 0
    return weights.flatMap((weight): readonly Passage[] => {
      const middle = (before + weight / 2) / all
      before += weight
      const following = next(this.#compiled, fresh, { answer: 'silence', random: () => middle })
      return following === null ? [] : Array.from({ length: weight / divisor }, () => following)
    })
  }

  /** Tells apart what goes on otherwise, or sounds otherwise. */
  #keyOf({ progress: { situation, heard }, scene }: Passage): string {
    const before = this.#changing.map((id) => (heard.has(id) ? 1 : 0)).join('')
    return JSON.stringify([scene.id, Object.values(situation.vars), before])
  }
}

function isSilent({ clip, scene: { exit } }: Passage): boolean {
  return clip === null && exit.kind !== 'question' && exit.kind !== 'ending'
}

function greatestCommon(one: number, other: number): number {
  return other === 0 ? one : greatestCommon(other, one % other)
}

function wrong(message: string): AppError {
  return new AppError('unprocessable', message)
}
