import { type Playable, playable } from '../audio/playable.ts'
import type { Refutation } from '../audio/slots/slot-claims.ts'
import type { SlotPress, StoredVisit } from '../audio/slots/slot-listeners.ts'
import { type QueueStep, SlotQueue } from '../audio/slots/slot-queue.ts'
import { SlotStreams } from '../audio/slots/slot-streams.ts'
import type { SlotTrack } from '../audio/slots/slot-track.ts'
import type { Sources } from '../audio/sources/sources.ts'
import type { PublishedCards } from '../cards/published.ts'
import type { PublishedCard } from '../cards/record.ts'
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

/** What is needed to know of presses on the places of cards. */
export interface PlacesInput {
  readonly hub: Hub
  readonly cards: PublishedCards
  /** Where listeners were, for the next run. */
  readonly visits: Collection<StoredVisit>
  readonly history: Pick<HouseHistory, 'pressed' | 'refuted'>
  readonly problems: Problems
  /** Resolves when the rules that this event started have run. */
  readonly runsOf: (event: PlayerEvent) => Promise<void>
  readonly clock: Clock
  readonly log: Log
}

interface SlotsInput extends PlacesInput {
  readonly sources: Sources
  /** Told of what goes out to listeners. */
  readonly facts: Pick<LibraryFacts, 'sentOf'>
  /** The stream that plays where another is asked for. */
  readonly streamFor: (stream: string, player: string) => string
  /** What is being heard ends at a frame when this is aborted. */
  readonly signal: AbortSignal
}

/** What the places of queue cards play. */
export function openSlots(input: SlotsInput): Promise<OpenPlaces<QueueStep>> {
  const { hub, sources, facts, streamFor, signal } = input
  const track = new SlotQueue({
    queue: (stream) => hub.queue(stream),
    move: (stream, move) => hub.mutateQueue(stream, move, cardWentOn),
    async body(file, stream) {
      const found = await sources.find(file)
      return found.state === 'ready' ? playable([found.file], sources, signal, facts.sentOf(stream)) : null
    },
  })
  const playedBy = ({ kind, stream }: PublishedCard, player: string) =>
    kind === 'queue' && stream !== null ? streamFor(stream, player) : null
  return openPlaces(input, { track, playedBy, streamIn: (stream) => stream })
}

/** What places play one item after the other, and which cards have such places. */
export interface PlacesGround<Step> {
  readonly track: SlotTrack<Playable, Step>
  /** What the track knows by a name that a card plays in that player; null for a card without such places. */
  readonly playedBy: (card: PublishedCard, player: string) => string | null
  /** The stream that it is; null where it is none. */
  readonly streamIn: (name: string) => string | null
}

export interface OpenPlaces<Step> {
  readonly slots: SlotStreams<Playable, Step>
  stop(): void
}

/** What places play, told of presses by requests and by what players say. */
export async function openPlaces<Step>(
  input: PlacesInput,
  ground: PlacesGround<Step>,
): Promise<OpenPlaces<Step>> {
  const { hub, cards, log } = input
  const slots = slotStreams(input, ground)
  await slots.start()
  const stop = hub.subscribe('places of cards', (change) => {
    const left = leftBy(change, cards)
    if (left !== null) slots.removed(left)
    const word = wordOf(change, { cards, ...ground })
    if (word === null) return
    slots
      .said(word)
      .catch((error) =>
        log.error('what a player said of its card could not be followed', { error: messageOf(error) }),
      )
  })
  return { slots, stop }
}

function slotStreams<Step>(
  input: PlacesInput,
  { track, streamIn }: PlacesGround<Step>,
): SlotStreams<Playable, Step> {
  const { hub, visits, history, problems, runsOf, clock, log } = input
  return new SlotStreams({
    clock,
    visits,
    track,
    async pressed(press) {
      const stream = streamIn(press.stream)
      const event = buttonEvent(press, stream, isoOf(clock.now()))
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

/** A player that names the place of a card it plays; null for any other change. */
function wordOf(
  change: Change,
  { cards, playedBy }: { cards: PublishedCards; playedBy: PlacesGround<unknown>['playedBy'] },
) {
  if (change.kind !== 'player' || change.said === undefined) return null
  const { said, player } = change
  const place = said.patch.chapter_key ?? ''
  if (player.card_id === null || !isPlace(place)) return null
  const card = cards.byCard(player.card_id)
  const stream = card === undefined ? null : playedBy(card, player.id)
  if (card === undefined || stream === null) return null
  return {
    stream,
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

/** The listener whose card is no longer in its player; null for any other change. */
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
function playedSince(visit: Visit, player: string, { hub, clock }: PlacesInput): number | null {
  const moment = hub.moment(player)
  if (moment === undefined || moment.at.getTime() < visit.atMs) return null
  const { chapter_key } = moment.state
  if (chapter_key !== null && chapter_key !== visit.place) return null
  const position = predictedPosition(moment, clock.now())
  return position === null ? null : position * 1000
}

function buttonEvent(
  { player, card_id, place, button, via }: SlotPress,
  stream: string | null,
  at: string,
): PlayerEvent {
  const on = { card_id, ...placeAddress(place) }
  const played = stream === null ? {} : { stream }
  return { type: 'button', button, confidence: 1, via, player, ...played, at, ...on }
}

function refuted(refutation: Refutation, { hub, cards, history, log }: PlacesInput): void {
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

function silence(cardId: string, { cards }: PlacesInput): string {
  const title = cards.byCard(cardId)?.title ?? cardId
  return `card "${title}": its presses are not counted, because they count when Yoto's cloud tells of them (confirm: mqtt) and the cloud says nothing of the chapter that plays. If its player looks no track ahead, set confirm to request`
}
