import type { PlaylistSourceDef } from '../plugin.ts'
import { quietly } from './guarded.ts'
import { briefly, inTime } from './time-limit.ts'
import type { Doing, PluginWatch } from './watch.ts'

/** What a playlist takes of a source. */
export const mostListed = 1000
const longestName = 1000

/** A source that ends, and answers with texts or rejects with an AppError. What fails is counted. */
export function guardedSource(name: string, part: PlaylistSourceDef, watch: PluginWatch): PlaylistSourceDef {
  const doing = { what: `playlist source \`${name}\``, rule: null }
  const { describe, options, shorthand } = part
  return {
    options,
    ...(describe === undefined ? {} : { describe }),
    ...(shorthand === undefined ? {} : { shorthand }),
    ...explaining(name, part, { doing, watch }),
    async list(asked) {
      // An object of its own, so that whatever becomes of it the playlist stays as it is written.
      const own: unknown = structuredClone(asked)
      // Throws in the plug-in's name.
      const listing = watch.run(doing, () => briefly(() => part.list(own)))
      try {
        const answer: unknown = await inTime(listing)
        return briefly(() => namesIn(answer))
      } catch (error) {
        throw watch.failed(error, doing)
      }
    },
  }
}

function namesIn(answer: unknown): string[] {
  if (!Array.isArray(answer)) throw new TypeError(`it answered ${typeof answer}, not a list of files`)
  const names: string[] = []
  for (let at = 0; at < Math.min(answer.length, mostListed); at++) {
    const name: unknown = answer[at]
    if (typeof name !== 'string' || name === '') throw new TypeError(`item ${at + 1} of its list is no text`)
    if (name.length > longestName)
      throw new TypeError(`item ${at + 1} of its list is longer than ${longestName} characters`)
    names.push(name)
  }
  return names
}

function explaining(
  name: string,
  part: PlaylistSourceDef,
  { doing, watch }: { readonly doing: Doing; readonly watch: PluginWatch },
): Pick<PlaylistSourceDef, 'explain'> {
  if (part.explain === undefined) return {}
  return {
    explain: (options) =>
      quietly(watch, doing, name, () => {
        const words: unknown = part.explain?.(options)
        if (typeof words !== 'string') throw new TypeError('`explain` must return a text')
        return words.slice(0, 300)
      }),
  }
}
