import type { Answer } from '../core/story.ts'
import type { CompiledStory } from './compiled.ts'
import { begin, next, type Passage } from './journey.ts'

/** How a walk ended: at an ending, where nothing leads on, or that it was given up. */
export type WalkEnd =
  | { readonly kind: 'ending'; readonly name: string }
  | { readonly kind: 'waits' | 'stuck' | 'long' }

export interface Walk {
  /** Every scene in order, the last one is where it ended. */
  readonly passages: readonly Passage[]
  readonly end: WalkEnd
}

/** Longer than anybody listens; a story that can always end ends sooner by far. */
export const longestWalk = 1_000

/** Goes through the story; `answer` says what is done at a question, null where nothing more is. */
export function walk(
  compiled: CompiledStory,
  {
    answer,
    random,
    most = longestWalk,
  }: {
    readonly answer: (passage: Passage) => Answer | null
    readonly random: () => number
    readonly most?: number
  },
): Walk {
  const passages = [begin(compiled)]
  for (let steps = 0; ; steps++) {
    const here = passages[passages.length - 1] as Passage
    const { exit } = here.scene
    if (exit.kind === 'ending') return { passages, end: { kind: 'ending', name: exit.name } }
    if (steps >= most) return { passages, end: { kind: 'long' } }
    const given = exit.kind === 'question' ? answer(here) : 'silence'
    if (given === null) return { passages, end: { kind: 'waits' } }
    const following = next(compiled, here.progress, { answer: given, random })
    if (following !== null) passages.push(following)
    // A button that has no answer does nothing: it is still asked.
    else if (exit.kind !== 'question') return { passages, end: { kind: 'stuck' } }
  }
}
