import type { Answer, Cause, Clip, Scene } from '../core/story.ts'
import type { CompiledStory } from './compiled.ts'
import {
  beginning,
  type Clamped,
  type Entered,
  enter,
  type Out,
  type Situation,
  waysOut,
} from './situation.ts'

/** How far a listener has come. */
export interface Progress {
  readonly situation: Situation
  /** The scenes that were heard before, each once; not the one it is in. */
  readonly heard: ReadonlySet<string>
}

/** A scene as it begins. */
export interface Passage {
  readonly progress: Progress
  readonly scene: Scene
  /** What is heard of the scene itself; null for one that only decides. */
  readonly clip: Clip | null
  /** What led here; null at the beginning. */
  readonly cause: Cause | null
  /** What was to be set beyond its bounds on the way. */
  readonly clamped: readonly Clamped[]
}

/** The first scene, or another with everything as it is at the start. */
export function begin(compiled: CompiledStory, scene: string = compiled.story.start): Passage {
  return passage(compiled, { ...beginning(compiled, scene), cause: null }, new Set())
}

/**
 * The scene that follows: `answer` decides at a question, `random` (from 0 up to 1) by chance. Null where nothing follows:
 * behind an ending, where no line of a branch holds, or where the question has no such answer.
 */
export function next(
  compiled: CompiledStory,
  { situation, heard }: Progress,
  { answer, random }: { readonly answer: Answer; readonly random: () => number },
): Passage | null {
  const outs = waysOut(compiled, situation)
  const isAsked = compiled.story.scenes.get(situation.scene)?.exit.kind === 'question'
  const out = isAsked ? outs.find(({ cause }) => cause.kind === answer) : drawn(outs, random)
  return out === undefined ? null : passage(compiled, out, new Set([...heard, situation.scene]))
}

/** The scene that it is in, as it was when it began; null where the story has no such scene. */
export function passageAt({ story }: CompiledStory, progress: Progress): Passage | null {
  const scene = story.scenes.get(progress.situation.scene)
  return scene === undefined ? null : passageOf(scene, progress, { cause: null, clamped: [] })
}

/** Another scene in place of all that could follow, with the vars as they are. */
export function goTo(compiled: CompiledStory, { situation, heard }: Progress, scene: string): Passage {
  const entered = enter(compiled, situation, scene)
  return passage(compiled, { ...entered, cause: null }, new Set([...heard, situation.scene]))
}

function passage(
  { story }: CompiledStory,
  { situation, clamped, cause }: Entered & { readonly cause: Cause | null },
  heard: ReadonlySet<string>,
): Passage {
  const scene = story.scenes.get(situation.scene)
  if (scene === undefined) throw new RangeError(`the story has no scene "${situation.scene}"`)
  return passageOf(scene, { situation, heard }, { cause, clamped })
}

function passageOf(
  scene: Scene,
  progress: Progress,
  { cause, clamped }: Pick<Passage, 'cause' | 'clamped'>,
): Passage {
  const clip = progress.heard.has(scene.id) ? (scene.again ?? scene.play) : scene.play
  return { progress, scene, clip, cause, clamped }
}

/** One of what chance may bring, each as likely as its weight; no chance is asked for where there is no choice. */
export function drawn<Weighted extends Pick<Out, 'weight'>>(
  outs: readonly Weighted[],
  random: () => number,
): Weighted | undefined {
  const [first] = outs
  if (first === undefined || outs.length === 1) return first
  let left = random() * outs.reduce((sum, { weight }) => sum + weight, 0)
  for (const out of outs) {
    left -= out.weight
    if (left < 0) return out
  }
  return outs.at(-1)
}
