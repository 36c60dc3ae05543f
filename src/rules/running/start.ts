import type { PlayerEvent } from '../../core/event.ts'
import type { TriggerData, World } from '../plugin.ts'
import type { Rule } from '../rule-set.ts'

/** A trigger has fired. */
export interface Start {
  readonly rule: Rule
  /** The trigger that fired. */
  readonly trigger: Rule['when'][number]
  readonly data: TriggerData
  /** For people: "right was pressed on Nursery". */
  readonly because: string
  /** What fired it; null where no player did anything. */
  readonly event: PlayerEvent | null
  /** How many rules have led to it, one by another. */
  readonly depth: number
  readonly at: Date
}

/** Runs that concern one stream or player follow one another, so that the last wish is the one that holds. */
export function laneOf({ rule, data }: Pick<Start, 'rule' | 'data'>, world: Pick<World, 'playerId'>): string {
  const player = rule.player ?? data.player
  const known = player === undefined ? undefined : world.playerId(player)
  return rule.stream ?? data.stream ?? known ?? player ?? rule.id
}
