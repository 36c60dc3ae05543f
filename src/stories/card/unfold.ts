import { slugOf } from '../../core/slug.ts'
import type { Answer, Question } from '../../core/story.ts'
import type { CompiledStory } from '../compiled.ts'
import { begin, next, type Passage } from '../journey.ts'
import { keyOf } from '../situation.ts'
import type { Sound, StoryCard, StoryChapter } from './card.ts'

/** Why a story cannot be a card that plays by itself. */
export type NoCard =
  /** A scene that decides by chance, which a card cannot. */
  | { readonly why: 'chance'; readonly scene: string }
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
  try {
    return { card: new Unfolding(compiled, most).all() }
  } catch (error) {
    if (error instanceof Unfoldable) return { none: error.why }
    throw error
  }
}

/** What a chapter plays: a scene as a whole, or its question again. */
interface Stop {
  readonly passage: Passage
  readonly part: 'scene' | 'narration' | 'question'
}

/** By which edge of the chapter before: a button, or its end. */
type Letter = 'L' | 'R' | 'E'
const letters: Readonly<Record<Answer, Letter>> = { left: 'L', right: 'R', silence: 'E' }

interface Planned {
  readonly key: string
  readonly stop: Stop
}

// Nobody wrote more that only decide, one behind the other; a var may count up to a thousand million.
const mostSilent = 100

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

  all(): StoryCard {
    const passage = this.#heardFrom(begin(this.#compiled))
    this.#plan({ passage, part: partOf(passage) }, 'E', null)
    const chapters: StoryChapter[] = []
    for (const planned of this.#planned.values()) chapters.push(this.#chapter(planned))
    return { chapters }
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
    const { passage, part } = stop
    const { scene } = passage
    const { exit } = scene
    const chapter = { key, scene: scene.id, situation: passage.progress.situation, sounds: soundsOf(stop) }
    if (exit.kind === 'ending') return { ...chapter, left: null, right: null, end: 'stop' }
    if (exit.kind !== 'question')
      return { ...chapter, left: null, right: null, end: this.#on(stop, 'silence', key) ?? 'stop' }
    // All of it is to be heard: a press counts only in the question.
    if (part === 'narration')
      return { ...chapter, left: null, right: null, end: this.#plan({ passage, part: 'question' }, 'E', key) }
    const again = () => this.#plan({ passage, part: 'question' }, 'E', key)
    return {
      ...chapter,
      left: this.#on(stop, 'left', key),
      right: this.#on(stop, 'right', key),
      // Without anything said of silence it asks again for ever, as a player that has stopped may not hear a press.
      end: this.#on(stop, 'silence', key) ?? again(),
    }
  }

  #on({ passage }: Stop, answer: Answer, from: string): string | null {
    const following = this.#after(passage, answer)
    return following && this.#plan({ passage: following, part: partOf(following) }, letters[answer], from)
  }

  /** Null where the question has no such answer. */
  #after(passage: Passage, answer: Answer): Passage | null {
    const following = this.#step(passage, answer)
    return following && this.#heardFrom(following)
  }

  /** From there on to the first scene of which something is heard. */
  #heardFrom(first: Passage): Passage {
    let passage = first
    const seen = new Set<string>()
    while (isSilent(passage)) {
      const place = this.#placeOf(passage)
      if (seen.has(place) || seen.size >= mostSilent)
        throw new Unfoldable({ why: 'silent-round', scene: passage.scene.id })
      seen.add(place)
      const following = this.#step(passage, 'silence')
      if (following === null) throw new Unfoldable({ why: 'stuck', scene: passage.scene.id })
      passage = following
    }
    return passage
  }

  #step({ progress, scene }: Passage, answer: Answer): Passage | null {
    const { exit } = scene
    if (exit.kind === 'random' && exit.picks.length > 1)
      throw new Unfoldable({ why: 'chance', scene: scene.id })
    const following = next(this.#compiled, progress, { answer, random: () => 0 })
    if (following === null && exit.kind !== 'question')
      throw new Unfoldable({ why: 'stuck', scene: scene.id })
    return following
  }

  /** Tells apart what goes on otherwise, or sounds otherwise. */
  #placeOf({ progress: { situation, heard }, scene }: Passage): string {
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

function isSilent({ clip, scene: { exit } }: Passage): boolean {
  return clip === null && exit.kind !== 'question' && exit.kind !== 'ending'
}

function partOf({ clip, scene: { exit } }: Passage): Stop['part'] {
  return exit.kind === 'question' && exit.hearOut && clip !== null ? 'narration' : 'scene'
}

function soundsOf({ passage, part }: Stop): readonly Sound[] {
  const { clip, scene } = passage
  const own = part === 'question' || clip === null ? [] : [clip]
  if (scene.exit.kind === 'question' && part !== 'narration') return [...own, ...askedIn(scene.exit)]
  // An ending may be silent, a track may not.
  return own.length > 0 ? own : [{ silenceMs: silentEndMs }]
}

const silentEndMs = 1_000

/** The question, the time for an answer, and both again as often as it is asked again. */
function askedIn({ ask, waitMs, askAgain }: Question): readonly Sound[] {
  const once: readonly Sound[] = [...(ask === null ? [] : [ask]), { silenceMs: waitMs }]
  return Array.from({ length: askAgain + 1 }, () => once).flat()
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
