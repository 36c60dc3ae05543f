import type { ServerResponse } from 'node:http'
import type { Context } from 'koa'
import { AppError } from '../core/error.ts'
import { type Beginning, type FiniteBody, type FiniteListeners, serveFinite } from './finite-body.ts'
import { isGone } from './media-answers.ts'
import type { SaidOnce } from './said-once.ts'

/** Bytes, the last of them not included. */
interface Part {
  readonly start: number
  readonly end: number
}

/** Where the bytes of a live stream go. */
interface LiveSink {
  /** Takes whole frames of a block, which is never changed and shared with other listeners. */
  write(block: Buffer, part: Part): void
  /** Bytes that were taken and have not gone out. */
  readonly unsent: number
  end(): void
  drop(): void
}

/** Audio that is sent as time passes; `audio/live` has it. */
export interface LiveMedia {
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
  const left = play({
    write: (block, part) => writeFrames(res, block, part),
    get unsent() {
      return res.writableLength
    },
    end: () => res.end(),
    drop: () => res.destroy(),
  })
  if (res.destroyed) left()
  else res.once('close', left)
}

/**
 * In one write, and without a copy. Node's own way makes four writes of each chunk; with hundreds of listeners that is
 * most of what there is to do.
 */
function writeFrames(res: ServerResponse, block: Buffer, part: Part): void {
  const { socket } = res
  if (res.destroyed || socket === null) return
  const isChunked = res.headersSent && res.chunkedEncoding
  if (isChunked && part.start % frameBytes === 0 && part.end % frameBytes === 0)
    socket.write(chunksOf(block).part(part))
  else res.write(block.subarray(part.start, part.end))
}

// Of the one profile that is served.
const frameBytes = 384
const chunkHead = Buffer.from(`${frameBytes.toString(16)}\r\n`, 'latin1')
const chunkEnd = Buffer.from('\r\n', 'latin1')
const chunkBytes = chunkHead.length + frameBytes + chunkEnd.length

/** A block with each of its frames as a chunk of its own (RFC 9112, 7.1), made once for all who hear it. */
class Chunks {
  readonly #bytes: Buffer
  /** Hundreds of listeners take the same parts. */
  readonly #parts = new Map<number, Buffer>()

  constructor(block: Buffer) {
    const pieces: Buffer[] = []
    for (let at = 0; at + frameBytes <= block.length; at += frameBytes)
      pieces.push(chunkHead, block.subarray(at, at + frameBytes), chunkEnd)
    this.#bytes = Buffer.concat(pieces)
  }

  /** `part` begins and ends with a frame. */
  part({ start, end }: Part): Buffer {
    const key = (start / frameBytes) * 2 ** 20 + end / frameBytes
    const known = this.#parts.get(key)
    if (known !== undefined) return known
    const made = this.#bytes.subarray((start / frameBytes) * chunkBytes, (end / frameBytes) * chunkBytes)
    this.#parts.set(key, made)
    return made
  }
}

// Worked out once, as long as the block is there; nothing else depends on it.
const known = new WeakMap<Buffer, Chunks>()

function chunksOf(block: Buffer): Chunks {
  const chunks = known.get(block) ?? new Chunks(block)
  if (!known.has(block)) known.set(block, chunks)
  return chunks
}
