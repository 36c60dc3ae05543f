import type { Engine } from '../rules/engine.ts'
import type { EventSource, RuleEvent } from '../rules/plugin.ts'

type Match = Readonly<Record<string, string>>

/**
 * Begins to listen to where such events come from; `happened` takes each of them, with the fields of `match` in it. Returns what ends
 * it.
 */
export type Listen = (match: Match, happened: (event: RuleEvent) => void) => () => void

/** Where events come from that have to be asked for. */
export type RuleSources = Readonly<Partial<Record<EventSource, Listen>>>

interface Listened {
  rules: number
  readonly end: () => void
}

/**
 * Listens once for all rules that want the same, as long as one of them does. Rules that are read again go on hearing:
 * what ends and begins in the same breath never ended.
 */
export function listeningFor(
  sources: RuleSources,
  engine: () => Pick<Engine, 'happened'>,
): (source: EventSource, match: Match) => () => void {
  const all = new Map<string, Listened>()
  return (source, match) => {
    const listen = sources[source]
    if (listen === undefined) return () => undefined
    const key = JSON.stringify([source, Object.entries(match).sort()])
    const known = all.get(key)
    const listened = known ?? {
      rules: 0,
      end: listen(match, (event) => engine().happened(source, { type: source, ...event, ...match })),
    }
    listened.rules += 1
    all.set(key, listened)
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      listened.rules -= 1
      queueMicrotask(() => {
        if (listened.rules > 0 || all.get(key) !== listened) return
        all.delete(key)
        listened.end()
      })
    }
  }
}
