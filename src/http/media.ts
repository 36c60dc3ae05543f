import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import Router from '@koa/router'
import Koa, { type Context } from 'koa'
import type { AudioAsked, OpenRequest } from '../core/audio-asked.ts'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/error.ts'
import { listenerNames } from '../core/listener.ts'
import type { Log } from '../core/log.ts'
import { isPlace, type Place } from '../core/slot.ts'
import { answerAndTell } from './audio-asked.ts'
import { letPause } from './connections.ts'
import {
  type Beginning,
  beginningOf,
  type FileBody,
  type FiniteBody,
  type FiniteListeners,
  sendBody,
  serveFinite,
  startOf,
} from './finite-body.ts'
import { goingOn } from './going-on.ts'
import { isSentLive, type LiveMedia, serveLive, serveLiveOrClip } from './live-media.ts'
import { answerInShape, isGone, logBrokenTransfer, nothingThere, sayReadOnly } from './media-answers.ts'
import { type RequestedRange, requestedRange } from './range.ts'
import { SaidOnce } from './said-once.ts'
import type { App } from './server.ts'
import { ToldSeldom } from './told-seldom.ts'
import { liveLimits, type TransferLimits, Transfers } from './transfers.ts'
import { UnknownKeys } from './unknown-keys.ts'

/** What the media door needs of the rest of the product. */
export interface MediaDoor {
  /** What a key stands for; null for a key nobody was given. */
  target(key: string): Promise<MediaTarget | null>
  /** The ready items of the stream's queue as one body; null when it is empty or closed. */
  newest(stream: string): Promise<FileBody | null>
  /** Which player plays that card, if it can be told. */
  playerOf(target: MediaTarget): string | null
  /** What the places of queue cards play. */
  slots: MediaSlots
  /** The streams that are heard as time passes; without it all are heard as one file. */
  live?: LiveMedia | undefined
  /** What was served to whom; the media door's own, or shared with others that serve streams. */
  listeners: FiniteListeners
  /** What is heard instead of silence when a stream has nothing to play; null: the shipped clip, which is always there. */
  nothingHere(stream: string | null): Promise<FiniteBody>
  requested(event: StreamRequest): void
  /** Told of what is asked for before it is answered; what it returns is told of the answer. */
  asked?(request: AudioAsked): OpenRequest
  /** The address of whoever asks; behind a trusted proxy it is not that of the connection. */
  clientAddress(request: IncomingMessage): string
  /** For the limit on unknown keys. */
  clock: Clock
  /** In place of the usual ones. */
  transferLimits?: TransferLimits
  log: Log
}

export interface MediaTarget {
  readonly stream: string
  readonly card_id: string | null
  /** The player its card is bound to; null where it may be any. */
  readonly player: string | null
  readonly kind: 'queue' | 'stream'
  /** Whether a request is a press at once, or only when the player has said so. */
  readonly confirm: 'request' | 'mqtt'
}

/** Decides which item a place plays; `audio/slot-streams` does. */
export interface MediaSlots {
  choose(request: {
    readonly stream: string
    readonly player: string | null
    readonly card_id: string | null
    readonly place: Place
    readonly confirm: 'request' | 'mqtt'
    readonly listener: readonly [string, ...string[]]
    startIn(length: number): number | null
  }): Promise<PlaceAnswer>
}

type PlaceAnswer =
  | { readonly kind: 'item'; readonly body: FileBody; readonly isResumed?: boolean }
  /** `over`: nothing to play, and the listener has heard so. */
  | { readonly kind: 'nothing' | 'over' }

export interface StreamRequest {
  /** The id of the request, where it was told of before. */
  readonly request?: string
  readonly key: string
  readonly stream: string
  readonly player: string | null
  readonly card_id: string | null
  readonly fromStart: boolean
  readonly head: boolean
}

