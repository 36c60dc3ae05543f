import type { Clock } from '../core/clock.ts'
import type { Queue, QueueMutation } from '../core/queue.ts'
import { type Judgement, judge, type Slot, startRetryMs } from '../core/slot.ts'
import type { Served } from './finite-streams.ts'

export interface SlotPress {
  readonly stream: string
  readonly player: string | null
  readonly card_id: string | null
  readonly slot: Slot
  readonly button: 'left' | 'right'
}

interface SlotStreamsOptions<Body> {
  readonly clock: Clock
  queue(stream: string): Queue | undefined
  step(stream: string, mutation: Extract<QueueMutation, { op: 'step' }>): Promise<Queue>
  /** The item of that file; null when it cannot be played now. */
  body(file: string): Promise<Body | null>
  /** Tells the house of a press; resolves when what the house does about it is done. */
  pressed(press: SlotPress): Promise<void>
  /** A press or an end could not move the queue; the listener gets what is current all the same. */
  failed(stream: string, error: unknown): void
}

export interface SlotRequest {
  readonly stream: string
  readonly player: string | null
  readonly card_id: string | null
  readonly slot: Slot
  /** Who asks, under every name it may be known by; the last is the one that is always known. */
  readonly listener: readonly [string, ...string[]]
  /** First byte wanted of a body of that length; null when the request asks for the whole. */
  startIn(length: number): number | null
}

/** `nothing`: there is nothing to play; `over`: and the listener has been told so already. */
export type SlotAnswer<Body> =
  | { readonly kind: 'item'; readonly body: Body }
  | { readonly kind: 'nothing' | 'over' }

/** What one listener asked for last, and what it was given. */
interface Listener<Body> {
  readonly slot: Slot
  readonly atMs: number
  readonly answer: SlotAnswer<Body>
  /** When the item it was given last began. */
  readonly beganMs: number
  /** What each slot gave it last. */
  readonly served: Map<Slot, Body>
}

interface Turn<Body> {
  readonly known: Listener<Body> | null
  readonly judgement: Judgement
  readonly nowMs: number
}

const keptMs = 24 * 60 * 60 * 1000
const listenersKept = 1000
/** What is heard after a press is decided within this time. */
const patienceMs = 150
const justBegunMs = 5_000

/**
 * Gives the slots of queue cards their items. The request is the press: whoever asks for a slot says by that
 * which knob was pressed, and hears what came of it.
 *
 * A press that the house answers by making another item current leads to that item; any other moves on in the
 * queue: right and end to the next item, left to the beginning of this one or, where that has just begun, to the
 * one before. An item that became current without anybody hearing it, as when a schedule has changed the queue,
 * is itself what comes next. A queue that is over is silent after it was said once, and begins anew with the next
 * press or when the card is put in.
 */
export class SlotStreams<Body extends Served> {
  readonly #options: SlotStreamsOptions<Body>
  // In order of last use, the oldest first; a listener stands here under each of its names.
  readonly #listeners = new Map<string, Listener<Body>>()
  /** The last request under way of each listener. */
  readonly #turns = new Map<string, Promise<unknown>>()
  /** By stream: the current item that somebody has heard. */
  readonly #heard = new Map<string, string>()

  constructor(options: SlotStreamsOptions<Body>) {
    this.#options = options
  }

  /** Requests of one listener are answered one after the other. */
  choose(request: SlotRequest): Promise<SlotAnswer<Body>> {
    const name = request.listener.at(-1) ?? ''
    const turn = (this.#turns.get(name) ?? Promise.resolve()).then(() => this.#choose(request))
    const settled = turn
      .catch(() => undefined)
      .then(() => {
        if (this.#turns.get(name) === settled) this.#turns.delete(name)
      })
    this.#turns.set(name, settled)
    return turn
  }

  async #choose(request: SlotRequest): Promise<SlotAnswer<Body>> {
    const nowMs = this.#nowMs
    const known = this.#known(request.listener, nowMs)
    const served = known?.served.get(request.slot)
    const isMiddle = (request.startIn(served?.length ?? Number.MAX_SAFE_INTEGER) ?? 0) > 0
    if (isMiddle && served !== undefined) {
      const answer = { kind: 'item', body: served } as const
      this.#remember(request, { known, answer, isNew: false })
      return answer
    }
    const judgement: Judgement = isMiddle
      ? { kind: 'again' }
      : judge({
          previous: known === null ? null : { place: known.slot, atMs: known.atMs },
          requested: request.slot,
          nowMs,
          mayHaveEnded: true,
        })
    const turn = { known, judgement, nowMs }
    const isAgain = judgement.kind === 'again' && this.#isOpen(request.stream)
    const answer = isAgain && known?.answer.kind === 'item' ? known.answer : await this.#moved(request, turn)
    this.#remember(request, { known, answer, isNew: answer !== known?.answer })
    return answer
  }

  /** Carries out what the request means, and gives the item that is current then. */
  async #moved(request: SlotRequest, turn: Turn<Body>): Promise<SlotAnswer<Body>> {
    const { stream } = request
    const { judgement } = turn
    const before = this.#current(stream)
    if (judgement.kind === 'press') await this.#tellOf(request, judgement.button)
    const answer = await this.#itemAfter(stream, { before, turn })
    const current = this.#current(stream)
    if (answer.kind === 'item' && current !== null) this.#heard.set(stream, current)
    return answer.kind === 'nothing' && isSaid(turn) ? { kind: 'over' } : answer
  }

