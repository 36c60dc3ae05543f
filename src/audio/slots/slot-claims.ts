import { verdictOn } from '../../core/claim.ts'
import type { Clock } from '../../core/clock.ts'
import { isSlot, isStep, type Place } from '../../core/slot.ts'
import type { Given, ListenerClaim, SlotListener, SlotPress } from './slot-listeners.ts'
import { isAtEnd, type SlotSteps } from './slot-steps.ts'
import type { SlotTrack, Way } from './slot-track.ts'

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

interface SlotClaimsOptions<Body extends { readonly length: number }, Step> {
  readonly clock: Clock
  readonly track: SlotTrack<Body, Step>
  readonly steps: SlotSteps<Body, Step>
  refuted(refutation: Refutation): void
}

/** A player's own word that it plays the place. */
interface Word {
  readonly stream: string
  readonly card_id: string
  readonly player: string
  readonly place: Place
  readonly isCommanded: boolean
  /** How long it had played what it was at before, in ms; null where it has not said. */
  readonly playedMs: number | null
}

// What a player has not spoken of for so long it will not deny either.
const keptMs = 120_000

/**
 * Where a request is a press at once: makes the steps, and holds them against what the player says of itself. A step
 * that it contradicts is undone, but for what a rule has made of it.
 */
export class SlotClaims<Body extends { readonly length: number }, Step> {
  readonly #options: SlotClaimsOptions<Body, Step>

  constructor(options: SlotClaimsOptions<Body, Step>) {
    this.#options = options
  }

  /** Takes the request for what it says, and gives the item that is current then. */
  async count(way: Way, listener: SlotListener<Body>): Promise<Given<Body>> {
    const { track, steps } = this.#options
    const { stream, place, judgement, isCommanded } = way
    const before = track.current(stream)
    const atMs = this.#nowMs
    const by = steps.by(way, listener)
    const isEarlyEnd = judgement.kind === 'end' && isSlot(place) && !way.mayHaveEnded
    const press = steps.pressOf(way, 'http')
    if (press !== null) await steps.tell(press)
    const given = await steps.take(stream, { before, by })
    const isNamed = listener.named?.place === place && listener.named.atMs > (listener.visit?.atMs ?? 0)
    if (isStep(judgement) && !isCommanded && !isNamed) {
      const recent = listener.claims.filter((claim) => atMs - claim.atMs < keptMs)
      const mayBeEnd = press?.button === 'right' && !isSlot(place)
      listener.claims = [...recent, { place, atMs, isEarlyEnd, mayBeEnd, press, item: given.item }]
    }
    return given
  }

  /** Holds the player's word against what its requests were taken for. */
  async check(word: Word, listener: SlotListener<Body>): Promise<void> {
    const { place, isCommanded } = word
    const atMs = this.#nowMs
    const claims = listener.claims.filter((claim) => atMs - claim.atMs < keptMs)
    const hasEnded = this.#hasEnded(word, listener)
    const { refuted, open } = verdictOn(claims, { place, atMs, hasEnded })
    listener.named = { place, atMs, isCommanded }
    listener.claims = open
    if (refuted.length > 0) await this.#takeBack(word, listener, { claims, refuted })
  }

  /** Whether it came there from the end of what it said it played. */
  #hasEnded({ playedMs }: Word, { named, served }: SlotListener<Body>): boolean {
    const before = named === null ? undefined : served.get(named.place)
    if (playedMs === null || before?.answer.kind !== 'item') return false
    return isAtEnd(playedMs, before.answer.body.length)
  }

  async #takeBack(
    { stream, card_id, player, place }: Word,
    listener: SlotListener<Body>,
    { claims, refuted }: { claims: readonly ListenerClaim[]; refuted: readonly ListenerClaim[] },
  ): Promise<void> {
    const { track, steps } = this.#options
    const plays = listener.served.get(place)
    const current = track.current(stream)
    if (plays?.item != null && plays.item !== current && claims.some(({ item }) => item === current))
      await steps.goBack(stream, current, plays.item)
    // What was asked for is no more than an offer now.
    for (const claim of refuted) {
      const served = listener.served.get(claim.place)
      if (served !== undefined) listener.offers.set(claim.place, { ...served, from: plays?.item ?? null })
    }
    if (plays !== undefined) listener.playing = { given: plays, beganMs: Number.NEGATIVE_INFINITY }
    listener.given = plays ?? listener.given
    listener.visit = { place, atMs: this.#nowMs }
    const presses = refuted.flatMap(({ press }) => press ?? [])
    const asked = refuted.at(-1)?.place ?? place
    this.#options.refuted({ stream, card_id, player, asked, plays: place, presses })
  }

  get #nowMs(): number {
    return this.#options.clock.now().getTime()
  }
}
