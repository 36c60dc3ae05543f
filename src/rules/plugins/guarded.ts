import type { InputReference, Reference, Telling } from '../plugin.ts'
import type { Doing, PluginWatch } from './watch.ts'

interface Referring {
  references?(options: never): readonly (Reference | InputReference)[]
}

interface Explaining {
  readonly title: string
  explain?(options: never, telling: Telling): string
}

const referenceKinds: ReadonlySet<unknown> = new Set([
  ...['playlist or file', 'topic', 'day', 'sun', 'story'],
  'input',
])

/** What a part refers to; nothing where it cannot say. */
export function referring(part: Referring, doing: Doing, watch: PluginWatch) {
  if (part.references === undefined) return {}
  return {
    references: (options: never) =>
      quietly(watch, doing, [], () => {
        const found: unknown = part.references?.(options)
        if (!Array.isArray(found)) throw new TypeError('`references` must return a list')
        return found.filter((one) => referenceKinds.has(one?.kind) && typeof one.name === 'string')
      }),
  }
}

/** What a part says of itself; its title where it cannot. */
export function explaining(part: Explaining, doing: Doing, watch: PluginWatch) {
  if (part.explain === undefined) return {}
  return {
    explain: (options: never, telling: Telling) =>
      quietly(watch, doing, part.title, () => {
        const words: unknown = part.explain?.(options, telling)
        if (typeof words !== 'string') throw new TypeError('`explain` must return a text')
        return words
      }),
  }
}

/** What it answers, or `instead` where it fails, which the log says. */
export function quietly<Answer>(
  watch: PluginWatch,
  doing: Doing,
  instead: Answer,
  work: () => Answer,
): Answer {
  let answer = instead
  watch.runAlone(doing, () => {
    answer = work()
  })
  return answer
}

/** A copy with what JSON can say, so that nothing of it changes any more. @throws TypeError where that is not all. */
export function asPlain(value: unknown): unknown {
  if (typeof value === 'function') return value
  return JSON.parse(JSON.stringify(value) ?? 'null')
}
