import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import Router from '@koa/router'
import Koa, { type Context } from 'koa'
import koaRange from 'koa-range'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { type Slot, slots } from '../core/slot.ts'
import { contentRange, type RequestedRange, requestedRange } from './range.ts'

/** What the media door needs of the rest of the product. */
export interface MediaDoor {
  /** What a key stands for; null for a key nobody was given. */
  target(key: string): Promise<MediaTarget | null>
  /** The ready items of the stream's queue as one body; null when it is empty or closed. */
  newest(stream: string): Promise<FileBody | null>
  /** Which player plays that card, if it can be told. */
  listener(card_id: string | null): { player: string | null }
  /** What the slots of queue cards play. */
  slots?: MediaSlots
  /** What was served to whom; the media door's own, or shared with others that serve streams. */
  listeners: FiniteListeners
  /** The shipped clip that is played instead of silence. */
  nothingHere(): Promise<Buffer>
  requested(event: StreamRequest): void
  /** The address a request comes from, where proxies are trusted; by default that of the connection. */
  clientAddress?(request: IncomingMessage): string
  log: Log
}

export interface MediaTarget {
  readonly stream: string
  readonly card_id: string | null
  /** Whether its card is one of slots; false where absent. */
  readonly hasSlots?: boolean
}

/** Decides which item a slot plays; `audio/slot-streams` does. */
export interface MediaSlots {
  choose(request: {
    readonly stream: string
    readonly player: string | null
    readonly card_id: string | null
    readonly slot: Slot
    readonly listener: readonly [string, ...string[]]
    startIn(length: number): number | null
  }): Promise<
    | { readonly kind: 'item'; readonly body: FileBody }
    /** `over`: nothing to play, and the listener has heard so. */
    | { readonly kind: 'nothing' | 'over' }
  >
}

export interface StreamRequest {
  readonly stream: string
  readonly player: string | null
  readonly card_id: string | null
  readonly fromStart: boolean
  readonly head: boolean
}

/** Bytes that lie in files and are read from any position. */
export interface FileBody {
  readonly length: number
  /** Strong, in its quotes. */
  readonly etag: string
  /** @throws AppError when the bytes are gone. */
  read(range: { start: number; end: number }): Promise<Readable>
}

/** A short sound kept in memory; it stands in for something else and is not to be kept by anybody. */
export interface MemoryBody {
  readonly length: number
  readonly etag: null
  readonly bytes: Buffer
}

export type FiniteBody = FileBody | MemoryBody

/** Decides which body a listener gets, so that nobody hears two queues spliced; `audio/finite-streams` is one. */
export interface FiniteListeners {
  choose(
    newest: FiniteBody | null,
    request: {
      readonly listener: readonly string[]
      startIn(length: number): number | null
      readonly ifRange: string | null
    },
  ): { readonly body: FiniteBody; readonly ranged: boolean } | null
  remember(listener: string, body: FiniteBody): void
}

/** The only door that players need: streams by their keys, and nothing else. */
export function createMediaApp(door: MediaDoor): Koa {
  const app = new Koa()
  const router = new Router({ strict: true, sensitive: true })
  const stream = '/media/:key/stream.mp3'
  router.get(stream, (ctx) => serveStream(ctx, door, ctx.params.key ?? ''))
  router.all(stream, sayReadOnly)
  for (const slot of slots) {
    const path = `/media/:key/${slot}.mp3`
    router.get(path, (ctx) => serveSlot(ctx, door, { key: ctx.params.key ?? '', slot }))
    router.all(path, sayReadOnly)
  }
  app.use((ctx, next) => answerInShape(ctx, next, door.log))
  app.use(router.routes())
  app.on('error', (error: unknown) => logBrokenTransfer(error, door.log))
  return app
}

/** Serves the same bytes by the stream's name, to people who may know it; an empty stream is an error there. */
export function streamAudio(
  door: Pick<MediaDoor, 'newest' | 'listeners' | 'clientAddress'>,
): (ctx: Context, stream: string) => Promise<void> {
  return async (ctx, stream) => {
    const answer = await serveFinite(ctx, {
      newest: await door.newest(stream),
      listener: [`stream ${stream} address ${addressOf(ctx, door)}`],
      listeners: door.listeners,
    })
    if (answer === null) throw new AppError('not_found', `stream "${stream}" has nothing to play now`)
  }
}

/**
 * Answers a GET or HEAD with a body of exactly known bytes: ranges, If-Range, If-None-Match and HEAD as in
 * RFC 9110. Returns whether the answer begins at byte 0, or null, with nothing answered, when there is nothing
 * to play.
 */
