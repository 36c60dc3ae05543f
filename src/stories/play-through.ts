import { randomFrom } from '../core/play-order.ts'
import type { Answer, Cause, Clip } from '../core/story.ts'
import type { PlainValue } from '../core/value-form.ts'
import { sceneInWords } from './check/words.ts'
import type { CompiledStory } from './compiled.ts'
import type { Passage } from './journey.ts'
import { type WalkEnd, walk } from './walk.ts'

/** A story as it goes for who gives these answers, in the order in which it asks. */
export interface PlayThrough {
  readonly story: string
  readonly seed: number
  readonly scenes: readonly PlayedScene[]
  /** `waits`: it asks, and no answer is left; `stuck`: nothing leads on; `long`: given up after 1,000 scenes. */
  readonly end: WalkEnd['kind']
  /** The name of the ending that it came to; null where it came to none. */
  readonly ending: string | null
  /** What it waits for; null where it does not. */
  readonly asks: Asked | null
  /** How many of the answers were asked for. */
  readonly answered: number
}

export interface PlayedScene {
  readonly scene: string
  /** For people. */
  readonly label: string
  /** What led there; null for the first. */
  readonly by: Cause['kind'] | null
  /** What is heard of the scene itself; null for one that only decides. */
  readonly heard: Clip | null
  /** The question behind it. */
  readonly ask: Clip | null
  /** As they are once it has begun. */
  readonly vars: Readonly<Record<string, PlainValue>>
  /** Vars that were to be set beyond their bounds on the way. */
  readonly clamped: readonly string[]
}

interface Asked {
  /** A button without an answer does nothing. */
  readonly left: boolean
  readonly right: boolean
  /** False: it waits for ever. */
  readonly silence: boolean
  readonly wait_s: number
  readonly ask_again: number
  readonly hear_out: boolean
}

/** Plays it from the start. The same seed brings the same of chance. */
export function playThrough(
  compiled: CompiledStory,
  { answers, seed }: { readonly answers: readonly Answer[]; readonly seed: number },
): PlayThrough {
  let answered = 0
  const answer = () => {
    const next = answers[answered] ?? null
    if (next !== null) answered += 1
    return next
  }
  const { passages, end } = walk(compiled, { answer, random: randomFrom(seed) })
  return {
    ...{ story: compiled.story.id, seed },
    scenes: passages.map(playedScene),
    end: end.kind,
    ending: end.kind === 'ending' ? end.name : null,
    asks: end.kind === 'waits' ? askedIn(passages.at(-1)) : null,
    answered,
  }
}

function playedScene({ scene, cause, clip, progress, clamped }: Passage): PlayedScene {
  return {
    ...{ scene: scene.id, label: sceneInWords(scene.id), by: cause?.kind ?? null },
    ...{ heard: clip, ask: scene.exit.kind === 'question' ? scene.exit.ask : null },
    vars: progress.situation.vars,
    clamped: clamped.map(({ name }) => name),
  }
}

function askedIn(passage: Passage | undefined): Asked | null {
  const exit = passage?.scene.exit
  if (exit?.kind !== 'question') return null
  const { left, right, silence, waitMs, askAgain, hearOut } = exit
  return {
    ...{ left: left !== null, right: right !== null, silence: silence !== null },
    ...{ wait_s: waitMs / 1000, ask_again: askAgain, hear_out: hearOut },
  }
}
