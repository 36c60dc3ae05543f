import type { Clock } from '../core/clock.ts'
import type { Hub } from '../hub.ts'
import { PlayerNames } from '../rules/players.ts'
import type { World } from '../rules/plugin.ts'
import type { RuleSet } from '../rules/rule-set.ts'

interface Ground {
  readonly hub: Hub
  /** As it is at the moment. */
  readonly ruleSet: () => Pick<RuleSet, 'players' | 'calendar'>
  /** The slots that hold now. */
  readonly slots: World['slots']
  readonly clock: Clock
}

/** The house as its rules look at it. */
export function ruleWorld({ hub, ruleSet, slots, clock }: Ground): World {
  const names = new PlayerNames({ aliases: () => ruleSet().players, players: () => hub.players() })
  return {
    now: () => clock.now(),
    get calendar() {
      return ruleSet().calendar
    },
    player: (id) => hub.player(id),
    queue: (stream) => hub.queue(stream),
    playerId: (named) => names.idOf(named),
    vars: () => hub.vars(),
    inputs: () => hub.inputValues(),
    slots,
  }
}
