import type { Clock } from '../../core/clock.ts'
import { Recent } from '../../core/recent.ts'
import type { Judgement } from '../../core/slot.ts'
import { bytesPerFrame, msPerFrame } from '../frames.ts'
import type { Given, SlotListener, SlotPress } from './slot-listeners.ts'
import type { Found, SlotTrack, Way } from './slot-track.ts'

interface SlotStepsOptions<Body, Step> {
  readonly clock: Clock
  readonly track: SlotTrack<Body, Step>
  /** Tells the house of a press; resolves when what the house does about it is done. */
  pressed(press: SlotPress): Promise<void>
  /** A step could not be made; the listener gets what is current all the same. */
  failed(stream: string, error: unknown): void
}

// What is heard after a press is decided within this time.
export const pressPatienceMs = 150
const endMarginMs = 3_000
const streamsKept = 1_000
// A player that only repeats a request does so at once and again; one that is switched on again after this is told anew.
const repeatedWithinMs = 60_000

/**
 * Makes the steps that lead from one place to the next: the house is told of a press first, and where it has not
 * made another item current, the step is the usual one.
 *
 * An item that became current without anybody hearing it, as when a schedule has changed the queue, is itself
 * what comes next.
 */
export class SlotSteps<Body extends { readonly length: number }, Step> {
  readonly #options: SlotStepsOptions<Body, Step>
  /** By stream: the current item that somebody has heard. */
  readonly #heard = new Recent<string, string>(streamsKept)

  constructor(options: SlotStepsOptions<Body, Step>) {
    this.#options = options
  }

  /** The press that this way is; null when nobody has pressed anything. */
  pressOf(way: Way, via: SlotPress['via']): SlotPress | null {
    const { stream, player, card_id, place, judgement, isCommanded } = way
    if (judgement.kind !== 'press' || isCommanded) return null
    return { stream, player, card_id, place, button: judgement.button, via }
  }

  /** Waits for what the house does about the press, but not for long. */
  async tell(press: SlotPress): Promise<void> {
    const { clock, pressed, failed } = this.#options
    const enough = new AbortController()
    const patience = clock.sleep(pressPatienceMs, enough.signal).catch(() => undefined)
    const told = pressed(press).catch((error) => failed(press.stream, error))
    await Promise.race([told, patience])
    enough.abort(new Error('answered'))
  }

  /** Which step the way is from the current item, if nobody in the house wants otherwise. */
  by(way: Way, listener: SlotListener<Body>): Step {
    const { track } = this.#options
    const current = track.current(way.stream)
    const heard = this.#heard.get(way.stream)
    // Whoever was playing before this program began is in the middle of the item, and who was given it has heard it.
    const { given } = listener
    const isKnown = given === null || (given.item === current && given.answer.kind === 'item')
    const isHeard = current === null || heard === current || (heard === undefined && isKnown)
    return isHeard && !this.isDue(way.stream, listener) ? this.byFrom(current, way, listener) : track.stay
  }

  /** Whether the listener was to be sent on to the current item and has not got it yet, whoever else has. */
  isDue(stream: string, { due }: SlotListener<Body>): boolean {
    return due !== null && due === this.#options.track.current(stream)
  }

  /** Which step it is from an item that the listener has heard; null where all was over. */
  byFrom(item: string | null, way: Way, { given, playing }: SlotListener<Body>): Step {
    return this.#options.track.stepOf(way, {
      isOver: item === null,
      isNew: given === null,
      playingMs: playing === null ? null : this.#nowMs - playing.beganMs,
    })
  }

  /** Steps from `before`, unless the house has made another item current: then that is what is heard. */
  async take(stream: string, { before, by }: { before: string | null; by: Step }): Promise<Given<Body>> {
    const { track } = this.#options
    return this.#done(stream, () => {
      const current = track.current(stream)
      return track.go(stream, { from: current, by: current === before ? by : track.stay })
    })
  }

  /** Makes what was offered current in place of `before`, with the same reserve. */
  async settle(stream: string, before: string | null, offer: Given<Body>): Promise<Given<Body>> {
    const { track } = this.#options
    const body = offer.answer.kind === 'item' ? offer.answer.body : null
    const isAsBefore = track.isOpen(stream) && track.current(stream) === before
    if (!isAsBefore || (body === null && offer.item !== null))
      return this.take(stream, { before, by: track.stay })
    const { item: id, isNextRound = false } = offer
    return this.#done(stream, () => track.settle(stream, before, { id, body, isNextRound }))
  }

  /** Makes current again what a listener goes on hearing, where a step that never was has led away from it. */
  async goBack(stream: string, from: string | null, item: string): Promise<void> {
    const { track, failed } = this.#options
    try {
      await track.settle(stream, from, { id: item, body: null })
      this.#heard.set(stream, item)
    } catch (error) {
      failed(stream, error)
    }
  }

  /** Whether what the listener hears may have played to its end; `playedMs` is null where it must be reckoned. */
  mayHaveEnded({ playing }: SlotListener<Body>, playedMs: number | null): boolean {
    if (playing === null || playing.given.answer.kind !== 'item') return true
    return isAtEnd(playedMs ?? this.#nowMs - playing.beganMs, playing.given.answer.body.length)
  }

  async #done(stream: string, step: () => Promise<Found<Body>>): Promise<Given<Body>> {
    const { track, failed } = this.#options
    const found = await step().catch(async (error) => {
      failed(stream, error)
      const id = track.current(stream)
      return { id, body: track.isOpen(stream) ? await track.body(stream, id) : null }
    })
    if (found.body !== null && found.id !== null) this.#heard.set(stream, found.id)
    return givenOf(found)
  }

  get #nowMs(): number {
    return this.#options.clock.now().getTime()
  }
}

export function givenOf<Body>({ id, body, isNextRound = false }: Found<Body>): Given<Body> {
  const round = isNextRound ? { isNextRound } : {}
  return body === null
    ? { item: id, answer: { kind: 'nothing' }, ...round }
    : { item: id, answer: { kind: 'item', body }, ...round }
}

/** Whether an item of so many bytes may have ended once it has played so long; an end cannot be told from a press just before it. */
export function isAtEnd(playedMs: number, bytes: number): boolean {
  return playedMs >= durationMs(bytes) - endMarginMs
}

/** How long so many bytes of a served body play. */
export function durationMs(bytes: number): number {
  return (bytes / bytesPerFrame) * msPerFrame
}

/**
 * Whether nobody need hear once more that there is nothing: nobody has done anything since it was said, or a
 * player only repeats its request.
 */
export function isSaid<Body>(judgement: Judgement, listener: SlotListener<Body>, nowMs: number): boolean {
  const { given, visit } = listener
  if (given === null || given.answer.kind === 'item') return false
  if (judgement.kind === 'end') return true
  const isSoon = visit !== null && nowMs - visit.atMs < repeatedWithinMs
  return judgement.kind === 'again' && given.answer.kind === 'over' && isSoon
}
