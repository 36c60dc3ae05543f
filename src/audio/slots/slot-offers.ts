import { keysPatienceMs } from '../../core/claim.ts'
import type { Clock } from '../../core/clock.ts'
import { isStep, type Judgement, judge, type Place } from '../../core/slot.ts'
import { Turns } from '../../core/turns.ts'
import type { Given, Offer, SlotListener } from './slot-listeners.ts'
import { givenOf, type SlotSteps } from './slot-steps.ts'
import type { SlotTrack, Way } from './slot-track.ts'

interface SlotOffersOptions<Body extends { readonly length: number }, Step> {
  readonly clock: Clock
  readonly track: SlotTrack<Body, Step>
  readonly steps: SlotSteps<Body, Step>
  /** Whether the players of a card keep silent about where they are. */
  silent(cardId: string, isSilent: boolean): void
}

/** A player's own word that it plays the place. */
interface Word extends Omit<Way, 'judgement' | 'mayHaveEnded'> {
  readonly card_id: string
  /** How long it had played what it was at before, in ms; null where it has not said. */
  readonly playedMs: number | null
  /** Its words before are fresh, so that a press led there just now if one did. */
  readonly isFollowed: boolean
  /** It was off, or is too far on there: no press led there. */
  readonly isTakenUp: boolean
}

// A player names its place about as fast as it answers commands: 0.15 to 0.4 s (yoto-protocol §4.6).
const namedWithinMs = 500
// A player speaks every five seconds while it plays.
const silentMs = 30_000

/**
 * Where a player's requests are no presses, because it may look ahead: a request is offered what the place would
 * play, and only when the player names the place the step is made. Behind a knob the answer waits a moment for
 * that, so that what the house decides is heard at once where the player speaks in time.
 */
export class SlotOffers<Body extends { readonly length: number }, Step> {
  readonly #options: SlotOffersOptions<Body, Step>
  /** Requests that wait for their player to name the place. */
  readonly #waiting = new Map<
    SlotListener<Body>,
    { readonly place: Place; meet(step: Promise<void>): void }
  >()
  /** Steps of one listener are made one after the other. */
  readonly #turns = new Turns<SlotListener<Body>>()
  /** By card: when one of its players said last where it is. */
  readonly #spokenMs = new Map<string, number>()

  constructor(options: SlotOffersOptions<Body, Step>) {
    this.#options = options
  }

  /** What the place would play; asked again before the player moves on, the same. */
  async offer(way: Way, listener: SlotListener<Body>): Promise<Given<Body>> {
    const { place } = way
    const known = listener.offers.get(place)
    if (known !== undefined) return known
    if (listener.named?.place === place && !isElsewhere(listener)) return this.#playing(way, listener)
    const { track, steps } = this.#options
    const { step, offered } = this.#stepTo(way, listener)
    if (isStep(step.judgement)) this.#watch(way, listener)
    const isPress = step.judgement.kind === 'press' && !way.isCommanded
    if (isPress && (await this.#isNamedSoon(place, listener))) return this.#playing(way, listener)
    const from = offered === undefined ? track.current(way.stream) : offered.item
    const by = offered === undefined ? steps.by(step, listener) : steps.byFrom(from, step, listener)
    const found = await track.look(way.stream, { from, by })
    const offer = { ...givenOf(found), from }
    listener.offers.set(place, offer)
    return offer
  }

  /** What a place plays that it goes on at in a middle nobody got: what is current. */
  async middle(way: Way, listener: SlotListener<Body>): Promise<Given<Body>> {
    const { place, stream } = way
    const known = listener.offers.get(place)
    if (known !== undefined) return known
    if (listener.named?.place === place) return this.#playing(way, listener)
    const { track, steps } = this.#options
    const from = track.current(stream)
    const given = givenOf(await track.look(stream, { from, by: steps.by(way, listener) }))
    this.takenUp(place, given, listener)
    return given
  }

  /** It goes on in the middle of a place. Where it has asked for no beginning of that, no step leads there. */
  takenUp(place: Place, given: Given<Body>, { offers, named }: SlotListener<Body>): void {
    if (named?.place !== place && !offers.has(place))
      offers.set(place, { ...given, from: null, isTakenUp: true })
  }

  /** Makes the step to the place that the player says it plays; resolves when it is made. */
  said(word: Word, listener: SlotListener<Body>): Promise<void> {
    this.#spokenMs.set(word.card_id, this.#nowMs)
    const waiting = this.#waiting.get(listener)
    const isAwaited = waiting?.place === word.place
    // A request that was made a moment ago is as good as fresh words.
    const isFollowed = word.isFollowed || isAwaited
    const step = this.#turns.take(listener, () => this.#follow({ ...word, isFollowed }, listener))
    if (isAwaited) waiting.meet(step)
    return step
  }

  async #follow(word: Word, listener: SlotListener<Body>): Promise<void> {
    const { track, steps } = this.#options
    const { stream, place, isCommanded, playedMs } = word
    if (listener.named?.place === place) return
    const atMs = this.#nowMs
    const mayHaveEnded = steps.mayHaveEnded(listener, playedMs)
    const offer = listener.offers.get(place)
    const { judgement, isPress } = this.#judgeWord({ ...word, mayHaveEnded }, listener)
    const way = { ...word, mayHaveEnded, judgement }
    const before = track.current(stream)
    const by = steps.by(way, listener)
    listener.named = { place, atMs, isCommanded }
    listener.playing = offer === undefined || offer.isTakenUp ? null : { given: offer, beganMs: atMs }
    listener.offers.clear()
    // Without an offer the request is still to come, and gets what is current then.
    if (offer === undefined) listener.served.delete(place)
    const press = isPress ? steps.pressOf(way, 'mqtt') : null
    if (press !== null) await steps.tell(press)
    // What the house has made current meanwhile nobody has heard: it comes next.
    if (track.current(stream) !== before) return
    const isOfNow = offer !== undefined && offer.from === before && track.has(stream, offer.item)
    if (isOfNow && !offer.isTakenUp) await steps.settle(stream, before, offer)
    else await steps.take(stream, { before, by })
  }

  /** What the player plays now, by its own word. */
  async #playing({ stream, place }: Way, listener: SlotListener<Body>): Promise<Given<Body>> {
    const { track, steps } = this.#options
    await this.#turns.settled(listener)
    const served = listener.served.get(place)
    if (served !== undefined) return served
    const given = await steps.take(stream, { before: track.current(stream), by: track.stay })
    listener.playing = { given, beganMs: this.#nowMs }
    return given
  }

  /**
   * The step from where the player said it is; where none leads from there to the place, from what it was offered
   * last, as if it had gone there.
   */
  #stepTo(way: Way, listener: SlotListener<Body>): { step: Way; offered?: Offer<Body> | undefined } {
    const { visit, offers, named } = listener
    const judgement = this.#judge(way, listener)
    if (named !== null && !isElsewhere(listener) && isStep(judgement)) return { step: { ...way, judgement } }
    return { step: way, offered: visit === null ? undefined : offers.get(visit.place) }
  }

