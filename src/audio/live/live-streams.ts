import { type Clock, every } from '../../core/clock.ts'
import type { Collection } from '../../core/collection.ts'
import { messageOf } from '../../core/error.ts'
import type { Log } from '../../core/log.ts'
import { seedBehind } from '../../core/play-order.ts'
import type { Queue, QueueMove } from '../../core/queue.ts'
import type { SentOf } from '../playable.ts'
import { LiveFiles, type LiveLibrary } from './live-files.ts'
import { type Left, LivePositions, type StoredPosition } from './live-positions.ts'
import { LiveSession, type LiveSink, type SessionEnd, tickMs } from './live-session.ts'
import { Ticker } from './ticker.ts'
import { beginOf, currentPlace, hasItem, LiveWalk, type Place, placeOf, startOf, type Track } from './walk.ts'

export interface LiveRequest {
  readonly stream: string
  /** Who asks, under every name it may be known by, the surest first. */
  readonly listener: readonly [string, ...string[]]
  /** Whether the first name is a player's: then there is one of that name, and not several behind one address. */
  readonly isPlayer: boolean
}

export type LiveAnswer =
  | {
      readonly kind: 'live'
      /** Whether it begins newly, and does not go on where it was. */
      readonly fromStart: boolean
      /** The file it begins in. */
      readonly file: string
      /** Begins to send; to be called once, and what it returns when the listener is gone. */
      play(sink: LiveSink): () => void
    }
  /** `over`: nothing to play, and the listener comes from the end of it. */
  | { readonly kind: 'nothing' | 'over' }

interface LiveStreamsOptions {
  readonly library: LiveLibrary
  queue(stream: string): Queue | undefined
  /** Moves on which item is current; the change must come back to `changed` as one of our own. */
  move(stream: string, move: QueueMove): Promise<Queue>
  /** Told of what goes out of a stream. */
  sentOf(stream: string): SentOf
  /** Where listeners were, by name. */
  readonly positions: Collection<StoredPosition>
  readonly clock: Clock
  readonly log: Log
}

interface LiveChange {
  /** Somebody else has made another item current, or the same anew. */
  readonly isMoved: boolean
  /** Other items have come in place of all there were. */
  readonly isReplaced?: boolean
  /** Whoever hears an item that is gone now hears that to its end. */
  readonly letsEnd?: boolean
  /** An item has become current that all are to hear at once, wherever in the queue they are. */
  readonly isNow?: boolean
  /** The items were put into another order. */
  readonly isReordered?: boolean
}

interface Listening {
  readonly session: LiveSession
  readonly stream: string
  readonly name: string
  /** The item that is heard to its end, though it is not in the queue any more. */
  ending: { readonly item: string; readonly isClosed: boolean } | null
  cancel: () => void
}

const slots = 7
// Some five milliseconds of writing.
const fullSlot = 500
const storeMs = 20_000

/**
 * The streams that are heard live: what each listener hears follows the queue as it is now. A listener who is at
 * the queue's current item moves that on when it goes on; others, who are elsewhere, leave it alone. So it is the
 * first of several who tells what is playing, and nobody is pulled forth and back.
 */
export class LiveStreams {
  readonly #options: LiveStreamsOptions
  readonly #files: LiveFiles
  readonly #walk: LiveWalk
  readonly #positions: LivePositions
  readonly #ticker: Ticker
  readonly #listening = new Set<Listening>()
  /** What was current before the last change, by stream. */
  readonly #current = new Map<string, string | null>()
  #stopStoring: (() => void) | null = null
  #isStopped = false

