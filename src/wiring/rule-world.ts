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
  /** The state of an entity of Home Assistant that is listened to. */
  readonly entityState?: World['entityState']
  readonly clock: Clock
}

/** The house as it is. */
export function ruleWorld(ground: Ground): World {
  const { hub } = ground
  return worldWith(ground, {
    queue: (stream) => hub.queue(stream),
    vars: () => hub.vars(),
    inputs: () => hub.inputValues(),
  })
}

/** The house as its rules look at it: what one of them changes is there for the next, also while it is on its way into the store. */
export function comingWorld(ground: Ground): World {
  const { hub } = ground
  return worldWith(ground, {
    queue: (stream) => hub.comingQueue(stream),
    vars: () => hub.comingVars(),
    inputs: () => hub.comingInputs(),
  })
}

function worldWith(
  { hub, ruleSet, slots, entityState, clock }: Ground,
  stored: Pick<World, 'queue' | 'vars' | 'inputs'>,
): World {
  const names = new PlayerNames({ aliases: () => ruleSet().players, players: () => hub.players() })
  return {
    now: () => clock.now(),
    get calendar() {
      return ruleSet().calendar
    },
    player: (id) => hub.player(id),
    playerId: (named) => names.idOf(named),
    slots,
    ...(entityState === undefined ? {} : { entityState }),
    ...stored,
  }
}
