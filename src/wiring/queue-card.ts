import { pressPatienceMs } from '../audio/slots/slot-steps.ts'
import { placeAddress, type TrackPlace } from '../core/card-plan.ts'
import type { Effect } from '../core/effect.ts'
import type { PlayerEvent } from '../core/event.ts'
import type { PlayerState } from '../core/player.ts'
import type { CardFacts } from '../core/players.ts'
import type { Queue, QueueMove } from '../core/queue.ts'
import { checkPlays, moveTo } from '../core/queue-goal.ts'
import { itemAfter } from '../core/queue-mutation.ts'
import { edgesFrom, isSlot, type SlotCut } from '../core/slot.ts'
import type { Hub } from '../hub.ts'
import type { LiveCommand } from '../yoto/command.ts'
import { entrance } from './entrance.ts'

/** How a command is done. */
interface Way {
  /** What the player is told. */
  readonly told: LiveCommand
  /** How a queue is moved before that; absent where it is not, or by what the player then asks for. */
  readonly move?: { readonly stream: string; readonly to: QueueMove }
}

interface QueueCard {
  readonly card_id: string
  readonly slots: SlotCut
  readonly queue: Queue
  /** The chapter the player is at; null where it has not said. */
  readonly from: string | null
}

/** How the card is cut, where it is one of our queue cards; null for any other. */
export function cutOf({ stream, presses = 'all' }: CardFacts): SlotCut | null {
  // Of queue cards alone it is their requests that tell of presses.
  if (stream === null || presses === 'all') return null
  return presses === 'none' ? 'interactive' : 'linear'
}

/**
 * How the command is done with the player's card: as it is, but for a queue card. The chapters of that are no tracks,
 * each plays the item that is due: to go back the queue is moved, and the player is sent to where it gets the item
 * without seeming to have pressed.
 * @throws AppError `conflict` where the stream of the card plays nothing.
 */
export function queueCardWay(
  command: LiveCommand,
  { hub, player, facts }: { hub: Hub; player: PlayerState; facts: CardFacts | undefined },
): Way {
  const { card_id, chapter_key: from } = player
  if (card_id !== null && facts?.story !== undefined && facts.presses === 'all')
    return { told: onChapters(command, { card_id, from, layout: facts.layout ?? [] }) }
  if (card_id !== null && facts?.story !== undefined)
    return {
      told: onStoryCard(command, {
        card_id,
        from,
        slots: facts.presses === 'none' ? 'interactive' : 'linear',
      }),
    }
  const slots = facts === undefined ? null : cutOf(facts)
  const queue = hub.queue(facts?.stream ?? '')
  if (card_id === null || slots === null || queue === undefined) return { told: command }
  return onQueueCard(command, { card_id, slots, queue, from })
}

/**
 * What becomes of an effect of a rule that a press has started. A step on the queue card that was pressed answers the
 * press: the queue is moved, and the request of the press brings what it leads to. As a command it would come on top of
 * the press's own step. Null: on a card with a story, which takes a press as an answer, nothing is left to do.
 * @throws AppError `conflict` where the stream of the card plays nothing.
 */
export function answeringPress(
  effect: Effect,
  event: PlayerEvent,
  { hub, now }: { readonly hub: Hub; readonly now: Date },
): Effect | null {
  if (effect.kind !== 'command' || event.type !== 'button' || event.player !== effect.player) return effect
  const { type } = effect.command
  if (type !== 'next' && type !== 'previous') return effect
  if (now.getTime() - Date.parse(event.at) >= pressPatienceMs) return effect
  const { player: id, card_id, chapter_key } = event
  const facts = hub.cardFacts({ id, card_id, chapter_key })
  if (facts.story !== undefined) return null
  const queue = hub.queue(event.stream ?? facts.stream ?? '')
  if (queue === undefined || cutOf(facts) === null) return effect
  return { kind: 'mutate-queue', stream: queue.name, mutation: moveTo(type, queue) }
}

/** Moves the queue for a command. The returned function takes that back, where nobody has moved it on since. */
export async function moveQueue(
  hub: Hub,
  move: { player: PlayerState; command: LiveCommand; stream: string; to: QueueMove },
): Promise<() => Promise<unknown>> {
  const { player, command, stream, to } = move
  const because = `player "${player.name}" was told "${command.type}"`
  const before = hub.queue(stream)?.current ?? null
  const { current } = await hub.mutateQueue(stream, to, because)
  const back: QueueMove = { op: 'go-to', id: before, from: current }
  // Where that item is gone there is nothing to go back to.
  return () => hub.mutateQueue(stream, back, because).catch(() => undefined)
}

/** On a card that tells a story by itself: on is where the end of the chapter leads, and back is the chapter anew. */
function onChapters(
  command: LiveCommand,
  { card_id, from, layout }: { card_id: string; from: string | null; layout: readonly TrackPlace[] },
): LiveCommand {
  const here = layout.find(({ chapter_key }) => chapter_key === from)
  if (here === undefined) return command
  const { chapter_key, track_key, end } = here
  switch (command.type) {
    case 'next':
      return end === undefined || end === 'stop' ? { type: 'stop' } : { type: 'card', card_id, ...end }
    case 'previous':
    case 'restart':
      return { type: 'card', card_id, chapter_key, track_key }
    default:
      return command
  }
}

/**
 * On a card that is run live the same places lead through a story: on is where the end of the scene leads, and back is the
 * scene from its beginning, for what was chosen is chosen.
 */
function onStoryCard(
  command: LiveCommand,
  { card_id, from, slots }: Pick<QueueCard, 'card_id' | 'from' | 'slots'>,
): LiveCommand {
  switch (command.type) {
    case 'next':
      if (from === null || !isSlot(from)) return command
      return { type: 'card', card_id, ...placeAddress(edgesFrom(from).end) }
    case 'previous':
    case 'restart':
      return { type: 'card', card_id, ...placeAddress(entrance({ from, slots, isAnother: false })) }
    default:
      return command
  }
}

function onQueueCard(command: LiveCommand, { card_id, slots, queue, from }: QueueCard): Way {
  switch (command.type) {
    case 'next':
      checkPlays(queue)
      // Where its end would lead. From a number that is the next one, as on any card.
      if (from === null || !isSlot(from)) return { told: command }
      return { told: { type: 'card', card_id, ...placeAddress(edgesFrom(from).end) } }
    case 'previous':
    case 'restart': {
      const to = moveTo(command.type === 'previous' ? 'previous' : 'first', queue)
      const isAnother = itemAfter(queue, to) !== queue.current
      const place = entrance({ from, slots, isAnother })
      return {
        told: { type: 'card', card_id, ...placeAddress(place) },
        move: { stream: queue.name, to },
      }
    }
    case 'seek':
      // Where the player is, it gets the same item again.
      checkPlays(queue)
      return { told: command }
    default:
      return { told: command }
  }
}
