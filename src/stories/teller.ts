import type { Answer, Story } from '../core/story.ts'
import { printable } from '../language/printable.ts'
import { either } from '../language/wording.ts'
import type { PathStep } from './check/explored.ts'
import { pathInWords, sceneInWords, varsInWords } from './check/words.ts'
import type { Playing } from './playing.ts'
import { type Telling, tellingInWords } from './telling.ts'
import { longestWalk } from './walk.ts'

/** What somebody does who plays a story. */
export type Press = Answer | 'home' | 'quit'

/** How it came to an end: at an ending, by whoever plays, because nothing led on, or because it never asked again. */
export type PlayEnd = 'ending' | 'quit' | 'input-ended' | 'stuck' | 'long'

/** Tells somebody how a story goes on. */
export interface Teller {
  begins(story: Story, seed: number): void
  scene(telling: Telling): void
  pressed(press: Press): void
  /** That the press leads nowhere; `early`: that it does not yet. */
  ignored(press: Press, why: 'nothing-there' | 'early'): void
  /** That a word is not known. */
  unknown(word: string): void
  /** Something beside the story. */
  note(text: string): void
  ends(end: PlayEnd, playing: Playing): void
}

/** The words for presses, as they are typed. */
export const pressWords: ReadonlyMap<string, Press> = new Map([
  ['left', 'left'],
  ['right', 'right'],
  ['wait', 'silence'],
  ['home', 'home'],
  ['quit', 'quit'],
])

const wordFor: ReadonlyMap<Press, string> = new Map([...pressWords].map(([word, press]) => [press, word]))

/** Tells it to people. `keys`: who plays presses single keys, else types words. */
export function tellerInWords(write: (text: string) => void, typed: 'keys' | 'lines'): Teller {
  const say = (...lines: readonly string[]) => write(lines.map((line) => `${printable(line)}\n`).join(''))
  return {
    begins({ title }, seed) {
      say(`${title}, chance by seed ${seed}.`, helpFor[typed])
    },
    scene(telling) {
      const { question } = telling
      const answers = question === null ? [] : [`  ${answersInWords(question.answers, typed)}`]
      say('', ...tellingInWords(telling), ...answers)
    },
    pressed: (press) => say(`> ${wordFor.get(press)}`),
    ignored(press, why) {
      const early = `  too early: the scene is heard out first`
      const nothing = press === 'silence' ? '  it waits for an answer' : `  ${press} does nothing here`
      say(why === 'early' ? early : nothing)
    },
    unknown: (word) => say(`  "${word.slice(0, 40)}" is not known: type ${either([...pressWords.keys()])}`),
    note: (text) => say(`  (${text})`),
    ends(end, playing) {
      say('', endInWords(end, playing), ...wayHere(playing))
    },
  }
}

/** Tells it to programs: an object a line. */
export function tellerInJson(write: (text: string) => void): Teller {
  const say = (type: string, what: object) => write(`${JSON.stringify({ type, ...what })}\n`)
  return {
    begins: ({ id, title }, seed) => say('story', { story: id, title, seed }),
    scene({ question, ...telling }) {
      const asked = question && {
        asks: question.asks,
        answers: question.answers.map((answer) => wordFor.get(answer)),
        hear_out: question.hearOut,
      }
      say('scene', { ...telling, question: asked })
    },
    pressed: (press) => say('press', { press: wordFor.get(press) }),
    ignored: (press, why) => say('ignored', { press: wordFor.get(press), why }),
    unknown: (word) => say('unknown', { word: word.slice(0, 40), known: [...pressWords.keys()] }),
    note: (text) => say('note', { text }),
    ends(end, { here, path }) {
      const { scene, progress } = here
      const ending = scene.exit.kind === 'ending' && end === 'ending' ? scene.exit.name : null
      say('end', { end, ending, scene: scene.id, vars: progress.situation.vars, path })
    },
  }
}

const helpFor = {
  keys: 'Keys: ← → answer (also l r, a d), ↓ or space says nothing, h starts again, q leaves.',
  lines: `Type ${either([...pressWords.keys()])}, one word a line.`,
}

const arrows: Readonly<Record<Answer, string>> = {
  left: '← left',
  right: '→ right',
  silence: '↓ say nothing',
}

function answersInWords(answers: readonly Answer[], typed: 'keys' | 'lines'): string {
  if (typed === 'keys') return answers.map((answer) => arrows[answer]).join('   ')
  return `${either(answers.map((answer) => wordFor.get(answer) ?? answer))}?`
}

function endInWords(end: PlayEnd, { here, compiled }: Playing): string {
  const { scene, progress } = here
  const vars = varsInWords(progress.situation, compiled.story.vars.keys())
  const place = `${sceneInWords(scene.id)}${vars === '' ? '' : `, with ${vars}`}`
  switch (end) {
    case 'ending':
      return `The end: ${scene.exit.kind === 'ending' ? scene.exit.name : ''}. It went:`
    case 'quit':
      return `Left in ${place}. It went:`
    case 'input-ended':
      return `The input ended in ${place}. It went:`
    case 'stuck':
      return `Stuck in ${place}: nothing leads on. It went:`
    case 'long':
      return `${longestWalk.toLocaleString('en')} scenes came and no question among them; it was left at that in ${place}. The last of them:`
  }
}

const stepsInLine = 8
const mostLines = 12

function wayHere({ path, here }: Playing): readonly string[] {
  const steps = [...path.map((step: PathStep) => pathInWords([step])), sceneInWords(here.scene.id)]
  const lines = Array.from({ length: Math.ceil(steps.length / stepsInLine) }, (_, line) =>
    steps.slice(line * stepsInLine, (line + 1) * stepsInLine).join(', '),
  )
  const shown = lines.slice(-mostLines)
  const isCut = shown.length < lines.length
  return shown.map(
    (line, at) => `  ${at === 0 && isCut ? '… ' : ''}${line}${at < shown.length - 1 ? ',' : ''}`,
  )
}