/** The only door that players need: streams by their keys, and nothing else. */
export function createMediaApp(house: MediaDoor): App {
  const { log } = house
  const door: LimitedDoor = {
    ...house,
    unknownKeys: new UnknownKeys(house),
    saidOnce: new SaidOnce(house),
    toldSeldom: new ToldSeldom(house),
    found: new WeakMap(),
  }
  const transfers = new Transfers({ log, limits: house.transferLimits })
  const liveTransfers = new Transfers({ log, limits: house.transferLimits ?? liveLimits })
  const app = new Koa()
  const router = new Router({ strict: true, sensitive: true })
  const stream = '/media/:key/stream.mp3'
  router.get(stream, (ctx) => serveStream(ctx, door, ctx.params.key ?? ''))
  router.all(stream, sayReadOnly)
  const place = '/media/:key/:place.mp3'
  router.get(place, (ctx) =>
    servePlace(ctx, door, { key: ctx.params.key ?? '', place: ctx.params.place ?? '' }),
  )
  router.all(place, (ctx) => {
    if (!isPlace(ctx.params.place ?? '')) throw nothingThere()
    sayReadOnly(ctx)
  })
  app.use((ctx, next) => answerInShape(ctx, next, log))
  app.use(async (ctx, next) => {
    await next()
    if (ctx.body instanceof Readable || Buffer.isBuffer(ctx.body))
      transfers.add(ctx.res, door.clientAddress(ctx.req))
    if (isSentLive(ctx)) liveTransfers.add(ctx.res, door.clientAddress(ctx.req))
  })
  app.use(router.routes())
  app.on('error', (error: unknown) => logBrokenTransfer(error, log))
  return {
    callback() {
      const answerByApp = app.callback()
      return goingOn<MediaTarget>({
        door,
        transfers,
        otherwise(request, response, target) {
          if (target !== undefined) door.found.set(request, target)
          answerByApp(request, response)
        },
      })
    },
  }
}

type LimitedDoor = MediaDoor & {
  readonly unknownKeys: UnknownKeys
  readonly saidOnce: SaidOnce
  readonly toldSeldom: ToldSeldom
  /** What was looked up before a request came to the app: a look may wait for what the cloud tells. */
  readonly found: WeakMap<IncomingMessage, MediaTarget | null>
}

/** Serves the same bytes by the stream's name, to people who may know it; an empty stream is an error there. */
export function streamAudio(
  door: Pick<MediaDoor, 'newest' | 'listeners' | 'live' | 'clientAddress'>,
): (ctx: Context, stream: string) => Promise<void> {
  return async (ctx, stream) => {
    const { live, listeners } = door
    const listener: [string] = [`stream ${stream} address ${door.clientAddress(ctx.req)}`]
    const answer = live?.isLive(stream)
      ? await serveLive(ctx, { live, stream, listener, player: null })
      : await serveFinite(ctx, { newest: () => door.newest(stream), listener, listeners })
    if (answer === null || typeof answer === 'string')
      throw new AppError('not_found', `stream "${stream}" has nothing to play now`)
    letPause(ctx.req.socket)
  }
}

async function serveStream(ctx: Context, door: LimitedDoor, key: string): Promise<void> {
  const target = await targetOf(ctx, door, { key, isWanted: () => true })
  const { player, listener } = listenerOf(ctx, door, { key, target })
  const { stream, card_id } = target
  const live = door.live?.isLive(stream) === true ? door.live : null
  const isTold = live !== null || !isFurtherOn(ctx) || door.toldSeldom.isTold(listener[0])
  const teller = isTold ? door : { clientAddress: door.clientAddress }
  const told = await answerAndTell(ctx, teller, { stream, card_id, player, place: null }, async () => {
    if (live !== null) return serveLiveOrClip(ctx, door, { live, stream, listener, player })
    const newest = isFromStart(ctx) ? await door.newest(stream) : undefined
    if (newest === null && door.saidOnce.isFollowing(listener[0]))
      throw new AppError('not_found', 'there is nothing more to play')
    const answer = await serveOrClip(ctx, door, { stream, listener, newest })
    if (newest === null) door.saidOnce.say(listener[0], ctx.length ?? 0)
    return answer ?? { fromStart: true, item: null }
  })
  const { fromStart } = told
  if (!isTold && !fromStart) return
  const head = ctx.method === 'HEAD'
  door.log.debug('stream requested', { key: key.slice(0, 6), stream, player, fromStart, head })
  door.requested({ ...told, key, stream, player, card_id, head })
}

/** Whether a listener goes on somewhere behind the beginning; with a tag it may have to begin anew. */
function isFurtherOn(ctx: Context): boolean {
  return (
    ctx.method === 'GET' && /^bytes=[1-9]/.test(ctx.get('Range')) && ctx.headers['if-range'] === undefined
  )
}

function isFromStart(ctx: Context): boolean {
  return ctx.method === 'GET' && /^(bytes=0-)?$/.test(ctx.get('Range'))
}