  constructor(options: LiveStreamsOptions) {
    const { library, clock, log } = options
    this.#options = options
    this.#files = new LiveFiles({ library, clock })
    this.#walk = new LiveWalk({ queue: (stream) => options.queue(stream), files: this.#files, log })
    this.#positions = new LivePositions({
      store: options.positions,
      clock,
      failed: (error) =>
        log.error('where listeners of live streams are could not be stored; it is tried again', {
          error: messageOf(error),
        }),
    })
    this.#ticker = new Ticker({ clock, periodMs: tickMs, slots, full: fullSlot })
  }

  /** Reads where the listeners of the last run were. Rejects as the store does. */
  start(): Promise<void> {
    return this.#positions.start()
  }

  /** Whether the stream is heard live at all. */
  isLive(stream: string): boolean {
    return this.#options.queue(stream)?.mode === 'live'
  }

  /** Whether there may be something to play now. */
  isOpen(stream: string): boolean {
    const queue = this.#options.queue(stream)
    return queue !== undefined && !queue.closed && queue.items.length > 0
  }

  /** What is held for listeners: none of it outlasts them. */
  get held(): { readonly sessions: number; readonly timers: number; readonly files: number } {
    return { sessions: this.#listening.size, timers: this.#ticker.size, files: this.#files.size }
  }

  /** What a listener hears who asks now. Rejects as the library does. */
  async open(request: LiveRequest): Promise<LiveAnswer> {
    const { stream } = request
    const queue = this.#options.queue(stream)
    if (queue === undefined || !this.isOpen(stream) || this.#isStopped) return { kind: 'nothing' }
    if (!this.#current.has(stream)) this.#current.set(stream, queue.current)
    const known = this.#goesOn(request)
    const place = known !== null && hasItem(queue, known.item) ? known : null
    if (place?.isEnd === true) {
      const { from, track } = await this.#walk.after(stream, placeOf(queue, place))
      return track === null
        ? { kind: 'over' }
        : this.#begin(request, { track, frame: 0, from, fromStart: false })
    }
    const last = this.#positions.last(request.listener, stream)
    const start = place ?? startOf(queue, last)
    if (start === null) return { kind: 'nothing' }
    const fromStart = place === null && start !== last
    const there = place === null ? beginOf(queue, start.item, fromStart) : placeOf(queue, place)
    const track = await this.#walk.from(stream, there)
    if (track === null) return { kind: 'nothing' }
    const frame = track.id === start.item ? start.frame : 0
    const from = place === null ? currentPlace(queue) : there
    return this.#begin(request, { track, frame, from, fromStart })
  }

  /** How many hear the stream now. */
  listenersOf(stream: string): number {
    return [...this.#listening].filter((one) => one.stream === stream).length
  }

  /** To be told of each change of a queue. */
  changed(stream: string, change: LiveChange): void {
    const { isMoved, letsEnd = false, isNow = false, isReordered = false } = change
    const queue = this.#options.queue(stream)
    const before = this.#current.get(stream)
    if (queue === undefined) this.#current.delete(stream)
    else this.#current.set(stream, queue.current)
    const ids = new Set(queue?.items.map(({ id }) => id))
    for (const listening of this.#listening) {
      const { session, stream: heard } = listening
      if (heard !== stream) continue
      if (isReordered || queue?.order === null) session.leaveRound()
      const isClosed = queue === undefined || queue.closed
      const isChosen = change.isReplaced === true || isMoved || isNow
      if (letsEnd && session.hasBegun && !ids.has(session.item))
        listening.ending = { item: session.item, isClosed }
      else if (isChosen || (isClosed && listening.ending?.isClosed === false)) listening.ending = null
      if (listening.ending?.item === session.item) continue
      if (ids.size === 0 || queue === undefined || queue.closed) session.finish()
      else if (isNow || (isMoved && session.item === before)) session.goOver()
      else if (!ids.has(session.item)) session.goOn()
    }
  }

  /** Ends all that is heard at a frame; resolves when it is stored where everybody was. */
  async stop(): Promise<void> {
    this.#isStopped = true
    for (const { session } of this.#listening) session.finish()
    this.#stopStoring?.()
    await this.#files.settled()
    await this.#positions.flush()
  }

  /** Where the listener was, who was there just now or seems to have lost its connection. */
  #goesOn({ stream, listener, isPlayer }: LiveRequest): Left | null {
    const [name] = listener
    const lost = [...this.#listening].findLast(
      (one) => one.stream === stream && one.name === name && (isPlayer || one.session.isStalled),
    )
    if (lost === undefined) return this.#positions.takeLeft(listener, stream)
    // That a connection is dead shows only when nothing is taken any more. A player that looks ahead keeps the other.
    if (!lost.session.isStalled)
      return { ...lost.session.heard(), isEnd: false, round: lost.session.place.round }
    lost.session.drop()
    return this.#positions.takeLeft(listener, stream)
  }

  /** Its first bytes are there before it is answered, so that something else can still be said in their place. */
  async #begin(
    { stream, listener: [name] }: LiveRequest,
    begin: { track: Track; frame: number; from: Place | null; fromStart: boolean },
  ): Promise<LiveAnswer> {
    const { queue, clock, sentOf } = this.#options
    const { track, frame, fromStart } = begin
    const told = sentOf(stream)
    const session = new LiveSession({
      stream,
      track,
      frame,
      walk: this.#walk,
      length: () => queue(stream)?.items.length ?? 0,
      clock,
      sent: ({ file: { hash, frames }, from, to }) => told({ listener: name, hash, frames, from, to }),
      went: (step) => this.#went(stream, step),
      over: (end) => this.#over(listening, end),
      failed: (error) =>
        this.#options.log.error('a live stream was ended', { stream, error: messageOf(error) }),
    })
    const listening: Listening = { session, stream, name, ending: null, cancel: () => undefined }
    this.#listening.add(listening)
    this.#went(stream, { from: begin.from, to: track })
    // What came in between, nobody has told it.
    if (this.#isStopped || !this.isOpen(stream)) session.finish()
    else if (queue(stream)?.items.every(({ id }) => id !== track.id)) session.goOn()
    if (!(await session.prepare())) return { kind: 'nothing' }
    return { kind: 'live', fromStart, file: session.file, play: (sink) => this.#play(listening, sink) }
  }

  #play(listening: Listening, sink: LiveSink): () => void {
    const { session } = listening
    this.#keepStoring()
    if (!session.isOver) listening.cancel = this.#ticker.add((dueMs) => session.tick(dueMs))
    session.play(sink)
    return () => session.leave()
  }

  #went(stream: string, { from, to }: { from: Place | null; to: Place | null }): void {
    const queue = this.#options.queue(stream)
    if (queue === undefined || !isAtCurrent(queue, from)) return
    const isNextRound = queue.order !== null && to?.round?.seed === seedBehind(queue.order.seed)
    if (from?.id === to?.id && !isNextRound) return
    const [id, fromId] = [to?.id ?? null, from?.id ?? null]
    this.#options.move(stream, { op: 'go-to', id, from: fromId, isNextRound }).catch((error) =>
      this.#options.log.error('what a live stream plays could not be noted', {
        stream,
        error: messageOf(error),
      }),
    )
  }

  #over(listening: Listening, end: SessionEnd): void {
    const { session, stream, name, cancel } = listening
    if (!this.#listening.delete(listening)) return
    cancel()
    if (end === 'slow')
      this.#options.log.debug('a listener of a live stream was too slow and was ended', { stream })
    // What could not even begin is no end: a library that is away for a moment is no reason to lose the place.
    if (!session.hasBegun) return
    const isEnd = end === 'over'
    if (isEnd && this.#options.queue(stream)?.loop === false)
      this.#went(stream, { from: session.place, to: null })
    const place = isEnd ? { item: session.item, frame: 0 } : session.heard()
    this.#positions.left(name, stream, { ...place, isEnd, round: session.place.round })
  }

  /** Only while there is something to store. */
  #keepStoring(): void {
    this.#stopStoring ??= every(this.#options.clock, storeMs, () => {
      for (const { session, name, stream } of this.#listening)
        this.#positions.at(name, stream, session.heard())
      void this.#positions.flush()
      if (this.#listening.size > 0) return
      this.#stopStoring?.()
      this.#stopStoring = null
    })
  }
}

/** Whether the listener is where the queue is, and not at the same item in another round. */
function isAtCurrent({ current, order }: Queue, from: Place | null): boolean {
  if (from === null || current === null) return from === null && current === null
  return from.id === current && (order === null || from.round === null || from.round.seed === order.seed)
}
