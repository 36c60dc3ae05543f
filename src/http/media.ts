import type { IncomingMessage } from 'node:http'
import Router from '@koa/router'
import Koa, { type Context } from 'koa'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { type Slot, slots } from '../core/slot.ts'
import {
  type FileBody,
  type FiniteBody,
  type FiniteListeners,
  type MemoryBody,
  sayError,
  sendBody,
  serveFinite,
  startOf,
} from './finite-body.ts'
import { requestedRange } from './range.ts'

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
  await sendBody(ctx, body, applies ? wanted : { kind: 'whole' })
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

const goodbyes: readonly unknown[] = ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE', 'ECONNABORTED']

function logBrokenTransfer(error: unknown, log: Log): void {
  const code = error instanceof Error && 'code' in error ? error.code : null
  if (goodbyes.includes(code)) log.debug('a listener hung up', { code })
  // What is lost in the library was said there, with the name of the file.
  else if (error instanceof AppError) log.debug('a transfer ended early', { reason: error.message })
  else log.error('a transfer failed', { reason: messageOf(error) })
}
