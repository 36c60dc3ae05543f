import { keysPatienceMs } from '../../core/claim.ts'
import type { Clock } from '../../core/clock.ts'
import type { Collection } from '../../core/collection.ts'
import { isSlot, isStep, type Judgement, judge, type Place, type Visit } from '../../core/slot.ts'
import { Turns } from '../../core/turns.ts'
import type { Served } from '../finite-streams.ts'
import { type Refutation, SlotClaims } from './slot-claims.ts'
import {
  beginAnew,
  type Given,
  type SlotAnswer,
  type SlotListener,
  SlotListeners,
  type SlotPress,
  type StoredVisit,
} from './slot-listeners.ts'
import { SlotOffers } from './slot-offers.ts'
import { durationMs, isSaid, SlotSteps } from './slot-steps.ts'
import type { SlotTrack, Way } from './slot-track.ts'

interface Asked {
  readonly stream: string
  readonly player: string | null
  readonly card_id: string | null
  readonly place: Place
  /** Whether a request is a press at once, or only when the player has named the place. */
  readonly confirm: 'request' | 'mqtt'
}

export interface SlotRequest extends Asked {
  /** Who asks, under every name it may be known by; where its player can be told, that one's is the first. */
  readonly listener: readonly [string, ...string[]]
  /** First byte wanted of a body of that length; null when the request asks for the whole. */
  startIn(length: number): number | null
}

/** One who plays a queue card: by the name of its player, and what a press on its card is known by. */
type Playing = { readonly name: string } & Pick<Asked, 'confirm'>

/** A player has said that it plays the place. */
export interface SlotWord extends Asked {
  readonly card_id: string
  readonly player: string
  readonly listener: readonly [string]
  /** A command of ours has led it there. */
  readonly isCommanded: boolean
  /** How long it had played what it was at before, in ms; null where it has not said. */
  readonly playedMs: number | null
  /** Its words before are fresh, so that a press led there just now if one did. */
  readonly isFollowed: boolean
  /** It was off, or is too far on there: no press led there. */
  readonly isTakenUp: boolean
}

interface SlotStreamsOptions<Body, Step> {
  readonly clock: Clock
  /** Where listeners were, by their names. */
  readonly visits: Collection<StoredVisit>
  /** What the places play. */
  readonly track: SlotTrack<Body, Step>
  /** Tells the house of a press; resolves when what the house does about it is done. */
  pressed(press: SlotPress): Promise<void>
  /** Whether a command of ours is about to take the player to the place. */
  isCommanded(asked: Asked): boolean
  /** How long the player has played at the place, by its own words since it asked; null where there are none. */
  playedMs(asked: Asked, visit: Visit): number | null
  /** A player has contradicted its requests: from now on only its words should count. */
  refuted(refutation: Refutation): void
  /** Whether the players of a card whose words count keep silent. */
  silent(cardId: string, isSilent: boolean): void
  /** A step could not be made; the listener gets what is current all the same. */
  failed(stream: string, error: unknown): void
}

// The cloud's news come later than a player's requests: by then the card may be in again.
const newsDelayMs = 2_000

/**
 * Gives the places of queue cards their items. The request is the press: whoever asks for a place says by that
 * which knob was pressed, and hears what came of it. What a player says of itself is held against its requests;
 * of a card whose requests are no presses, because its player looks ahead, only those words count.
 *
 * A queue that has come to its end is silent; a press or a card put in is told once that there is nothing. It starts over with the next press or when the card is
 * put in. Two players on one stream move one queue: who presses while the other's press is being answered hears
 * what that one has made current.
 */
export class SlotStreams<Body extends Served, Step> {
  readonly #options: SlotStreamsOptions<Body, Step>
  readonly #track: SlotTrack<Body, Step>
  readonly #steps: SlotSteps<Body, Step>
  readonly #claims: SlotClaims<Body, Step>
  readonly #offers: SlotOffers<Body, Step>
  readonly #listeners: SlotListeners<Body>
  readonly #turns = new Turns<SlotListener<Body>>()

