import type { Fields } from '../language/expression/environment.ts'
import type { RuleEvent, TriggerData, World } from './plugin.ts'

/** What every event of a player tells a rule that it started; `stream` is empty where the card is not one of ours. */
export const playerEventFields = {
  type: 'text',
  player: 'text',
  stream: 'text',
  at: 'text',
  commanded: 'bool',
} as const satisfies Fields

/** The same of an event about the card in the player. */
export const onCardFields = {
  ...playerEventFields,
  card_id: 'text',
  chapter_key: 'text',
  track_key: 'text',
} as const satisfies Fields

/** What a rule that a player's event started knows of it: the event's published fields. */
export function playerEventData(event: RuleEvent): TriggerData {
  const { player, stream, ...rest } = event
  // A spread with more behind it makes a hidden class each time, on Node 20, and that keeps the data of each start from
  // being collected.
  return Object.assign(
    rest,
    typeof player === 'string' ? { player } : {},
    typeof stream === 'string' ? { stream } : {},
  )
}

/** The event in words: "button right on Nursery". */
export function describeEvent(event: RuleEvent, world: Pick<World, 'player'>): string {
  const what = [event.type, event.button].filter((word) => typeof word === 'string').join(' ')
  const name =
    typeof event.player === 'string' ? (world.player(event.player)?.name ?? event.player) : event.stream
  return typeof name === 'string' ? `${what} on ${name}` : what
}
