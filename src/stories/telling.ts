import { type Answer, answers, type Cause, type Clip } from '../core/story.ts'
import type { PlainValue } from '../core/value-form.ts'
import { sceneInWords, valueInWords } from './check/words.ts'
import type { CompiledStory } from './compiled.ts'
import type { Passage } from './journey.ts'
import type { Playing } from './playing.ts'
import { type Clamped, waysOut } from './situation.ts'

/** What there is to tell of a scene as it begins. */
export interface Telling {
  readonly scene: string
  readonly cause: Cause | null
  /** Of a branch the condition that held, or that no line above it did; null elsewhere. */
  readonly condition: { readonly if: string | null } | null
  /** Of chance how likely this was; null elsewhere. */
  readonly chance: { readonly weight: number; readonly of: number } | null
  /** What is another than it was in the scene before, or at the start. */
  readonly changed: readonly { readonly name: string; readonly value: PlainValue }[]
  /** What stayed within its bounds. */
  readonly clamped: readonly Clamped[]
  readonly plays: Clip | null
  readonly question: AskedQuestion | null
  readonly ending: string | null
}

export interface AskedQuestion {
  readonly asks: Clip | null
  /** Those that lead on. */
  readonly answers: readonly Answer[]
  /** Whether a press counts only once all of the scene was heard. */
  readonly hearOut: boolean
}

export function tellingOf({
  compiled,
  here,
  before,
}: Pick<Playing, 'compiled' | 'here' | 'before'>): Telling {
  const { scene, cause, clip, clamped } = here
  const { exit } = scene
  return {
    scene: scene.id,
    cause,
    ...reasonsFor(compiled, here, before),
    changed: changedIn(compiled, here, before),
    clamped,
    plays: clip,
    question:
      exit.kind === 'question'
        ? {
            asks: exit.ask,
            answers: answers.filter((answer) => exit[answer] !== null),
            hearOut: exit.hearOut,
          }
        : null,
    ending: exit.kind === 'ending' ? exit.name : null,
  }
}

/** One piece of it a line, the name of the scene first; how it can be answered is said by who asks. */
export function tellingInWords({
  scene,
  condition,
  chance,
  changed,
  clamped,
  plays,
  question,
  ending,
}: Telling): string[] {
  return [
    sceneInWords(scene),
    ...(condition === null
      ? []
      : [condition.if === null ? 'because nothing above it holds' : `because ${condition.if}`]
    ).map(indented),
    ...(chance === null ? [] : [`by chance, ${chance.weight} of ${chance.of}`]).map(indented),
    ...changed.map(({ name, value }) => indented(`${name} is now ${valueInWords(value)}`)),
    ...clamped.map(({ name, at }) => indented(`${name} stays ${valueInWords(at)}: it goes no further`)),
    ...clipInWords('plays', plays).map(indented),
    ...clipInWords('asks', question?.asks ?? null).map(indented),
    ...(ending === null ? [] : [indented(`ending: ${ending}`)]),
  ]
}

function indented(line: string): string {
  return `  ${line}`
}

function clipInWords(word: string, clip: Clip | null): string[] {
  if (clip === null) return []
  const lines = clip.say === undefined ? [] : clip.say.trim().split(/\r?\n/)
  if ('file' in clip) return [`${word} ${clip.file}`, ...lines.map(indented)]
  const [first = '', ...more] = lines
  return [`${word === 'plays' ? 'says' : word}: ${first}`, ...more.map(indented)]
}

function reasonsFor(
  compiled: CompiledStory,
  { cause }: Passage,
  before: Passage | null,
): Pick<Telling, 'condition' | 'chance'> {
  const exit = before?.scene.exit
  if (before === null || cause === null || !('index' in cause)) return { condition: null, chance: null }
  if (exit?.kind === 'branch') return { condition: { if: exit.lines[cause.index]?.if ?? null }, chance: null }
  const outs = waysOut(compiled, before.progress.situation)
  const taken = outs.find((out) => 'index' in out.cause && out.cause.index === cause.index)
  const of = outs.reduce((sum, { weight }) => sum + weight, 0)
  return { condition: null, chance: { weight: taken?.weight ?? 0, of } }
}

function changedIn(
  { story }: CompiledStory,
  { progress }: Passage,
  before: Passage | null,
): Telling['changed'] {
  return [...story.vars.values()].flatMap(({ id, start }) => {
    const value = progress.situation.vars[id]
    const was = before === null ? start : before.progress.situation.vars[id]
    return value === undefined || value === was ? [] : [{ name: id, value }]
  })
}
