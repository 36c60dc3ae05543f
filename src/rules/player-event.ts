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

/** What happened, before the player's name. */
const happenings: Readonly<Record<string, string>> = {
  card_inserted: 'a card was put into',
  card_removed: 'the card was taken out of',
  playback_started: 'playing began on',
  playback_paused: 'playing was paused on',
  playback_resumed: 'playing went on after a pause on',
  playback_stopped: 'playing stopped on',
  track_started: 'a track began on',
  track_ended: 'a track ended on',
  queue_ended: 'the queue of a stream came to its end on',
  online: 'there is a connection again to',
  offline: 'there is no connection any more to',
  headphones_on: 'headphones were put into',
  headphones_off: 'headphones were taken out of',
  day_started: 'the day began on',
  night_started: 'the night began on',
}

/** The event in words: "the right button was pressed on Nursery". */
export function describeEvent(event: RuleEvent, world: Pick<World, 'player'>): string {
  const what =
    typeof event.button === 'string'
      ? `the ${event.button} button was pressed on`
      : (happenings[String(event.type)] ?? `${event.type} on`)
  const name =
    typeof event.player === 'string' ? (world.player(event.player)?.name ?? event.player) : event.stream
  return `${what} ${typeof name === 'string' ? name : 'a player'}`
}
