import type { Clock } from '../../core/clock.ts'
import { bytesPerFrame, msPerFrame } from '../frames.ts'
import type { LibraryFile } from '../library/inspect-file.ts'
import { framesPerBlock } from './live-files.ts'
import { burstFrames, Pace } from './pace.ts'
import { type LivePlace, Trail } from './trail.ts'
import type { Going, LiveWalk, Place, Track } from './walk.ts'

/** Where a listener's bytes go; an HTTP answer is one. */
export interface LiveSink {
  /**
   * Takes the bytes of the block from `start` up to `end`, which are whole frames, at once, and keeps what cannot go
   * out yet. Others hear the same block. False: it keeps much.
   */
  write(block: Buffer, start: number, end: number): boolean
  /** Bytes that were taken and have not gone out. */
  readonly unsent: number
  /** There is no more. */
  end(): void
  /** Breaks the connection off. */
  drop(): void
}

/** Why a session is over: the queue is, it was ended, or the listener is gone or too slow. */
export type SessionEnd = 'over' | 'ended' | 'gone' | 'slow'

interface SessionOptions {
  readonly stream: string
  readonly walk: Pick<LiveWalk, 'after' | 'toCurrent' | 'warm'>
  /** How many items may fail one behind the other. */
  length(): number
  readonly clock: Clock
  /** Frames of an item go out, `to` is behind the last. */
  sent(frames: { readonly file: LibraryFile; readonly from: number; readonly to: number }): void
  /** It plays the item `to` now, which was found from `from` on. */
  went(step: { readonly from: Place | null; readonly to: Place }): void
  /** Called once. */
  over(end: SessionEnd): void
  failed(error: unknown): void
}

/** As few writes as may be that leave no gap of 200 ms, with a timer that is late. */
export const tickMs = 180
// A second: many who come at once all hear something before anybody is sent the rest.
const firstFrames = 42
/** What is due from one tick to the next is seven of them, or eight. */
const mostFramesPerTick = Math.ceil(tickMs / msPerFrame)

// Ten seconds of sound.
const mostUnsentBytes = 160_000
// What may not have been heard: what was sent ahead, or has not gone out.
const trailFrames = 600
// Reading ahead that long before the end, at several ticks' distance.
const warmFrames = 25

/**
 * What one listener hears: the queue item by item, frame by frame, as time passes. Every write ends with a whole
 * frame, so it can go over to something else, or end, behind any of them.
 */
export class LiveSession {
  readonly #options: SessionOptions
  readonly #trail = new Trail(trailFrames)
  #sink: LiveSink | null = null
  #pace: Pace | null = null
  /** Frames that should have been sent at the last tick. */
  #due = 0
  /** Whether anything was sent since then. */
  #hasWritten = false
  #keepsMuch = false
  #sent = 0
  #track: Track
  /** The next frame of the track to be sent, and the block it lies in where that has been read. */
  #frame: number
  #block: Buffer | null = null
  /** The first frame of the track that was sent and not told of, nor noted in the trail. */
  #untold: number
  #isReading = false
  /** Where it leaves the track for, before that ends: the current item, or the one behind. */
  #leavesFor: 'current' | 'next' | null = null
  /** The queue was put into another order while the next track was looked for. */
  #isReordered = false
  #isWarm = false
  /** The item that was sent last; an item that goes before its first frame is sent was not heard. */
  #sentItem: string | null = null
  /** Tracks since the last frame that could be sent. */
  #barren = 0
  #end: SessionEnd | null = null

  constructor(options: SessionOptions & { readonly track: Track; readonly frame: number }) {
    this.#options = options
    this.#track = options.track
    this.#frame = options.frame < options.track.file.file.frames ? options.frame : 0
    this.#untold = this.#frame
  }

  get item(): string {
    return this.#track.id
  }

  get place(): Place {
    const { id, round } = this.#track
    return { id, round }
  }

  /** The name of the file that is being sent. */
  get file(): string {
    return this.#track.file.file.file
  }

  get isOver(): boolean {
    return this.#end !== null
  }

  /** Whether anything was sent. */
  get hasBegun(): boolean {
    return this.#sent > 0
  }

