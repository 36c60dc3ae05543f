import { slugOf } from '../../core/slug.ts'
import type { CompiledStory } from '../compiled.ts'
import { firstAsking } from '../house.ts'
import { keyOf } from '../situation.ts'
import { firstStop, NoWayOn, type Stop, type StopEdge, soundsOf, stopAfter } from '../stop.ts'
import type { StoryCard, StoryChapter } from './card.ts'

/** Why a story cannot be a card that plays by itself. */
export type NoCard =
  /** A scene that decides by chance, which a card cannot. */
  | { readonly why: 'chance'; readonly scene: string }
  /** A scene that asks the house, which nobody answers on a card. */
  | { readonly why: 'house'; readonly scene: string; readonly asks: string }
  /** `chapters`: at least as many it would have. */
  | { readonly why: 'too-big'; readonly chapters: number }
  /** A scene whose way on is not there, or that leads on and on without anything being heard. */
  | { readonly why: 'silent-round' | 'stuck'; readonly scene: string }

/**
 * How many tracks a card of one's own may have (https://support.yotoplay.com/hc/en-gb, "Make Your Own": 100).
 */
export const mostChapters = 100

/**
 * The story as one card: a card remembers nothing, so that each situation is a chapter of its own, with a twin for each
 * kind of way that leads to it: from wherever one is, left, right and the end lead to different chapters, and from the
 * chapter that a player names one knows which it was.
 */
export function unfolded(
  compiled: CompiledStory,
  most: number = mostChapters,
): { readonly card: StoryCard } | { readonly none: NoCard } {
  const asking = firstAsking(compiled)
  if (asking !== null) return { none: { why: 'house', ...asking } }
  try {
    return { card: { chapters: [...new Unfolding(compiled, most).chapters()] } }
  } catch (error) {
    return { none: whyNone(error) }
  }
}

/**
 * How many chapters it would have, `most + 1` where there are more; null where it is something else that keeps it from being
 * a card. `breathe` is asked for between two chapters.
 */
export async function countedChapters(
  compiled: CompiledStory,
  { most, breathe }: { readonly most: number; readonly breathe: () => Promise<void> },
): Promise<number | null> {
  let count = 0
  try {
    for (const _ of new Unfolding(compiled, most).chapters()) {
      count += 1
      await breathe()
    }
    return count
  } catch (error) {
    return whyNone(error).why === 'too-big' ? most + 1 : null
  }
}

/** @throws whatever says nothing of the story */
function whyNone(error: unknown): NoCard {
  if (error instanceof Unfoldable) return error.why
  if (error instanceof NoWayOn) return { why: error.why, scene: error.scene }
  throw error
}

/** By which edge of the chapter before: a button, or its end. */
type Letter = 'L' | 'R' | 'E'
const letters: Readonly<Record<StopEdge, Letter>> = { left: 'L', right: 'R', end: 'E' }

interface Planned {
  readonly key: string
  readonly stop: Stop
}

class Unfolding {
  readonly #compiled: CompiledStory
  readonly #most: number
  readonly #planned = new Map<string, Planned>()
  readonly #names = new Map<string, number>()
  /** Scenes that sound otherwise the second time: whether one was heard belongs to a situation. */
  readonly #changing: readonly string[]

  constructor(compiled: CompiledStory, most: number) {
    this.#compiled = compiled
    this.#most = most
    this.#changing = [...compiled.story.scenes.values()].flatMap(({ id, again }) =>
      again === null ? [] : [id],
    )
  }

  /** One after the other, each worked out when it is asked for. */
  *chapters(): Generator<StoryChapter> {
    this.#plan(firstStop(this.#compiled, noChance), 'E', null)
    for (const planned of this.#planned.values()) yield this.#chapter(planned)
  }

  /** The key of the chapter that plays it, which is a new one where there is none; `from` is never led to itself. */
  #plan(stop: Stop, letter: Letter, from: string | null): string {
    const place = `${stop.part} ${this.#placeOf(stop.passage)}`
    for (const twin of ['', '2']) {
      const known = this.#planned.get(`${place} ${letter}${twin}`)
      if (known !== undefined && known.key === from) continue
      return (known ?? this.#add(stop, place, `${letter}${twin}`)).key
    }
    throw new RangeError(`no twin of ${place}`)
  }

  #add(stop: Stop, place: string, letter: string): Planned {
    if (this.#planned.size >= this.#most)
      throw new Unfoldable({ why: 'too-big', chapters: this.#planned.size + 1 })
    const { id } = stop.passage.scene
    const name = `${slugOf(id, 'scene')}${stop.part === 'question' ? '~ask' : ''}~${letter}`
    const count = (this.#names.get(name) ?? 0) + 1
    this.#names.set(name, count)
    const planned = { key: count === 1 ? name : `${name}.${count}`, stop }
    this.#planned.set(`${place} ${letter}`, planned)
    return planned
  }

  #chapter({ key, stop }: Planned): StoryChapter {
    const { progress, scene } = stop.passage
    const { situation } = progress
    return {
      ...{ key, scene: scene.id, situation, sounds: soundsOf(stop) },
      left: this.#on(stop, 'left', key),
      right: this.#on(stop, 'right', key),
      end: this.#on(stop, 'end', key) ?? 'stop',
    }
  }

  /** Null where nothing leads there. */
  #on(stop: Stop, edge: StopEdge, from: string): string | null {
    const following = stopAfter(this.#compiled, stop, { edge, chance: noChance })
    if (following === 'over') return null
    if (following === null) return stop.passage.scene.exit.kind === 'ending' ? this.#beginning(from) : null
    return this.#plan(following, letters[edge], from)
  }

  /** A player that has stopped behind an ending still stands on its chapter: a press there starts over, as it does live. */
  #beginning(from: string): string | null {
    const [first] = this.#planned.values()
    return first === undefined || first.key === from ? null : first.key
  }

  /** Tells apart what goes on otherwise, or sounds otherwise. */
  #placeOf({ progress: { situation, heard }, scene }: Stop['passage']): string {
    const before = this.#changing.map((id) => (heard.has(id) ? 1 : 0)).join('')
    return `${keyOf(situation)} ${before} ${scene.id}`
  }
}

class Unfoldable extends Error {
  readonly why: NoCard

  constructor(why: NoCard) {
    super(why.why)
    this.why = why
  }
}

function noChance(scene: string): never {
  throw new Unfoldable({ why: 'chance', scene })
}

/**
 * What a player tells by naming a chapter: which button led there, or that the one before had ended. Null where nothing
 * was done: the question is only asked again.
 */
export function edgeOfKey(key: string): 'left' | 'right' | 'end' | null {
  const [, ask, letter] = /(~ask)?~([LRE])2?(?:\.\d+)?$/.exec(key) ?? []
  if (ask !== undefined || letter === undefined) return null
  return edges[letter as Letter]
}

const edges = { L: 'left', R: 'right', E: 'end' } as const
