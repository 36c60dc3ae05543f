import { type Playable, playable } from '../audio/playable.ts'
import type { Refutation } from '../audio/slots/slot-claims.ts'
import type { SlotPress, StoredVisit } from '../audio/slots/slot-listeners.ts'
import { type QueueStep, SlotQueue } from '../audio/slots/slot-queue.ts'
import { SlotStreams } from '../audio/slots/slot-streams.ts'
import type { Sources } from '../audio/sources/sources.ts'
import type { PublishedCards } from '../cards/published.ts'
import { placeAddress } from '../core/card-plan.ts'
import { type Clock, isoOf } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { messageOf } from '../core/error.ts'
import type { PlayerEvent } from '../core/event.ts'
import { playerName } from '../core/listener.ts'
import type { Log } from '../core/log.ts'
import { hasTakenUp, predictedPosition, wasFollowed } from '../core/moment.ts'
import type { Said } from '../core/players.ts'
import { isPlace, type Visit } from '../core/slot.ts'
import type { Change, Hub } from '../hub.ts'
import { cardWentOn, type HouseHistory } from './history.ts'
import type { LibraryFacts } from './library-facts.ts'
import type { Problems } from './problems.ts'

interface SlotsInput {
  readonly hub: Hub
  readonly sources: Sources
  /** Told of what goes out to listeners. */
  readonly facts: Pick<LibraryFacts, 'sentOf'>
  readonly cards: PublishedCards
  /** The stream that plays where another is asked for. */
  readonly streamFor: (stream: string, player: string) => string
  /** Where listeners were, for the next run. */
  readonly visits: Collection<StoredVisit>
  readonly history: Pick<HouseHistory, 'pressed' | 'refuted'>
  readonly problems: Problems
  /** Resolves when the rules that this event started have run. */
  readonly runsOf: (event: PlayerEvent) => Promise<void>
  /** What is being heard ends at a frame when this is aborted. */
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly log: Log
}

/** What the places of queue cards play, told of presses by requests and by what players say. */
export async function openSlots(
  input: SlotsInput,
): Promise<{ slots: SlotStreams<Playable, QueueStep>; stop(): void }> {
  const { hub, cards, log } = input
  const slots = slotStreams(input)
  await slots.start()
  const stop = hub.subscribe('queue cards', (change) => {
    const left = leftBy(change, cards)
    if (left !== null) slots.removed(left)
    const word = wordOf(change, input)
    if (word === null) return
    slots
      .said(word)
      .catch((error) =>
        log.error('what a player said of its queue card could not be followed', { error: messageOf(error) }),
      )
  })
  return { slots, stop }
}

function slotStreams(input: SlotsInput): SlotStreams<Playable, QueueStep> {
  const { hub, sources, facts, visits, history, problems, runsOf, signal, clock, log } = input
  return new SlotStreams({
    clock,
    visits,
    track: new SlotQueue({
      queue: (stream) => hub.queue(stream),
      move: (stream, move) => hub.mutateQueue(stream, move, cardWentOn),
      async body(file, stream) {
        const found = await sources.find(file)
        return found.state === 'ready' ? playable([found.file], sources, signal, facts.sentOf(stream)) : null
      },
    }),
    async pressed(press) {
      const event = buttonEvent(press, isoOf(clock.now()))
      history.pressed(press, event)
      hub.report(event)
      await runsOf(event)
    },
    isCommanded: ({ player, card_id, place }) =>
      player !== null && card_id !== null && hub.isExpected(player, { card_id, ...placeAddress(place) }),
    playedMs: ({ player }, visit) => (player === null ? null : playedSince(visit, player, input)),
    refuted: (refutation) => refuted(refutation, input),
    silent: (cardId, isSilent) =>
      problems.set(`card/${cardId}/silent`, isSilent ? silence(cardId, input) : null),
    failed: (stream, error) =>
      log.error('what a press asks for could not be done', { stream, error: messageOf(error) }),
  })
}

/** A player that names the place of a queue card it plays; null for any other change. */
function wordOf(change: Change, { cards, streamFor }: SlotsInput) {
  if (change.kind !== 'player' || change.said === undefined) return null
  const { said, player } = change
  const place = said.patch.chapter_key ?? ''
  if (player.card_id === null || !isPlace(place)) return null
  const card = cards.byCard(player.card_id)
  if (card === undefined || card.kind !== 'queue') return null
  return {
    stream: streamFor(card.stream, player.id),
    player: player.id,
    card_id: player.card_id,
    place,
    confirm: card.confirm,
    listener: [playerName(player.card_id, card.player ?? player.id)] as const,
    isCommanded: said.commanded,
    playedMs: playedBefore(said),
    isFollowed: wasFollowed(said.before, { state: player, at: said.at }),
    isTakenUp: hasTakenUp(said.before, { state: player, at: said.at }),
  }
}

/** The listener whose queue card is no longer in its player; null for any other change. */
function leftBy(change: Change, cards: PublishedCards): string | null {
  if (change.kind !== 'player' || change.said === undefined) return null
  const cardId = change.said.before.state.card_id
  if (cardId === null || cardId === change.player.card_id) return null
  const card = cards.byCard(cardId)
  return card === undefined ? null : playerName(cardId, card.player ?? change.player.id)
}

function playedBefore({ before, at }: Said): number | null {
  const position = predictedPosition(before, at)
  return position === null ? null : position * 1000
}

/** Counts only what the player said of its position after it had asked for the place. */
function playedSince(visit: Visit, player: string, { hub, clock }: SlotsInput): number | null {
  const moment = hub.moment(player)
  if (moment === undefined || moment.at.getTime() < visit.atMs) return null
  const { chapter_key } = moment.state
  if (chapter_key !== null && chapter_key !== visit.place) return null
  const position = predictedPosition(moment, clock.now())
  return position === null ? null : position * 1000
}

function buttonEvent({ stream, player, card_id, place, button, via }: SlotPress, at: string): PlayerEvent {
  const on = { card_id, ...placeAddress(place) }
  return { type: 'button', button, confidence: 1, via, player, stream, at, ...on }
}

function refuted(refutation: Refutation, { hub, cards, history, log }: SlotsInput): void {
  const { card_id, player, asked, plays } = refutation
  for (const press of refutation.presses) history.refuted(press)
  const name = hub.player(player)?.name ?? player
  const what = asked === plays ? `long before it went there` : `and went on playing "${plays}"`
  const reason = `${name} asked for "${asked}" ${what}: it seems to look ahead, so its requests are no presses and presses now count when Yoto's cloud tells of them`
  const key = cards.byCard(card_id)?.key
  if (key === undefined) return
  cards
    .distrust(key, reason)
    .catch((error) =>
      log.error('that a card looks ahead could not be stored', { card: card_id, error: messageOf(error) }),
    )
}

function silence(cardId: string, { cards }: SlotsInput): string {
  const title = cards.byCard(cardId)?.title ?? cardId
  return `card "${title}": its presses are not counted, because they count when Yoto's cloud tells of them (confirm: mqtt) and the cloud says nothing of the chapter that plays. If its player looks no track ahead, set confirm to request`
}