export async function serveFinite(
  ctx: Context,
  options: {
    newest: FiniteBody | null
    /** The surest name first; what is served is remembered under it. */
    listener: readonly [string, ...string[]]
    listeners: FiniteListeners
    /** Answers with the whole, whatever range is asked for. */
    whole?: boolean
  },
): Promise<{ fromStart: boolean } | null> {
  const { newest, listener, listeners } = options
  const isGet = ctx.method === 'GET'
  // RFC 9110, 14.2: only GET knows ranges.
  const header = isGet && !options.whole ? ctx.get('Range') : ''
  const choice =
    header === ''
      ? newest && { body: newest, ranged: false }
      : listeners.choose(newest, {
          listener,
          startIn: (length) => startOf(requestedRange(header, length), length),
          ifRange: ctx.headers['if-range'] === undefined ? null : ctx.get('If-Range'),
        })
  if (choice === null) return null
  const { body, ranged } = choice
  const range: RequestedRange = ranged ? requestedRange(header, body.length) : { kind: 'whole' }
  await send(ctx, body, range)
  // A stand-in is not what the listener is in the middle of: offsets of the one are nothing in the other.
  if (isGet && !options.whole && range.kind !== 'unsatisfiable') listeners.remember(listener[0], body)
  return { fromStart: (startOf(range, body.length) ?? 0) === 0 }
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

async function serveStream(ctx: Context, door: MediaDoor, key: string): Promise<void> {
  const target = await targetOf(door, key)
  const { player, listener } = listenerOf(ctx, door, { key, cardId: target.card_id })
  const answer = await serveOrClip(ctx, door, { stream: target.stream, listener })
  const fromStart = answer?.fromStart ?? true
  const head = ctx.method === 'HEAD'
  door.log.debug('stream requested', { key: key.slice(0, 6), stream: target.stream, player, fromStart, head })
  door.requested({ stream: target.stream, player, card_id: target.card_id, fromStart, head })
}

/** One item of the queue: which one, the request itself decides. A HEAD asks for nothing and changes nothing. */
async function serveSlot(ctx: Context, door: MediaDoor, asked: { key: string; slot: Slot }): Promise<void> {
  const { key, slot } = asked
  const target = await targetOf(door, key)
  if (door.slots === undefined || !target.hasSlots) throw nothingThere()
  const { stream, card_id } = target
  const { player, listener } = listenerOf(ctx, door, { key, cardId: card_id })
  const head = ctx.method === 'HEAD'
  if (head) sayNothingYet(ctx)
  else {
    const header = ctx.get('Range')
    const startIn = (length: number) => startOf(requestedRange(header, length), length)
    const answer = await door.slots.choose({ stream, player, card_id, slot, listener, startIn })
    if (answer.kind === 'over') throw new AppError('not_found', 'there is nothing more to play')
    await sendItem(ctx, door, answer.kind === 'item' ? answer.body : null)
  }
  const fromStart = ctx.status !== 206
  door.log.debug('slot requested', { key: key.slice(0, 6), stream, slot, player, head })
  door.requested({ stream, player, card_id, fromStart, head })
}

/** Which item it will be is only known when it is asked for: so nothing is said of its length. */
function sayNothingYet(ctx: Context): void {
  ctx.type = 'audio/mpeg'
  ctx.set({ 'Accept-Ranges': 'bytes', 'Cache-Control': 'no-store' })
  ctx.status = 200
}

async function sendItem(ctx: Context, door: MediaDoor, item: FileBody | null): Promise<void> {
  try {
    if (item !== null) return await sendUnkept(ctx, item)
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'not_found')) throw error
  }
  await sendUnkept(ctx, await memoryBody(door))
}

/** A range that this item does not have was meant for another one: then it is heard from its beginning. */
async function sendUnkept(ctx: Context, body: FiniteBody): Promise<void> {
  const wanted = requestedRange(ctx.get('Range'), body.length)
  const ifRange = ctx.get('If-Range')
  const applies = wanted.kind === 'part' && (ifRange === '' || ifRange === body.etag)
  // No copy is to be kept, so none can be fresh.
  delete ctx.req.headers['if-none-match']
  delete ctx.req.headers['if-modified-since']
  await send(ctx, body, applies ? wanted : { kind: 'whole' })
  ctx.set('Cache-Control', 'no-store')
}

async function targetOf(door: MediaDoor, key: string): Promise<MediaTarget> {
  const target = isKey(key) ? await door.target(key) : null
  if (target === null) throw nothingThere()
  return target
}

function nothingThere(): AppError {
  return new AppError('not_found', 'there is nothing at this address')
}

/** Who asks: the player where it can be told, and the address in any case. */
function listenerOf(
  ctx: Context,
  door: MediaDoor,
  { key, cardId }: { key: string; cardId: string | null },
): { player: string | null; listener: [string, ...string[]] } {
  const { player } = door.listener(cardId)
  const byAddress = `${key} address ${addressOf(ctx, door)}`
  return { player, listener: player === null ? [byAddress] : [`${key} player ${player}`, byAddress] }
}

/**
 * A file may be removed between the look and the reading, or in the middle of a track. A child must hear something
 * all the same: the queue as it is now from its beginning, or the clip.
 */
