import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import type { Context } from 'koa'
import koaRange from 'koa-range'
import { contentRange, type RequestedRange, requestedRange } from './range.ts'

/** Bytes that lie in files and are read from any position. */
export interface FileBody {
  readonly length: number
  /** Strong, in its quotes. */
  readonly etag: string
  /** Equal of bodies that differ only because time has passed; for `FiniteListeners`. */
  readonly cutOf?: string
  /** `listener`: who it goes out to. @throws AppError when the bytes are gone. */
  read(range: { start: number; end: number }, listener?: string): Promise<Readable>
  /** All of them in one go; null where they are too many for that. @throws as `read` does */
  readAtOnce?(range: { start: number; end: number }, listener?: string): Promise<Piece> | null
  /** The name of the library's file that this byte is of. */
  fileAt?(byte: number): string | null
}

/** Bytes in memory that is used again, once it is given back; nobody may read them then. */
interface Piece {
  readonly bytes: Buffer
  giveBack(): void
}

/** A short sound kept in memory; it stands in for something else and is not to be kept by anybody. */
export interface MemoryBody {
  readonly length: number
  readonly etag: null
  readonly bytes: Buffer
}

export type FiniteBody = FileBody | MemoryBody

/** Decides which body a listener gets, so that nobody hears two queues spliced; `audio/finite-streams` is one. */
/** Where an answer begins: at the beginning of the audio or in its middle, and in which file of the library. */
export interface Beginning {
  readonly fromStart: boolean
  readonly item: string | null
}

export interface FiniteListeners {
  /** What the listener goes on in, whatever is the newest; null where that decides. */
  goesOn(request: ListenerRequest): FiniteChoice | null
  choose(newest: FiniteBody | null, request: ListenerRequest): FiniteChoice | null
  remember(listener: string, body: FiniteBody): void
}

interface ListenerRequest {
  readonly listener: readonly string[]
  startIn(length: number): number | null
  readonly ifRange: string | null
}

interface FiniteChoice {
  readonly body: FiniteBody
  readonly ranged: boolean
}

/**
 * Answers a GET or HEAD with a body of exactly known bytes: ranges, If-Range, If-None-Match and HEAD as in
 * RFC 9110. Returns where the answer begins, or null, with nothing answered, when there is nothing to play.
 */
export async function serveFinite(
  ctx: Context,
  options: {
    /** Asked only where it decides: looking a queue up takes longer than sending a part of it. */
    newest: () => Promise<FiniteBody | null>
    /** The surest name first; what is served is remembered under it. */
    listener: readonly [string, ...string[]]
    listeners: FiniteListeners
    /** Answers with the whole, whatever range is asked for. */
    whole?: boolean
  },
): Promise<Beginning | null> {
  const { listener, listeners } = options
  const isGet = ctx.method === 'GET'
  // RFC 9110, 14.2: only GET knows ranges.
  const header = isGet && !options.whole ? ctx.get('Range') : ''
  const choice = await choiceOf(ctx, header, options)
  if (choice === null) return null
  const { body, ranged } = choice
  const range: RequestedRange = ranged ? requestedRange(header, body.length) : { kind: 'whole' }
  await sendBody(ctx, body, range, listener[0])
  // A stand-in is not what the listener is in the middle of: offsets of the one are nothing in the other.
  if (isGet && !options.whole && range.kind !== 'unsatisfiable') listeners.remember(listener[0], body)
  return beginningOf(body, range)
}

async function choiceOf(
  ctx: Context,
  header: string,
  { newest, listener, listeners, whole = false }: Parameters<typeof serveFinite>[1],
): Promise<FiniteChoice | null> {
  if (whole) {
    const body = await newest()
    return body && { body, ranged: false }
  }
  const request = {
    listener,
    startIn: (length: number) => startOf(requestedRange(header, length), length),
    // RFC 9110, 13.1.5: without a range it is to be ignored.
    ifRange: header === '' || ctx.headers['if-range'] === undefined ? null : ctx.get('If-Range'),
  }
  return listeners.goesOn(request) ?? listeners.choose(await newest(), request)
}

