import { keysPatienceMs, verdictOn } from '../core/claim.ts'
import type { Clock } from '../core/clock.ts'
import type { Queue, QueueMove } from '../core/queue.ts'
import { isSlot, type Judgement, judge, type Place, type Visit } from '../core/slot.ts'
import type { Served } from './finite-streams.ts'
import {
  type Given,
  type ListenerClaim,
  type SlotAnswer,
  type SlotListener,
  SlotListeners,
  type SlotPress,
} from './slot-listeners.ts'
import { SlotOffers } from './slot-offers.ts'
import { SlotQueue } from './slot-queue.ts'
import { durationMs, isSaid, SlotSteps, type Way } from './slot-steps.ts'

interface Asked {
  readonly stream: string
  readonly player: string | null
  readonly card_id: string | null
  readonly place: Place
  /** Whether a request is a press at once, or only when the player has named the place. */
  readonly confirm: 'request' | 'mqtt'
}

export interface SlotRequest extends Asked {
  /** Who asks, under every name it may be known by; the last is the one that is always known. */
  readonly listener: readonly [string, ...string[]]
  /** First byte wanted of a body of that length; null when the request asks for the whole. */
  startIn(length: number): number | null
}

/** A player has named the place that it plays. */
export interface SlotNews extends Asked {
  readonly card_id: string
  readonly player: string
  readonly listener: readonly [string]
  /** A command of ours has led it there. */
  readonly isCommanded: boolean
  /** How long it had played what it was at before; null where it has not said. */
  readonly playedMs: number | null
}

/** Steps that were taken for a listener's and were not. */
export interface Refutation {
  readonly stream: string
  readonly card_id: string
  readonly player: string
  /** The place it asked for, and the one it says it plays. */
  readonly asked: Place
  readonly plays: Place
  readonly presses: readonly SlotPress[]
}

interface SlotStreamsOptions<Body> {
  readonly clock: Clock
  queue(stream: string): Queue | undefined
  move(stream: string, move: QueueMove): Promise<Queue>
  /** The item of that file; null when it cannot be played now. */
  body(file: string): Promise<Body | null>
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

/**
 * Gives the places of queue cards their items. The request is the press: whoever asks for a place says by that
 * which knob was pressed, and hears what came of it. What a player says of itself is held against its requests;
 * of a card whose requests are no presses, because its player looks ahead, only those words count.
 *
 * A queue that is over is silent after it was said once, and begins anew with the next press or when the card is
 * put in.
 */
export class SlotStreams<Body extends Served> {
  readonly #options: SlotStreamsOptions<Body>
  readonly #queue: SlotQueue<Body>
  readonly #steps: SlotSteps<Body>
  readonly #offers: SlotOffers<Body>
  readonly #listeners = new SlotListeners<Body>()
  /** The last request under way of each listener. */
  readonly #turns = new WeakMap<SlotListener<Body>, Promise<unknown>>()