  constructor(options: SlotStreamsOptions<Body, Step>) {
    const { clock, track } = options
    const steps = new SlotSteps({
      clock,
      track,
      pressed: (press) => options.pressed(press),
      failed: (stream, error) => options.failed(stream, error),
    })
    this.#options = options
    this.#listeners = new SlotListeners(options.visits)
    this.#track = track
    this.#steps = steps
    this.#claims = new SlotClaims({ clock, track, steps, refuted: (refuted) => options.refuted(refuted) })
    this.#offers = new SlotOffers({
      clock,
      track,
      steps,
      silent: (cardId, isSilent) => options.silent(cardId, isSilent),
    })
  }

  /** Reads where the listeners of the last run were. Rejects as the store does. */
  start(): Promise<void> {
    return this.#listeners.start(this.#nowMs)
  }

  /** Requests of one listener are answered one after the other. Rejects as the library does. */
  choose(request: SlotRequest): Promise<SlotAnswer<Body>> {
    const { card_id, confirm } = request
    if (card_id !== null && confirm === 'request') this.#options.silent(card_id, false)
    const listener = this.#listenerBehind(request)
    return this.#turns.take(listener, () => this.#choose(request, listener))
  }

  /**
   * What the listener was given cannot be read any more: it gets the next that can be in its place, as if it had been
   * passed over. Rejects as the library does.
   */
  passOver(request: SlotRequest): Promise<SlotAnswer<Body>> {
    const listener = this.#listenerBehind(request)
    return this.#turns.take(listener, async () => {
      const before = this.#track.current(request.stream)
      const given = await this.#steps.take(request.stream, { before, by: this.#track.stay })
      this.#remember(request, listener, { given, start: 0 })
      return given.answer
    })
  }

  /** Resolves when what follows from the word is done. Rejects as the library does. */
  said(word: SlotWord): Promise<void> {
    this.#options.silent(word.card_id, false)
    const listener = this.#listenerOf(word.listener[0])
    listener.spokenMs = this.#nowMs
    // A request may be waiting for just this word.
    if (word.confirm === 'mqtt') return this.#offers.said(word, listener)
    return this.#turns.take(listener, () => this.#claims.check(word, listener))
  }

  /**
   * Whether the listener hears another item than the current one; then that is what it gets next, wherever it goes. Waits
   * for what it is being answered: a press gets in its own request what a rule makes of it.
   */
  async sendsOn(stream: string, { name, confirm }: Playing): Promise<boolean> {
    const listener = this.#listenerOf(name)
    await this.#turns.settled(listener)
    const current = this.#track.current(stream)
    if (current === null || !this.#track.isOpen(stream)) return false
    const { playing, named, served } = listener
    const hasJustSaid = named !== null && this.#nowMs - named.atMs < newsDelayMs
    // It has said where it is, which was a press, and is about to ask for that.
    if (confirm === 'mqtt' && playing === null && hasJustSaid && !served.has(named.place)) return false
    if (playing?.given.item === current) return false
    listener.due = current
    return true
  }

  /** The card has left the player: whatever it asks for next, it was put in anew. */
  removed(name: string): void {
    const nowMs = this.#nowMs
    const listener = this.#listenerOf(name)
    if (listener.visit !== null && nowMs - listener.visit.atMs < newsDelayMs) return
    beginAnew(listener, nowMs)
    listener.visit = null
    listener.given = null
  }

  #listenerBehind({ listener: names, player }: SlotRequest): SlotListener<Body> {
    return this.#listeners.of({ names, player: player === null ? null : names[0] }, this.#nowMs)
  }

  #listenerOf(player: string): SlotListener<Body> {
    return this.#listeners.of({ names: [player], player }, this.#nowMs)
  }

  async #choose(request: SlotRequest, listener: SlotListener<Body>): Promise<SlotAnswer<Body>> {
    const { place } = request
    const served = listener.served.get(place)
    const start = request.startIn(bodyOf(served)?.length ?? Number.MAX_SAFE_INTEGER) ?? 0
    if (start > 0 && served?.answer.kind === 'item') {
      this.#resume(request, listener, { given: served, start })
      return { ...served.answer, isResumed: true }
    }
    const way = this.#wayOf(request, listener, start > 0)
    const given = await this.#given(way, request, { listener, isMiddle: start > 0 })
    this.#remember(request, listener, { given, start })
    return given.answer
  }

  #wayOf(request: SlotRequest, listener: SlotListener<Body>, isMiddle: boolean): Way {
    const { stream, player, card_id, place } = request
    const { visit, named } = listener
    const playedMs = visit === null ? null : this.#options.playedMs(request, visit)
    const mayHaveEnded = this.#steps.mayHaveEnded(listener, playedMs)
    const judgement: Judgement = isMiddle ? { kind: 'again' } : this.#judge(place, listener, mayHaveEnded)
    const wasCommanded = named?.place === place && named.isCommanded && named.atMs >= (visit?.atMs ?? 0)
    const isCommanded = wasCommanded || this.#options.isCommanded(request)
    return { stream, player, card_id, place, judgement, mayHaveEnded, isCommanded, playedMs }
  }

  /** Judges from where it asked to be; where no edge leads from there, from where else it may be. */
  #judge(place: Place, { visit, resumed, named }: SlotListener<Body>, mayHaveEnded: boolean): Judgement {
    const nowMs = this.#nowMs
    const from = (previous: Visit | null) => judge({ previous, requested: place, nowMs, mayHaveEnded })
    const judgement = from(visit ?? resumed ?? named)
    if (visit === null || isStep(judgement)) return judgement
    if (resumed !== null && isStep(from(resumed))) return from(resumed)
    // What it says may be of a place before, for a while.
    const hasMoved = named !== null && named.atMs - visit.atMs > keysPatienceMs
    return hasMoved && place !== visit.place && place !== named.place ? from(named) : judgement
  }

  async #given(
    way: Way,
    request: SlotRequest,
    { listener, isMiddle }: { listener: SlotListener<Body>; isMiddle: boolean },
  ): Promise<Given<Body>> {
    const { judgement } = way
    if (judgement.kind === 'inserted') beginAnew(listener, this.#nowMs)
    const isOther = !this.#track.isOpen(way.stream) || this.#steps.isDue(way.stream, listener)
    const isAgain = judgement.kind === 'again' && !isOther
    if (request.confirm === 'mqtt') {
      const offers = this.#offers
      const offer = isMiddle ? offers.middle(way, listener) : offers.offer(way, listener)
      return this.#once(way, listener, await offer)
    }
    if (isAgain && listener.given?.answer.kind === 'item') return listener.given
    return this.#once(way, listener, await this.#claims.count(way, listener))
  }

  /** That there is nothing to play is said once, and to who has come to the end by silence. */
  #once(way: Way, listener: SlotListener<Body>, given: Given<Body>): Given<Body> {
    if (given.answer.kind !== 'nothing') return given
    const isEnd = way.judgement.kind === 'end'
    if (isSaid(way.judgement, listener, this.#nowMs) || (isEnd && !this.#track.waitsAtItsEnd))
      return { ...given, answer: { kind: 'over' } }
    return isEnd ? { ...given, answer: { kind: 'nothing', isSilent: true } } : given
  }

  #remember(
    { stream, place, confirm, listener: names }: SlotRequest,
    listener: SlotListener<Body>,
    { given, start }: { given: Given<Body>; start: number },
  ): void {
    const nowMs = this.#nowMs
    if (given.answer.kind === 'item') listener.served.set(place, given)
    else listener.served.delete(place)
    // An ordinary chapter that is asked for from its beginning starts over; a slot's may be a retry.
    const isBegun = given.answer !== listener.playing?.given.answer || (start === 0 && !isSlot(place))
    if (confirm === 'request' && isBegun) listener.playing = { given, beganMs: nowMs - durationMs(start) }
    if (given.item === listener.due) listener.due = null
    listener.given = given
    listener.visit = { place, atMs: nowMs }
    listener.resumed = null
    // Nobody's audio waits for that.
    this.#listeners.store(names, listener.visit).catch((error) => this.#options.failed(stream, error))
  }

  /** It has gone elsewhere without a step, so it need not confirm where it was. */
  #resume(
    { place, confirm }: SlotRequest,
    listener: SlotListener<Body>,
    { given, start }: { given: Given<Body>; start: number },
  ): void {
    const nowMs = this.#nowMs
    if (listener.visit?.place !== place) listener.claims = []
    if (confirm === 'mqtt') this.#offers.takenUp(place, given, listener)
    if (confirm === 'request' && given !== listener.playing?.given)
      listener.playing = { given, beganMs: nowMs - durationMs(start) }
    listener.given = given
    listener.resumed = { place, atMs: nowMs }
  }

  get #nowMs(): number {
    return this.#options.clock.now().getTime()
  }
}

function bodyOf<Body>(given: Given<Body> | undefined): Body | undefined {
  return given?.answer.kind === 'item' ? given.answer.body : undefined
}