export function beginningOf(body: FiniteBody, range: RequestedRange): Beginning {
  const start = startOf(range, body.length) ?? 0
  return { fromStart: start === 0, item: 'fileAt' in body ? (body.fileAt?.(start) ?? null) : null }
}

/**
 * Answers with bytes from memory, or the part of them that was asked for. koa-range cuts the slice; it is only
 * ever shown a range that lies inside the body, because it is wrong about all others.
 */
export async function serveBuffer(
  ctx: Context,
  bytes: Buffer,
  range: RequestedRange = requestedRange(ctx.method === 'GET' ? ctx.get('Range') : '', bytes.length),
): Promise<void> {
  if (range.kind === 'unsatisfiable') return sayUnsatisfiable(ctx, bytes.length)
  if (range.kind === 'part') ctx.req.headers.range = `bytes=${range.start}-${range.end}`
  else delete ctx.req.headers.range
  await koaRange(ctx, async () => {
    ctx.body = bytes
  })
}

/** First byte asked for; null for the whole. A range behind the end begins at the end. */
export function startOf(range: RequestedRange, length: number): number | null {
  if (range.kind === 'whole') return null
  return range.kind === 'part' ? range.start : length
}

/** The bytes of the range with all that is to be said of them. @throws AppError when they are gone. */
export async function sendBody(
  ctx: Context,
  body: FiniteBody,
  range: RequestedRange,
  listener?: string,
): Promise<void> {
  if ('bytes' in body) {
    ctx.type = 'audio/mpeg'
    ctx.set('Cache-Control', 'no-store')
    return serveBuffer(ctx, body.bytes, range)
  }
  ctx.set(audioHeaders(body))
  ctx.status = 200
  if (ctx.fresh) {
    ctx.status = 304
    return
  }
  if (range.kind === 'unsatisfiable') return sayUnsatisfiable(ctx, body.length)
  const { start, end } = range.kind === 'part' ? range : { start: 0, end: body.length - 1 }
  if (ctx.method !== 'HEAD')
    ctx.body = await opened(
      ctx,
      () => readPiece(ctx.res, body, { start, end }, listener) ?? body.read({ start, end }, listener),
    )
  ctx.length = end - start + 1
  if (range.kind === 'whole') return
  ctx.status = 206
  ctx.set('Content-Range', contentRange(body.length, range))
}

/** What is said of every part of the audio. */
export function audioHeaders({ etag }: FileBody) {
  return {
    'Content-Type': 'audio/mpeg',
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'no-cache',
    ETag: etag,
  } as const
}

/**
 * All bytes of the range in one go, for this response; null where they are too many for that.
 * @throws AppError when they are gone.
 */
export function readPiece(
  response: ServerResponse,
  body: FileBody,
  range: { start: number; end: number },
  listener: string | undefined,
): Promise<Buffer> | null {
  const reading = body.readAtOnce?.(range, listener) ?? null
  return (
    reading?.then((piece) => {
      // Who has gone meanwhile is sent nothing.
      if (response.destroyed) piece.giveBack()
      // The system has all of it by then, or the connection is gone.
      else response.once('close', () => piece.giveBack())
      return piece.bytes
    }) ?? null
  )
}

async function opened(ctx: Context, open: () => Promise<Readable | Buffer>): Promise<Readable | Buffer> {
  try {
    return await open()
  } catch (error) {
    // Whoever words the error must not send it under the tag of the audio.
    ctx.remove('ETag')
    throw error
  }
}

function sayUnsatisfiable(ctx: Context, length: number): void {
  ctx.set('Content-Range', contentRange(length))
  const message = `the range lies outside the ${length} bytes there are`
  sayError(ctx, { status: 416, code: 'range_not_satisfiable', message })
}

/** Answers with `{error: {code, message}}`, for what no AppError has a code for. */
export function sayError(ctx: Context, error: { status: number; code: string; message: string }): void {
  // What was said of the audio does not hold for the error.
  for (const header of ['ETag', 'Content-Type', 'Content-Length']) ctx.remove(header)
  ctx.set('Cache-Control', 'no-store')
  ctx.status = error.status
  ctx.body = { error: { code: error.code, message: error.message } }
}
