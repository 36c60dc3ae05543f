import { randomFrom } from '../core/play-order.ts'
import type { Cause } from '../core/story.ts'
import type { Span } from '../language/node.ts'
import { pathInWords, sceneInWords } from './check/words.ts'
import { type CompiledStory, inHouse } from './compiled.ts'
import type { Passage } from './journey.ts'
import type { StoryTest } from './read/tests.ts'
import { type Walk, walk } from './walk.ts'

/** An expectation that was not met, and where it stands. */
export interface TrialFailure {
  readonly span: Span
  readonly message: string
  readonly help?: string
}

/** Plays the story as the test presses; what it expects and did not come. */
export function tried(compiled: CompiledStory, test: StoryTest): readonly TrialFailure[] {
  const presses = test.presses[Symbol.iterator]()
  const random = randomFrom(test.seed)
  const played = walk(inHouse(compiled, { values: test.house }), {
    answer: () => presses.next().value ?? null,
    random,
  })
  const path = played.passages.slice(1).map(({ cause }, index) => ({
    scene: played.passages[index]?.scene.id ?? '',
    cause: cause as Cause,
  }))
  const help = path.length === 0 ? {} : { help: `it went: ${pathInWords(path)}` }
  return faultsIn(played, test).map((fault) => ({
    span: test.span,
    message: `${compiled.story.id}/${test.id}: ${fault}`,
    ...help,
  }))
}

function faultsIn({ passages, end }: Walk, { expect, presses }: StoryTest): readonly string[] {
  const last = passages[passages.length - 1] as Passage
  const where = sceneInWords(last.scene.id)
  const faults: string[] = []
  if (expect.ending !== undefined && (end.kind !== 'ending' || end.name !== expect.ending))
    faults.push(
      `expected the ending ${expect.ending}, ${end.kind === 'ending' ? `came to ${end.name}` : whyNot(end.kind, where, presses.length)}`,
    )
  // Whoever is at an option of a carousel is in its scene, the only one that has a name.
  if (expect.scene !== undefined && last.scene.id.split('.')[0] !== expect.scene)
    faults.push(`expected to come to ${expect.scene}, came to ${where}`)
  const heard = passages.map(({ scene }) => scene.id).filter((id) => !id.includes('.'))
  if (expect.scenes !== undefined && heard.join('\n') !== expect.scenes.join('\n'))
    faults.push(`expected the scenes ${expect.scenes.join(', ')}, came by ${heard.join(', ')}`)
  for (const [name, value] of expect.vars) {
    const found = last.progress.situation.vars[name]
    if (found !== value) faults.push(`expected ${name} to be ${value}, it is ${found}`)
  }
  return faults
}

function whyNot(kind: 'waits' | 'stuck' | 'long', scene: string, presses: number): string {
  switch (kind) {
    case 'waits':
      return `still waits for an answer at ${scene}, behind ${presses} ${presses === 1 ? 'press' : 'presses'}`
    case 'stuck':
      return `is stuck at ${scene}`
    case 'long':
      return `went through ${scene} and on without an end`
  }
}
