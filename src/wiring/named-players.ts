import type { Log } from '../core/log.ts'
import type { Hub } from '../hub.ts'
import { PlayerNames } from '../rules/players.ts'
import type { NamedPlayer } from '../rules/read/names.ts'
import type { RuleSet } from '../rules/rule-set.ts'

interface WatchInput {
  readonly hub: Pick<Hub, 'players' | 'subscribe'>
  readonly book: {
    readonly current: Pick<RuleSet, 'players'>
    readonly playersNamed: readonly NamedPlayer[]
    onChange(changed: () => void): () => void
  }
  readonly log: Log
}

/** Says in the log which players of the rules there are not, each once, as soon as it is known which there are. */
export function watchNamedPlayers({ hub, book, log }: WatchInput): { stop(): void } {
  const names = new PlayerNames({ aliases: () => book.current.players, players: () => hub.players() })
  const said = new Set<string>()
  let isListed = false
  const look = () => {
    for (const { name, file, line } of isListed ? book.playersNamed : []) {
      const fault = said.has(name) ? null : names.faultOf(name)
      if (fault === null) continue
      said.add(name)
      log.warn(`${file}:${line} warning[ref/player] ${fault.message}`, { help: fault.help })
    }
  }
  const forgetBook = book.onChange(look)
  const forgetHub = hub.subscribe('players that rules name', (change) => {
    if (change.kind !== 'players-listed') return
    isListed = true
    look()
  })
  return {
    stop: () => {
      forgetBook()
      forgetHub()
    },
  }
}