  async #itemAfter(
    stream: string,
    { before, turn }: { before: string | null; turn: Turn<Body> },
  ): Promise<SlotAnswer<Body>> {
    try {
      const isHeard = before === null || this.#heard.get(stream) === before
      const isAsBefore = this.#isOpen(stream) && this.#current(stream) === before
      const by = isAsBefore && isHeard ? defaultStep(turn, before === null) : 0
      if (by !== 0) await this.#options.step(stream, { op: 'step', by, from: before })
      return await this.#item(stream, by === -1 ? -1 : 1)
    } catch (error) {
      this.#options.failed(stream, error)
      return this.#item(stream, 0)
    }
  }

  async #tellOf({ stream, player, card_id, slot }: SlotRequest, button: 'left' | 'right'): Promise<void> {
    const { clock, pressed } = this.#options
    const enough = new AbortController()
    const patience = clock.sleep(patienceMs, enough.signal).catch(() => undefined)
    const told = pressed({ stream, player, card_id, slot, button }).catch((error) =>
      this.#options.failed(stream, error),
    )
    await Promise.race([told, patience])
    enough.abort(new Error('answered'))
  }

  /** The current item, or the next in that direction that can be played; 0 looks at the current one alone. */
  async #item(stream: string, way: 1 | -1 | 0): Promise<SlotAnswer<Body>> {
    const { queue, body, step } = this.#options
    let by = way
    for (let tries = queue(stream)?.items.length ?? 0; tries > 0; tries--) {
      const { items = [], current = null, closed = true } = queue(stream) ?? {}
      const item = closed ? undefined : items.find(({ id }) => id === current)
      if (item === undefined) break
      const found = await body(item.file)
      if (found !== null) return { kind: 'item', body: found }
      if (by === 0) break
      const moved = await step(stream, { op: 'step', by, from: item.id })
      // Before the first there is nothing.
      if (moved.current === item.id) by = 1
    }
    return { kind: 'nothing' }
  }

  #isOpen(stream: string): boolean {
    return this.#options.queue(stream)?.closed === false
  }

  #current(stream: string): string | null {
    return this.#options.queue(stream)?.current ?? null
  }

  /** The listener as it was seen last under any of the names. */
  #known(names: readonly string[], nowMs: number): Listener<Body> | null {
    const found = names.flatMap((name) => this.#listeners.get(name) ?? [])
    const last = found.sort((one, other) => one.atMs - other.atMs).at(-1)
    return last === undefined || nowMs - last.atMs > keptMs ? null : last
  }

  #remember(
    { slot, listener }: SlotRequest,
    { known, answer, isNew }: { known: Listener<Body> | null; answer: SlotAnswer<Body>; isNew: boolean },
  ): void {
    const nowMs = this.#nowMs
    const served = known?.served ?? new Map<Slot, Body>()
    if (answer.kind === 'item') served.set(slot, answer.body)
    else served.delete(slot)
    const beganMs = isNew || known === null ? nowMs : known.beganMs
    for (const name of listener) {
      this.#listeners.delete(name)
      this.#listeners.set(name, { slot, atMs: nowMs, answer, beganMs, served })
    }
    for (const oldest of this.#listeners.keys()) {
      if (this.#listeners.size <= listenersKept) return
      this.#listeners.delete(oldest)
    }
  }

  get #nowMs(): number {
    return this.#options.clock.now().getTime()
  }
}

/** Where a request leads that nobody in the house has answered with another item. */
function defaultStep({ judgement, known, nowMs }: Turn<unknown>, isOver: boolean): 1 | -1 | 0 {
  switch (judgement.kind) {
    case 'inserted':
      return isOver ? 1 : 0
    case 'again':
      return isOver && known === null ? 1 : 0
    case 'end':
      return isOver ? 0 : 1
    case 'press': {
      if (judgement.button === 'right') return 1
      return isOver || (known !== null && nowMs - known.beganMs < justBegunMs) ? -1 : 0
    }
  }
}

/**
 * Whether nobody need hear once more that there is nothing: nobody has done anything since it was said, or a
 * player only repeats its request.
 */
function isSaid({ judgement, known, nowMs }: Turn<unknown>): boolean {
  if (known === null || known.answer.kind === 'item') return false
  if (judgement.kind === 'end') return true
  return judgement.kind === 'again' && known.answer.kind === 'over' && nowMs - known.atMs < startRetryMs
}
