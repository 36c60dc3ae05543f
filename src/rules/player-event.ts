import type { RuleEvent, TriggerData, World } from './plugin.ts'

/** What a rule that a player's event started knows of it: the event's published fields. */
export function playerEventData(event: RuleEvent): TriggerData {
  const { player, stream, ...rest } = event
  return {
    ...rest,
    ...(typeof player === 'string' ? { player } : {}),
    ...(typeof stream === 'string' ? { stream } : {}),
  }
}

/** The event in words: "button right on Nursery". */
export function describeEvent(event: RuleEvent, world: Pick<World, 'player'>): string {
  const what = [event.type, event.button].filter((word) => typeof word === 'string').join(' ')
  const name =
    typeof event.player === 'string' ? (world.player(event.player)?.name ?? event.player) : event.stream
  return typeof name === 'string' ? `${what} on ${name}` : what
}
