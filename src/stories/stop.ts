import type { Answer, Clip, Question } from '../core/story.ts'
import type { CompiledStory } from './compiled.ts'
import { begin, next, type Passage } from './journey.ts'
import { keyOf } from './situation.ts'

/**
 * What is heard in one go: a scene with its question, the scene alone where all of it is to be heard before a press
 * counts, or the question again.
 */
export interface Stop {
  readonly passage: Passage
  readonly part: 'scene' | 'narration' | 'question'
}

/** Something that is heard, or for how long nothing is, in milliseconds. */
export type Sound = Clip | { readonly silenceMs: number }

/** How one goes on from a stop: by a knob, or because it has been heard to its end. */
export type StopEdge = 'left' | 'right' | 'end'

/** A number from 0 up to 1 for the scene that decides by chance. */
export type Chance = (scene: string) => number

/** Nothing leads on from a scene, or it goes on and on without anything to hear. */
export class NoWayOn extends Error {
  readonly why: 'silent-round' | 'stuck'
  readonly scene: string

  constructor(why: 'silent-round' | 'stuck', scene: string) {
    super(`no way on from "${scene}": ${why}`)
    this.why = why
    this.scene = scene
  }
}

// Nobody wrote more that only decide, one behind the other; a var may count up to a thousand million.
const mostSilent = 100

/**
 * The first stop of the story, or of another scene with everything as it is at the start.
 * @throws NoWayOn
 */
export function firstStop(compiled: CompiledStory, chance: Chance, scene?: string): Stop {
  return stopAt(heardFrom(compiled, begin(compiled, scene), chance))
}

/**
 * The stop that follows; `over` behind an ending, null for a press that does nothing. A question that says nothing of
 * silence is asked again for ever, as a player that has stopped may not hear a press.
 * @throws NoWayOn
 */
export function stopAfter(
  compiled: CompiledStory,
  stop: Stop,
  { edge, chance }: { readonly edge: StopEdge; readonly chance: Chance },
): Stop | 'over' | null {
  const { passage, part } = stop
  const { exit } = passage.scene
  if (exit.kind === 'question' && part === 'narration')
    return edge === 'end' ? { passage, part: 'question' } : null
  if (exit.kind === 'ending') return edge === 'end' ? 'over' : null
  if (edge !== 'end' && exit.kind !== 'question') return null
  const following = step(compiled, passage, { answer: edge === 'end' ? 'silence' : edge, chance })
  if (following !== null) return stopAt(heardFrom(compiled, following, chance))
  return edge === 'end' ? { passage, part: 'question' } : null
}

/** One behind the other. */
export function soundsOf({ passage, part }: Stop): readonly Sound[] {
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

function stopAt(passage: Passage): Stop {
  const { clip, scene } = passage
  const isApart = scene.exit.kind === 'question' && scene.exit.hearOut && clip !== null
  return { passage, part: isApart ? 'narration' : 'scene' }
}

/** From there on to the first scene of which something is heard. */
function heardFrom(compiled: CompiledStory, first: Passage, chance: Chance): Passage {
  let passage = first
  const seen = new Set<string>()
  for (let count = 0; isSilent(passage); count++) {
    const { scene, progress } = passage
    const place = keyOf(progress.situation)
    if (seen.has(place) || count >= mostSilent) throw new NoWayOn('silent-round', scene.id)
    seen.add(place)
    // Chance may leave next time what it has come back to.
    if (scene.exit.kind === 'random') seen.clear()
    const following = step(compiled, passage, { answer: 'silence', chance })
    if (following === null) throw new NoWayOn('stuck', scene.id)
    passage = following
  }
  return passage
}

function isSilent({ clip, scene: { exit } }: Passage): boolean {
  return clip === null && exit.kind !== 'question' && exit.kind !== 'ending'
}

/** Null where the question has no such answer. */
function step(
  compiled: CompiledStory,
  { progress, scene }: Passage,
  { answer, chance }: { answer: Answer; chance: Chance },
): Passage | null {
  const following = next(compiled, progress, { answer, random: () => chance(scene.id) })
  if (following === null && scene.exit.kind !== 'question') throw new NoWayOn('stuck', scene.id)
  return following
}
