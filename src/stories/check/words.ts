import type { Cause, Story } from '../../core/story.ts'
import type { PlainValue } from '../../core/value-form.ts'
import { either } from '../../language/wording.ts'
import type { Situation } from '../situation.ts'
import type { PathStep } from './explored.ts'

/** A scene as people know it: `fork`, or `option 2 of fork` of a carousel. */
export function sceneInWords(scene: string): string {
  const [, name, option] = /^(.*)\.(\d+)$/.exec(scene) ?? []
  return name === undefined ? scene : `option ${option} of ${name}`
}

/** The same of several, each once; what is offered in a carousel is the scene that somebody wrote. */
export function scenesInWords(scenes: readonly string[]): readonly string[] {
  return [...new Set(scenes.map(writtenScene))]
}

/** `loop-a → loop-b → loop-a`; of a long one its beginning. */
export function roundInWords(round: readonly string[]): string {
  const names = round.map(writtenScene).filter((name, at, all) => name !== all[at - 1])
  const whole = names.length === 1 ? [...names, ...names] : names
  const shown =
    whole.length > longestPath ? [...whole.slice(0, longestPath - 2), '…', ...whole.slice(-1)] : whole
  return shown.join(' → ')
}

/** The scene of the file that this one was made for, or it is. */
export function writtenScene(scene: string): string {
  return scene.replace(/\.\d+$/, '')
}

/** `gate right, forest`: what is pressed and heard on the way; at most the last few of it. */
export function pathInWords(path: readonly PathStep[]): string {
  const steps = path.map(({ scene, cause }) => `${sceneInWords(scene)}${causeInWords(cause)}`)
  return steps.length > longestPath ? `… ${steps.slice(-longestPath).join(', ')}` : steps.join(', ')
}

const longestPath = 8

/** `brave = no, gold = 0`. */
export function varsInWords({ vars }: Pick<Situation, 'vars'>, names: Iterable<string>): string {
  return [...names].map((name) => `${name} = ${valueInWords(vars[name] ?? '')}`).join(', ')
}

/** What the vars are whenever somebody comes there: `gold is always 0`, `mood is calm or wild`. */
export function valuesInWords(
  there: ReadonlyMap<string, readonly PlainValue[]>,
  { vars }: Pick<Story, 'vars'>,
): string {
  return [...there]
    .flatMap(([name, values]) => {
      const known = vars.get(name)?.form
      const numbers = values.filter((value) => typeof value === 'number')
      const [low, high] = [Math.min(...numbers), Math.max(...numbers)]
      if (values.length === 0) return []
      if (values.length === 1) return [`${name} is always ${valueInWords(values[0] ?? '')}`]
      if (known?.type === 'number') return [`${name} is ${low} to ${high}`]
      const order = known?.type === 'choice' ? known.options : [true, false]
      return [`${name} is ${either(order.filter((value) => values.includes(value)).map(valueInWords))}`]
    })
    .join(', ')
}

/** `yes`, `no`, or the number or word itself. */
export function valueInWords(value: PlainValue): string {
  if (value === true) return 'yes'
  return value === false ? 'no' : String(value)
}

function causeInWords(cause: Cause): string {
  switch (cause.kind) {
    case 'left':
    case 'right':
    case 'silence':
      return ` ${cause.kind}`
    case 'branch':
      return ''
    case 'random':
      return ` by chance`
    case 'go':
      return ''
  }
}
