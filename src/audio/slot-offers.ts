import { keysPatienceMs } from '../core/claim.ts'
import type { Clock } from '../core/clock.ts'
import { type Judgement, judge, type Place } from '../core/slot.ts'
import type { Given, Offer, SlotListener } from './slot-listeners.ts'
import type { SlotQueue } from './slot-queue.ts'
import { givenOf, type SlotSteps, type Way } from './slot-steps.ts'

interface SlotOffersOptions<Body extends { readonly length: number }> {
  readonly clock: Clock
  readonly queue: SlotQueue<Body>
  readonly steps: SlotSteps<Body>
  /** Whether the players of a card keep silent about where they are. */
  silent(cardId: string, isSilent: boolean): void
}

/** A place that a player has named, before it is known what that means. */
type Named = Omit<Way, 'judgement'>

// A player names its place about as fast as it answers commands: 0.15 to 0.4 s (yoto-protocol §4.6).
const namedWithinMs = 500

/**
 * Where a player's requests are no presses, because it may look ahead: a request is offered what the place would
 * play, and only when the player names the place the step is made. Behind a knob the answer waits a moment for
 * that, so that what the house decides is heard at once where the player speaks in time.
 */
export class SlotOffers<Body extends { readonly length: number }> {
  readonly #options: SlotOffersOptions<Body>
  /** Requests that wait for their player to name the place. */
  readonly #waiting = new Map<
    SlotListener<Body>,
    { readonly place: Place; heard(step: Promise<void>): void }
  >()
  /** The last step under way of each listener. */
  readonly #steps = new WeakMap<SlotListener<Body>, Promise<void>>()

  constructor(options: SlotOffersOptions<Body>) {
    this.#options = options
  }

  /** What the place would play; asked again before the player moves on, the same. */
  async offer(way: Way, listener: SlotListener<Body>): Promise<Given<Body>> {
    const { place } = way
    const known = listener.offers.get(place)
    if (known !== undefined) return known
    if (listener.named?.place === place) return this.#playing(way, listener)
    const { steps, queue } = this.#options
    const { step, offered } = this.#stepTo(way, listener)
    const isStep = step.judgement.kind === 'press' || step.judgement.kind === 'end'
    if (isStep) this.#listenFor(way, listener)
    const isPress = step.judgement.kind === 'press' && !way.isCommanded
    if (isPress && (await this.#isNamedSoon(place, listener))) return this.#playing(way, listener)
    const from = offered === undefined ? queue.current(way.stream) : offered.item
    const by = offered === undefined ? steps.by(step, listener) : steps.byFrom(from, step, listener)
    const found = await queue.look(way.stream, { from, by })
    const offer = { ...givenOf(found), from }
    listener.offers.set(place, offer)
    return offer
  }

  /** Keeps what a request was given as no more than an offer. */
  keep(place: Place, listener: SlotListener<Body>, from: string | null): void {
    const served = listener.served.get(place)
    if (served !== undefined) listener.offers.set(place, { ...served, from })
  }

  /** Makes the step to the place the player has named; resolves when it is made. */
  named(news: Named, listener: SlotListener<Body>): Promise<void> {
    if (news.card_id !== null) this.#options.silent(news.card_id, false)
    const step = (this.#steps.get(listener) ?? Promise.resolve()).then(() => this.#follow(news, listener))
    this.#steps.set(
      listener,
      step.catch(() => undefined),
    )
    const waiting = this.#waiting.get(listener)
    if (waiting?.place === news.place) waiting.heard(step)
    return step
  }

  async #follow(news: Named, listener: SlotListener<Body>): Promise<void> {
    const { queue, steps } = this.#options
    const { stream, place, isCommanded } = news
    if (listener.named?.place === place) return
    const atMs = this.#nowMs
    const way = { ...news, judgement: this.#judge(news, listener) }
    const before = queue.current(stream)
    const by = steps.by(way, listener)
    const offer = listener.offers.get(place)
    listener.named = { place, atMs, commanded: isCommanded }
    listener.visit = { place, atMs }
    listener.beganMs = atMs
    listener.offers.clear()
    // Without an offer the request is still to come, and gets what is current then.
    if (offer === undefined) listener.served.delete(place)
    const press = steps.pressOf(way, 'mqtt')
    if (press !== null) await steps.tell(press)
    // What the house has made current meanwhile nobody has heard: it comes next.
    if (queue.current(stream) !== before) return
    if (offer !== undefined && offer.from === before) await steps.settle(stream, before, offer)
    else await steps.take(stream, { before, by })
  }

  /** What the player plays now, by its own word. */
  async #playing({ stream, place }: Way, listener: SlotListener<Body>): Promise<Given<Body>> {
    const { queue, steps } = this.#options
    const served = listener.served.get(place)
    if (served !== undefined) return served
    return steps.take(stream, { before: queue.current(stream), by: 0 })
  }

  /**
   * The step from where the player said it is; where none leads from there to the place, from what it was offered
   * last, as if it had gone there.
   */
  #stepTo(way: Way, listener: SlotListener<Body>): { step: Way; offered?: Offer<Body> | undefined } {
    const { visit, offers, named } = listener
    const judgement = this.#judge(way, listener)
    const isStep = judgement.kind === 'press' || judgement.kind === 'end'
    if (named !== null && isStep) return { step: { ...way, judgement } }
    return { step: way, offered: visit === null ? undefined : offers.get(visit.place) }
  }

  #judge({ place, mayHaveEnded }: Named, { named }: SlotListener<Body>): Judgement {
    return judge({ previous: named, requested: place, nowMs: this.#nowMs, mayHaveEnded })
  }

  async #isNamedSoon(place: Place, listener: SlotListener<Body>): Promise<boolean> {
    const enough = new AbortController()
    const heard = new Promise<Promise<void>[]>((resolve) => {
      this.#waiting.set(listener, { place, heard: (step) => resolve([step]) })
    })
    const late = this.#options.clock.sleep(namedWithinMs, enough.signal).then(
      () => [],
      () => [],
    )
    const [step] = await Promise.race([heard, late])
    this.#waiting.delete(listener)
    enough.abort(new Error('heard'))
    await step
    return step !== undefined
  }

  /** Where the player has said nothing for long after it was put in, presses cannot be counted. */
  #listenFor({ card_id }: Way, { named, insertedMs }: SlotListener<Body>): void {
    if (card_id === null || named !== null || this.#nowMs - insertedMs < keysPatienceMs) return
    this.#options.silent(card_id, true)
  }

  get #nowMs(): number {
    return this.#options.clock.now().getTime()
  }
}