  constructor(options: SlotStreamsOptions<Body>) {
    const { clock } = options
    this.#options = options
    this.#queue = new SlotQueue(options)
    this.#steps = new SlotSteps({ ...handsOf(options), clock, queue: this.#queue })
    this.#offers = new SlotOffers({
      clock,
      queue: this.#queue,
      steps: this.#steps,
      silent: (cardId, isSilent) => options.silent(cardId, isSilent),
    })
  }

  /** Requests of one listener are answered one after the other. */
  choose(request: SlotRequest): Promise<SlotAnswer<Body>> {
    const listener = this.#listeners.of(request.listener, this.#nowMs)
    return this.#inTurn(listener, () => this.#choose(request, listener))
  }

  /** Resolves when what follows from the news is done. */
  async named(news: SlotNews): Promise<void> {
    const listener = this.#listeners.of(news.listener, this.#nowMs)
    if (news.confirm === 'request') return this.#inTurn(listener, () => this.#check(news, listener))
    const mayHaveEnded = this.#steps.mayHaveEnded(listener, news.playedMs)
    return this.#offers.named({ ...news, mayHaveEnded }, listener)
  }

  async #choose(request: SlotRequest, listener: SlotListener<Body>): Promise<SlotAnswer<Body>> {
    const { place } = request
    const served = listener.served.get(place)
    const start = request.startIn(bodyOf(served)?.length ?? Number.MAX_SAFE_INTEGER) ?? 0
    if (start > 0 && served !== undefined) {
      this.#remember(request, listener, { given: served, start })
      return served.answer
    }
    const way = this.#wayOf(request, listener, start > 0)
    const given = await this.#given(way, request, listener)
    this.#remember(request, listener, { given, start })
    return given.answer
  }

  #wayOf(request: SlotRequest, listener: SlotListener<Body>, isMiddle: boolean): Way {
    const { stream, player, card_id, place } = request
    const mayHaveEnded = this.#mayHaveEnded(request, listener)
    const nowMs = this.#nowMs
    const judgement: Judgement = isMiddle
      ? { kind: 'again' }
      : judge({ previous: listener.visit ?? listener.named, requested: place, nowMs, mayHaveEnded })
    const wasNamed = listener.named?.place === place && listener.named.commanded
    const isCommanded = wasNamed || this.#options.isCommanded(request)
    return { stream, player, card_id, place, judgement, mayHaveEnded, isCommanded }
  }

  async #given(way: Way, request: SlotRequest, listener: SlotListener<Body>): Promise<Given<Body>> {
    const { judgement } = way
    if (judgement.kind === 'inserted') forget(listener, this.#nowMs)
    const isAgain = judgement.kind === 'again' && this.#queue.isOpen(way.stream)
    if (request.confirm === 'mqtt') return this.#said(way, listener, await this.#offers.offer(way, listener))
    if (isAgain && listener.given?.answer.kind === 'item') return listener.given
    return this.#said(way, listener, await this.#count(way, listener))
  }

  /** Takes the request for what it says, and gives the item that is current then. */
  async #count(way: Way, listener: SlotListener<Body>): Promise<Given<Body>> {
    const { stream, place, judgement, isCommanded } = way
    const before = this.#queue.current(stream)
    const atMs = this.#nowMs
    const by = this.#steps.by(way, listener)
    const isEarlyEnd = judgement.kind === 'end' && isSlot(place) && !way.mayHaveEnded
    const press = this.#steps.pressOf(way, 'http')
    if (press !== null) await this.#steps.tell(press)
    const given = await this.#steps.take(stream, { before, by })
    const isStep = judgement.kind === 'end' || judgement.kind === 'press'
    const isNamed = listener.named?.place === place && listener.named.atMs > (listener.visit?.atMs ?? 0)
    if (isStep && !isCommanded && !isNamed)
      listener.claims = [...listener.claims, { place, atMs, isEarlyEnd, press, item: given.item }]
    return given
  }

  #said(way: Way, listener: SlotListener<Body>, given: Given<Body>): Given<Body> {
    const isOver = given.answer.kind === 'nothing' && isSaid(way.judgement, listener, this.#nowMs)
    return isOver ? { ...given, answer: { kind: 'over' } } : given
  }

  /** Holds the player's word against what its requests were taken for. */
  async #check(news: SlotNews, listener: SlotListener<Body>): Promise<void> {
    const { place } = news
    const atMs = this.#nowMs
    const { claims } = listener
    const { refuted, open } = verdictOn(claims, { place, atMs })
    listener.named = { place, atMs, commanded: news.isCommanded }
    listener.claims = open
    if (refuted.length > 0) await this.#takeBack(news, listener, { claims, refuted })
    const isElsewhere = listener.visit !== null && listener.visit.place !== place
    const isQuiet = open.length === 0 && atMs - (listener.visit?.atMs ?? 0) > keysPatienceMs
    if (isElsewhere && (isQuiet || refuted.length > 0)) this.#moveTo(place, listener)
  }

  async #takeBack(
    { stream, card_id, player, place }: SlotNews,
    listener: SlotListener<Body>,
    { claims, refuted }: { claims: readonly ListenerClaim[]; refuted: readonly ListenerClaim[] },
  ): Promise<void> {
    const plays = listener.served.get(place)
    const current = this.#queue.current(stream)
    if (plays?.item != null && plays.item !== current && claims.some(({ item }) => item === current))
      await this.#steps.goBack(stream, current, plays.item)
    for (const claim of refuted) this.#offers.keep(claim.place, listener, plays?.item ?? null)
    const presses = refuted.flatMap(({ press }) => press ?? [])
    const asked = refuted.at(-1)?.place ?? place
    this.#options.refuted({ stream, card_id, player, asked, plays: place, presses })
  }

  #moveTo(place: Place, listener: SlotListener<Body>): void {
    listener.visit = { place, atMs: this.#nowMs }
    listener.given = listener.served.get(place) ?? listener.given
    listener.beganMs = Number.NEGATIVE_INFINITY
  }

  #mayHaveEnded(request: SlotRequest, listener: SlotListener<Body>): boolean {
    const { visit } = listener
    const playedMs = visit === null ? null : this.#options.playedMs(request, visit)
    return this.#steps.mayHaveEnded(listener, playedMs)
  }

  #remember(
    { place }: SlotRequest,
    listener: SlotListener<Body>,
    { given, start }: { given: Given<Body>; start: number },
  ): void {
    const nowMs = this.#nowMs
    if (given.answer.kind === 'item') listener.served.set(place, given)
    else listener.served.delete(place)
    const isNew = given.answer !== listener.given?.answer
    if (isNew) listener.beganMs = nowMs - (Number.isFinite(start) ? durationMs(start) : 0)
    listener.given = given
    listener.visit = { place, atMs: nowMs }
  }

  #inTurn<Result>(listener: SlotListener<Body>, work: () => Promise<Result>): Promise<Result> {
    const turn = (this.#turns.get(listener) ?? Promise.resolve()).then(work)
    this.#turns.set(
      listener,
      turn.catch(() => undefined),
    )
    return turn
  }

  get #nowMs(): number {
    return this.#options.clock.now().getTime()
  }
}

function handsOf<Body>({ pressed, failed }: SlotStreamsOptions<Body>) {
  return { pressed, failed }
}

/** A card that is put in begins anew: what was claimed or said before no longer concerns it. */
function forget<Body>(listener: SlotListener<Body>, nowMs: number): void {
  listener.claims = []
  listener.named = null
  listener.offers.clear()
  listener.insertedMs = nowMs
}

function bodyOf<Body>(given: Given<Body> | undefined): Body | undefined {
  return given?.answer.kind === 'item' ? given.answer.body : undefined
}