  /** Whether the listener does not take all that is sent. */
  get isStalled(): boolean {
    return (this.#sink?.unsent ?? 0) > 0
  }

  /** Reads what is to be sent first; false: nothing can be played. */
  async prepare(): Promise<boolean> {
    while (this.#block === null && this.#end === null) await this.#read()
    return this.#end === null
  }

  /** Sends the first of what may be sent ahead; from now on each tick sends what is due, and so the first one the rest of it. */
  play(sink: LiveSink): void {
    if (this.#end !== null) {
      sink.end()
      return
    }
    this.#sink = sink
    this.#pace = new Pace(this.#nowMs)
    this.#due = firstFrames
    this.#send()
  }

  /** Sends what is due at that time. Never throws: whoever calls it has others to call. */
  tick(dueMs: number): void {
    if (this.#pace === null) return
    this.#due = this.#pace.due(dueMs)
    this.#hasWritten = false
    this.#send()
  }

  /** Goes over to the current item at the next frame. */
  goOver(): void {
    this.#leavesFor = 'current'
  }

  /** Goes on with the item behind this one at the next frame. */
  goOn(): void {
    this.#leavesFor ??= 'next'
  }

  /** The queue was put into another order, in which its listeners go on. */
  leaveRound(): void {
    this.#track = { ...this.#track, round: null }
    this.#isReordered = true
  }

  /** Ends it behind the last frame that was sent. */
  finish(): void {
    this.#close('ended')
  }

  /** Breaks it off, because the listener does not take what is sent. */
  drop(): void {
    this.#close('slow')
  }

  /** The listener is gone. */
  leave(): void {
    this.#close('gone')
  }

  /** What the listener hears now, as far as that can be told: at most the burst, and what has not gone out, behind what was sent. */
  heard(): LivePlace {
    const ahead = this.#sent - (this.#pace?.played(this.#nowMs) ?? 0)
    const unsent = Math.ceil((this.#sink?.unsent ?? 0) / bytesPerFrame)
    this.#tell()
    const heard = this.#trail.back(Math.max(0, ahead, unsent))
    return heard ?? { item: this.#track.id, frame: this.#frame }
  }

  #send(): void {
    const sink = this.#sink
    if (this.#end !== null || sink === null) return
    try {
      if (this.#keepsMuch && sink.unsent > mostUnsentBytes) this.drop()
      else if (!this.#isReading) this.#sendTo(sink)
    } catch (error) {
      this.#options.failed(error)
      this.drop()
    }
  }

  #sendTo(sink: LiveSink): void {
    if (this.#sent >= this.#due) return
    if (this.#block !== null && this.#leavesFor === null) this.#write(sink, this.#block)
    if (this.#block === null || this.#leavesFor !== null) void this.#refill()
    else this.#warm()
  }

  /** What lies in the next block waits for the next tick: then one tick is one write. */
  get #isOwed(): boolean {
    return !this.#hasWritten || this.#sent < burstFrames || this.#due - this.#sent >= mostFramesPerTick
  }

  #write(sink: LiveSink, block: Buffer): void {
    const start = this.#frame % framesPerBlock
    const inBlock = block.length / bytesPerFrame
    const frames = Math.min(this.#due - this.#sent, inBlock - start)
    this.#keepsMuch = !sink.write(block, start * bytesPerFrame, (start + frames) * bytesPerFrame)
    this.#frame += frames
    this.#sent += frames
    this.#sentItem = this.#track.id
    this.#hasWritten = true
    this.#barren = 0
    if (start + frames < inBlock) return
    this.#block = null
    this.#tell()
  }

  /** A block at a time: there may be hundreds of listeners. */
  #tell(): void {
    const frames = this.#frame - this.#untold
    if (frames <= 0) return
    this.#trail.add({ item: this.#track.id, frame: this.#untold }, frames)
    this.#options.sent({ file: this.#track.file.file, from: this.#untold, to: this.#frame })
    this.#untold = this.#frame
  }

  async #refill(): Promise<void> {
    this.#isReading = true
    try {
      await this.#read()
    } catch (error) {
      this.#options.failed(error)
      this.#close('ended')
    }
    this.#isReading = false
    if (this.#isOwed) this.#send()
  }

  /** One step nearer to frames that can be sent. */
  async #read(): Promise<void> {
    const { stream, walk } = this.#options
    const track = this.#track
    this.#isReordered = false
    if (this.#leavesFor === 'current') {
      this.#leavesFor = null
      return this.#take(await walk.toCurrent(stream))
    }
    if (this.#leavesFor === null && this.#frame < track.file.file.frames) {
      try {
        this.#block = await track.file.block(Math.floor(this.#frame / framesPerBlock))
        this.#isWarm = false
        return
      } catch {
        // The library has said which file was lost.
      }
    }
    this.#take(await walk.after(stream, track, this.#sentItem ?? track.id))
  }

  #take({ from, track }: Going): void {
    if (this.#end !== null || track === null || this.#barren > this.#options.length()) {
      track?.file.close()
      this.#close('over')
      return
    }
    this.#tell()
    this.#track.file.close()
    this.#track = this.#isReordered ? { ...track, round: null } : track
    if (this.#leavesFor === 'next') this.#leavesFor = null
    this.#frame = 0
    this.#untold = 0
    this.#block = null
    this.#barren++
    this.#options.went({ from, to: track })
  }

  /** Has the next block read before it is needed, or the next item. */
  #warm(): void {
    const { file } = this.#track.file
    const place = this.#frame % framesPerBlock
    if (this.#isWarm || this.#end !== null) return
    const isLast = file.frames - this.#frame <= warmFrames
    if (!isLast && place < framesPerBlock - warmFrames) return
    this.#isWarm = true
    const warm = isLast
      ? this.#options.walk.warm(this.#options.stream, this.#track)
      : this.#track.file.block(Math.floor(this.#frame / framesPerBlock) + 1)
    // If it cannot be read it is tried again when it is needed.
    warm.then(
      () => undefined,
      () => undefined,
    )
  }

  #close(end: SessionEnd): void {
    if (this.#end !== null) return
    this.#end = end
    this.#tell()
    this.#track.file.close()
    this.#options.over(end)
    if (end === 'over' || end === 'ended') this.#sink?.end()
    else if (end === 'slow') this.#sink?.drop()
    this.#block = null
    this.#sink = null
  }

  get #nowMs(): number {
    return this.#options.clock.now().getTime()
  }
}