/** One item of the queue: which one, the request itself decides. A HEAD asks for nothing and changes nothing. */
async function servePlace(
  ctx: Context,
  door: LimitedDoor,
  { key, place }: { key: string; place: string },
): Promise<void> {
  if (!isPlace(place)) throw nothingThere()
  const target = await targetOf(ctx, door, { key, isWanted: ({ kind }) => kind === 'queue' })
  const { stream, card_id, confirm } = target
  const { player, listener } = listenerOf(ctx, door, { key, target })
  const head = ctx.method === 'HEAD'
  const told = await answerAndTell(ctx, door, { stream, card_id, player, place }, async () => {
    if (head) return sayNothingYet(ctx)
    const header = ctx.get('Range')
    const startIn = (length: number) => startOf(requestedRange(header, length), length)
    const answer = await door.slots.choose({ stream, player, card_id, place, confirm, listener, startIn })
    if (answer.kind === 'over') throw new AppError('not_found', 'there is nothing more to play')
    return sendItem(ctx, door, { stream, answer, listener: listener[0] })
  })
  door.log.debug('item requested', { key: key.slice(0, 6), stream, place, player, head })
  door.requested({ ...told, key, stream, player, card_id, head })
}

/** Which item it will be is only known when it is asked for: so nothing is said of its length. */
function sayNothingYet(ctx: Context): Beginning {
  ctx.type = 'audio/mpeg'
  ctx.set({ 'Accept-Ranges': 'bytes', 'Cache-Control': 'no-store' })
  ctx.status = 200
  return { fromStart: true, item: null }
}

async function sendItem(
  ctx: Context,
  door: MediaDoor,
  { stream, answer, listener }: { stream: string; answer: PlaceAnswer; listener: string },
): Promise<Beginning> {
  try {
    if (answer.kind === 'item') return await sendUnkept(ctx, answer.body, { ...answer, listener })
    return await sendUnkept(ctx, await door.nothingHere(stream))
  } catch (error) {
    if (!isGone(error)) throw error
  }
  return sendUnkept(ctx, await door.nothingHere(null))
}

/**
 * Returns where it begins. A range that is not in it was meant for another item, unless the listener goes on in
 * this very one: then it is heard from its beginning.
 */
async function sendUnkept(
  ctx: Context,
  body: FiniteBody,
  { isResumed = false, listener }: { isResumed?: boolean; listener?: string } = {},
): Promise<Beginning> {
  const wanted = requestedRange(ctx.get('Range'), body.length)
  const ifRange = ctx.get('If-Range')
  const isSame = ifRange === '' || ifRange === body.etag
  const applies = isSame && (wanted.kind === 'part' || isResumed)
  // No copy is to be kept, so none can be fresh.
  delete ctx.req.headers['if-none-match']
  delete ctx.req.headers['if-modified-since']
  const range: RequestedRange = applies ? wanted : { kind: 'whole' }
  await sendBody(ctx, body, range, listener)
  ctx.set('Cache-Control', 'no-store')
  return beginningOf(body, range)
}

/** A key that does not have the file is treated like one that nobody has, or it could be told from it. */
async function targetOf(
  ctx: Context,
  door: LimitedDoor,
  { key, isWanted }: { key: string; isWanted: (target: MediaTarget) => boolean },
): Promise<MediaTarget> {
  const found = door.found.get(ctx.req)
  const target = found === undefined && isKey(key) ? await door.target(key) : (found ?? null)
  if (target !== null && isWanted(target)) return target
  door.unknownKeys.count(door.clientAddress(ctx.req))
  throw nothingThere()
}

function listenerOf(
  ctx: Context,
  door: MediaDoor,
  { key, target }: { key: string; target: MediaTarget },
): { player: string | null; listener: [string, ...string[]] } {
  const player = door.playerOf(target)
  const { card_id } = target
  return { player, listener: listenerNames({ card_id, key, player, address: door.clientAddress(ctx.req) }) }
}

/**
 * A file may be removed between the look and the reading, or in the middle of a track. A child must hear something
 * all the same: the queue as it is now from its beginning, or the clip. `newest` is what was found a moment ago, where
 * somebody has looked.
 */
async function serveOrClip(
  ctx: Context,
  door: MediaDoor,
  request: { stream: string; listener: [string, ...string[]]; newest: FileBody | null | undefined },
): Promise<Beginning | null> {
  const { stream, newest, ...listening } = request
  const serve = (newest: () => Promise<FiniteBody>, whole: boolean) =>
    serveFinite(ctx, { ...listening, newest, listeners: door.listeners, whole })
  const heard = async () => (await door.newest(stream)) ?? (await door.nothingHere(stream))
  const first = newest === undefined ? heard : async () => newest ?? door.nothingHere(stream)
  try {
    return await serve(first, false)
  } catch (error) {
    if (!isGone(error)) throw error
  }
  try {
    return await serve(heard, true)
  } catch (error) {
    if (!isGone(error)) throw error
    return serve(() => door.nothingHere(null), true)
  }
}

// 128 random bits and more, in any alphabet that needs no encoding in an address.
function isKey(key: string): boolean {
  return /^[A-Za-z0-9_-]{1,128}$/.test(key)
}
