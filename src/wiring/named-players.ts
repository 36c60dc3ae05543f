import type { Log } from '../core/log.ts'
import type { Hub } from '../hub.ts'
import { PlayerNames } from '../rules/players.ts'
import type { NamedPlayer } from '../rules/read/names.ts'
import type { RuleSet } from '../rules/rule-set.ts'

interface WatchInput {
  readonly hub: Pick<Hub, 'players' | 'subscribe'>
  readonly ruleSet: Pick<RuleSet, 'players'> & { readonly playersNamed: readonly NamedPlayer[] }
  readonly log: Log
}

/** Says in the log which players of the rules there are not, each once, as soon as it is known which there are. */
export function watchNamedPlayers({ hub, ruleSet, log }: WatchInput): { stop(): void } {
  const names = new PlayerNames({ aliases: ruleSet.players, players: () => hub.players() })
  const said = new Set<string>()
  const stop = hub.subscribe('players that rules name', (change) => {
    if (change.kind !== 'players-listed') return
    for (const { name, file, line } of ruleSet.playersNamed) {
      const fault = said.has(name) ? null : names.faultOf(name)
      if (fault === null) continue
      said.add(name)
      log.warn(`${file}:${line} warning[ref/player] ${fault.message}`, { help: fault.help })
    }
  })
  return { stop }
}