async function serveOrClip(
  ctx: Context,
  door: MediaDoor,
  request: { stream: string; listener: [string, ...string[]] },
): Promise<{ fromStart: boolean } | null> {
  const { stream, ...listening } = request
  const serve = async (newest: FiniteBody | null, whole: boolean) =>
    serveFinite(ctx, {
      ...listening,
      newest: newest ?? (await memoryBody(door)),
      listeners: door.listeners,
      whole,
    })
  const isGone = (error: unknown) => error instanceof AppError && error.code === 'not_found'
  try {
    return await serve(await door.newest(stream), false)
  } catch (error) {
    if (!isGone(error)) throw error
  }
  try {
    return await serve(await door.newest(stream), true)
  } catch (error) {
    if (!isGone(error)) throw error
    return serve(null, true)
  }
}

function addressOf(ctx: Context, door: Pick<MediaDoor, 'clientAddress'>): string {
  return door.clientAddress?.(ctx.req) ?? ctx.req.socket.remoteAddress ?? ''
}

// 128 random bits and more, in any alphabet that needs no encoding in an address.
function isKey(key: string): boolean {
  return /^[A-Za-z0-9_-]{1,128}$/.test(key)
}

async function memoryBody(door: MediaDoor): Promise<MemoryBody> {
  const bytes = await door.nothingHere()
  return { length: bytes.length, etag: null, bytes }
}

/** First byte asked for; null for the whole. A range behind the end begins at the end. */
function startOf(range: RequestedRange, length: number): number | null {
  if (range.kind === 'whole') return null
  return range.kind === 'part' ? range.start : length
}

async function send(ctx: Context, body: FiniteBody, range: RequestedRange): Promise<void> {
  ctx.type = 'audio/mpeg'
  if ('bytes' in body) {
    ctx.set('Cache-Control', 'no-store')
    return serveBuffer(ctx, body.bytes, range)
  }
  ctx.set({ 'Accept-Ranges': 'bytes', 'Cache-Control': 'no-cache', ETag: body.etag })
  ctx.status = 200
  if (ctx.fresh) {
    ctx.status = 304
    return
  }
  if (range.kind === 'unsatisfiable') return sayUnsatisfiable(ctx, body.length)
  const { start, end } = range.kind === 'part' ? range : { start: 0, end: body.length - 1 }
  if (ctx.method !== 'HEAD') ctx.body = await opened(ctx, body, { start, end })
  ctx.length = end - start + 1
  if (range.kind === 'whole') return
  ctx.status = 206
  ctx.set('Content-Range', contentRange(body.length, range))
}

async function opened(
  ctx: Context,
  body: FileBody,
  range: { start: number; end: number },
): Promise<Readable> {
  try {
    return await body.read(range)
  } catch (error) {
    // Whoever words the error must not send it under the tag of the audio.
    ctx.remove('ETag')
    throw error
  }
}

async function answerInShape(ctx: Context, next: () => Promise<unknown>, log: Log): Promise<void> {
  ctx.set('X-Content-Type-Options', 'nosniff')
  if (ctx.method === 'GET' || ctx.method === 'HEAD') ctx.set('Access-Control-Allow-Origin', '*')
  try {
    await next()
    if (ctx.status === 404 && ctx.body == null) throw nothingThere()
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found')
      return sayError(ctx, { status: 404, code: error.code, message: error.message })
    if (error instanceof AppError && error.code === 'unavailable')
      return sayError(ctx, { status: 503, code: error.code, message: error.message })
    log.error('a stream could not be served', { reason: messageOf(error) })
    sayError(ctx, { status: 500, code: 'internal', message: 'the stream could not be served' })
  }
}

function sayReadOnly(ctx: Context): void {
  ctx.set('Allow', 'GET, HEAD')
  sayError(ctx, { status: 405, code: 'method_not_allowed', message: 'streams can only be read' })
}

function sayUnsatisfiable(ctx: Context, length: number): void {
  ctx.set('Content-Range', contentRange(length))
  const message = `the range lies outside the ${length} bytes there are`
  sayError(ctx, { status: 416, code: 'range_not_satisfiable', message })
}

function sayError(ctx: Context, error: { status: number; code: string; message: string }): void {
  // What was said of the audio does not hold for the error.
  for (const header of ['ETag', 'Content-Type', 'Content-Length']) ctx.remove(header)
  ctx.set('Cache-Control', 'no-store')
  ctx.status = error.status
  ctx.body = { error: { code: error.code, message: error.message } }
}

const goodbyes: readonly unknown[] = ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE', 'ECONNABORTED']

function logBrokenTransfer(error: unknown, log: Log): void {
  const code = error instanceof Error && 'code' in error ? error.code : null
  if (goodbyes.includes(code)) log.debug('a listener hung up', { code })
  // What is lost in the library was said there, with the name of the file.
  else if (error instanceof AppError) log.debug('a transfer ended early', { reason: error.message })
  else log.error('a transfer failed', { reason: messageOf(error) })
}
