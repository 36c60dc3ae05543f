import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Context } from 'koa'
import { AppError } from '../core/error.ts'
import { type Beginning, type FiniteBody, type FiniteListeners, serveFinite } from './finite-body.ts'
import { isGone } from './media-answers.ts'
import type { SaidOnce } from './said-once.ts'

/** Where the bytes of a live stream go. */
interface LiveSink {
  /**
   * Takes whole frames of a block, which is never changed and shared with other listeners: bytes from `start` up to
   * `end`. False: much has not gone out.
   */
  write(block: Buffer, start: number, end: number): boolean
  /** Bytes that were taken and have not gone out. */
  readonly unsent: number
  end(): void
  drop(): void
}

/** Audio that is sent as time passes; `audio/live` has it. */
export interface LiveMedia {
  /** Null where the stream holds what is due now; else to be waited for before it is looked at. */
  upToDate?(stream: string): Promise<void> | null
  isLive(stream: string): boolean
  /** Whether there may be something to play now. */
  isOpen(stream: string): boolean
  open(request: {
    readonly stream: string
    readonly listener: readonly [string, ...string[]]
    readonly isPlayer: boolean
  }): Promise<
    | {
        readonly kind: 'live'
        readonly fromStart: boolean
        readonly file: string
        /** Begins to send; what it returns is called when the listener is gone. */
        play(sink: LiveSink): () => void
      }
    | { readonly kind: 'nothing' | 'over' }
  >
}

interface LiveAsked {
  readonly live: LiveMedia
  readonly stream: string
  /** The surest name first. */
  readonly listener: readonly [string, ...string[]]
  readonly player: string | null
}

/**
 * Answers with the stream as time passes: no length, and no ranges. `nothing` and `over` say that there is nothing to
 * play, with nothing answered. A HEAD changes nothing.
 */
export async function serveLive(
  ctx: Context,
  { live, stream, listener, player }: LiveAsked,
): Promise<Beginning | 'nothing' | 'over'> {
  await live.upToDate?.(stream)
  if (ctx.method === 'HEAD') {
    if (!live.isOpen(stream)) return 'nothing'
    sayLive(ctx)
    return { fromStart: true, item: null }
  }
  const answer = await live.open({ stream, listener, isPlayer: player !== null })
  if (answer.kind !== 'live') return answer.kind
  sayLive(ctx)
  sendLive(ctx, answer.play)
  return { fromStart: answer.fromStart, item: answer.file }
}

interface Clips {
  readonly listeners: FiniteListeners
  readonly saidOnce: SaidOnce
  /** What is heard instead of silence; null: the shipped clip, which is always there. */
  nothingHere(stream: string | null): Promise<FiniteBody>
}

/**
 * As `serveLive` does; where there is nothing to play, that is said instead.
 * @throws AppError `not_found` for a listener that comes from having heard so, or from the end of the stream.
 */
export async function serveLiveOrClip(ctx: Context, clips: Clips, request: LiveAsked): Promise<Beginning> {
  const answer = await serveLive(ctx, request)
  if (typeof answer !== 'string') return answer
  const { stream, listener } = request
  const isGet = ctx.method === 'GET'
  if (answer === 'over' || (isGet && clips.saidOnce.isFollowing(listener[0])))
    throw new AppError('not_found', 'there is nothing more to play')
  const serve = (newest: FiniteBody) =>
    serveFinite(ctx, { newest: async () => newest, listener, listeners: clips.listeners, whole: true })
  const said = await serve(await clips.nothingHere(stream)).catch(async (error: unknown) => {
    if (!isGone(error)) throw error
    return serve(await clips.nothingHere(null))
  })
  if (isGet) clips.saidOnce.say(listener[0], ctx.length ?? 0)
  return said ?? { fromStart: true, item: null }
}

/** Whether the answer is sent as time passes, by none of Koa's own ways. */
export function isSentLive(ctx: Context): boolean {
  return ctx.respond === false
}

function sayLive(ctx: Context): void {
  ctx.status = 200
  ctx.type = 'audio/mpeg'
  ctx.set('Cache-Control', 'no-store')
}

/** Straight to the connection: a stream of its own for each of hundreds of listeners would cost more than the audio. */
function sendLive(ctx: Context, play: (sink: LiveSink) => () => void): void {
  const { res } = ctx
  ctx.respond = false
  // Whoever hangs up does so between two writes.
  res.on('error', () => undefined)
  const left = play(new AnswerSink(res))
  if (res.destroyed) left()
  else res.once('close', left)
}

/**
 * Writes to the connection once for what it takes, and without a copy. Node's own way makes four writes of each chunk;
 * with hundreds of listeners that is most of what there is to do.
 */
class AnswerSink implements LiveSink {
  readonly #res: ServerResponse
  /** Where chunks go, once the head of the answer is out. */
  #socket: Socket | null = null
  /** The block that was written of last, and the same in chunks. */
  #block: Buffer | null = null
  #chunks: Chunks | null = null

  constructor(res: ServerResponse) {
    this.#res = res
  }

  get unsent(): number {
    return this.#res.writableLength
  }

  write(block: Buffer, start: number, end: number): boolean {
    if (this.#socket === null) return this.#first(block, start, end)
    if (this.#socket.destroyed) return true
    if (this.#chunks === null || this.#block !== block) this.#chunks = chunksOf(block)
    this.#block = block
    return this.#socket.write(this.#chunks.slice(start, end))
  }

  end(): void {
    this.#res.end()
  }

  drop(): void {
    this.#res.destroy()
  }

  /** Node's own way, which writes the head; and all that goes to one who knows no chunks. */
  #first(block: Buffer, start: number, end: number): boolean {
    const res = this.#res
    if (res.destroyed || res.socket === null) return true
    const isTaken = res.write(block.subarray(start, end))
    if (res.chunkedEncoding) this.#socket = res.socket
    return isTaken
  }
}

// Of the one profile that is served.
const frameBytes = 384
const chunkHead = Buffer.from(`${frameBytes.toString(16)}\r\n`, 'latin1')
const chunkEnd = Buffer.from('\r\n', 'latin1')
const chunkBytes = chunkHead.length + frameBytes + chunkEnd.length

/** A block of whole frames with each of them as a chunk of its own (RFC 9112, 7.1), so that any may be the last. */
class Chunks {
  readonly #bytes: Buffer
  /** Listeners who came in the same moment are sent the same. */
  readonly #slices = new Map<number, Buffer>()

  constructor(block: Buffer) {
    const pieces: Buffer[] = []
    for (let at = 0; at < block.length; at += frameBytes)
      pieces.push(chunkHead, block.subarray(at, at + frameBytes), chunkEnd)
    this.#bytes = Buffer.concat(pieces)
  }

  /** What lies between two bytes of the block, each of which begins a frame. */
  slice(start: number, end: number): Buffer {
    const key = start * this.#bytes.length + end
    const known = this.#slices.get(key)
    if (known !== undefined) return known
    const slice = this.#bytes.subarray((start / frameBytes) * chunkBytes, (end / frameBytes) * chunkBytes)
    this.#slices.set(key, slice)
    return slice
  }
}

// Worked out once for all who hear the block, and as long as it is there.
const known = new WeakMap<Buffer, Chunks>()

function chunksOf(block: Buffer): Chunks {
  const made = known.get(block) ?? new Chunks(block)
  known.set(block, made)
  return made
}
