import { randomFrom } from '../core/play-order.ts'
import type { AskedNext, PlayedScene, PlayThrough } from '../core/play-through.ts'
import type { Answer } from '../core/story.ts'
import { sceneInWords } from './check/words.ts'
import type { CompiledStory } from './compiled.ts'
import type { Passage } from './journey.ts'
import { walk } from './walk.ts'

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

function askedIn(passage: Passage | undefined): AskedNext | null {
  const exit = passage?.scene.exit
  if (exit?.kind !== 'question') return null
  const { left, right, silence, waitMs, askAgain, hearOut } = exit
  return {
    ...{ left: left !== null, right: right !== null, silence: silence !== null },
    ...{ wait_s: waitMs / 1000, ask_again: askAgain, hear_out: hearOut },
  }
}