  /**
   * What the word means, and whether it tells of a press that was made just now. A place that was taken up again, or
   * that nobody asked for before a press to it could be told, leads nowhere; what was asked for is heard, and is a step.
   */
  #judgeWord(
    { place, isFollowed, isTakenUp, mayHaveEnded }: Word & Pick<Way, 'mayHaveEnded'>,
    listener: SlotListener<Body>,
  ): { judgement: Judgement; isPress: boolean } {
    const offer = listener.offers.get(place)
    const judgement = this.#judge({ place, mayHaveEnded }, listener)
    const isPress = judgement.kind === 'press' && isFollowed && !isTakenUp
    const isAgain = offer === undefined ? judgement.kind === 'press' && !isPress : offer.isTakenUp === true
    return isAgain ? { judgement: { kind: 'again' }, isPress: false } : { judgement, isPress }
  }

  #judge(
    { place, mayHaveEnded }: Pick<Way, 'place' | 'mayHaveEnded'>,
    { named }: SlotListener<Body>,
  ): Judgement {
    return judge({ previous: named, requested: place, nowMs: this.#nowMs, mayHaveEnded })
  }

  async #isNamedSoon(place: Place, listener: SlotListener<Body>): Promise<boolean> {
    const enough = new AbortController()
    const met = new Promise<Promise<void>[]>((resolve) => {
      this.#waiting.set(listener, { place, meet: (step) => resolve([step]) })
    })
    const late = this.#options.clock.sleep(namedWithinMs, enough.signal).then(
      () => [],
      () => [],
    )
    const [step] = await Promise.race([met, late])
    this.#waiting.delete(listener)
    enough.abort(new Error('met'))
    await step
    return step !== undefined
  }

  /** Where nothing was said of the card for long after it was put in, its presses cannot be counted. */
  #watch({ card_id }: Way, { named, insertedMs }: SlotListener<Body>): void {
    if (card_id === null || named !== null || this.#nowMs - insertedMs < keysPatienceMs) return
    const spokenMs = this.#spokenMs.get(card_id) ?? Number.NEGATIVE_INFINITY
    if (this.#nowMs - spokenMs > silentMs) this.#options.silent(card_id, true)
  }

  get #nowMs(): number {
    return this.#options.clock.now().getTime()
  }
}

/** Whether it has gone on in the middle of another place since it said where it is. */
function isElsewhere<Body>({ offers }: SlotListener<Body>): boolean {
  return [...offers.values()].some(({ isTakenUp }) => isTakenUp === true)
}
