import { Readable } from 'node:stream'
import Router from '@koa/router'
import Koa, { type Context } from 'koa'
import { AppError } from '../core/error.ts'
import { answerAndTell, answerThenTell } from './audio-asked.ts'
import { letPause } from './connections.ts'
import { type Beginning, type FileBody, type FiniteBody, serveFinite } from './finite-body.ts'
import { goingOn } from './going-on.ts'
import { isSentLive, serveLive, serveLiveOrClip } from './live-media.ts'
import { answerInShape, isGone, logBrokenTransfer, nothingThere, sayReadOnly } from './media-answers.ts'
import {
  isStream,
  type LimitedDoor,
  listenerOf,
  type MediaDoor,
  type MediaTarget,
  targetOf,
} from './media-door.ts'
import { SaidOnce } from './said-once.ts'
import type { App } from './server.ts'
import { isPlaceName, servePlace } from './slot-media.ts'
import { ToldLater } from './told-later.ts'
import { ToldSeldom } from './told-seldom.ts'
import { liveLimits, Transfers } from './transfers.ts'
import { UnknownKeys } from './unknown-keys.ts'

/** An app that tells at its stop of all that it has answered. */
export interface MediaApp extends App {
  stop(): void
}

/** The only door that players need: streams by their keys, and nothing else. */
export function createMediaApp(house: MediaDoor): MediaApp {
  const { log } = house
  const toldLater = new ToldLater(house)
  const door: LimitedDoor = {
    ...house,
    unknownKeys: new UnknownKeys(house),
    saidOnce: new SaidOnce(house),
    toldSeldom: new ToldSeldom(house),
    toldLater,
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
    if (!isPlaceName(ctx.params.place ?? '')) throw nothingThere()
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
    stop: () => toldLater.stop(),
  }
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
  const target = await targetOf(ctx, door, { key, isWanted: isStream })
  const { player, listener } = listenerOf(ctx, door, { key, target })
  const { stream, card_id } = target
  const wanted = { stream, card_id, player, place: null }
  const tell = (told: { readonly fromStart: boolean; readonly request?: string }) => {
    const { fromStart } = told
    const head = ctx.method === 'HEAD'
    door.log.debug('stream requested', { key: key.slice(0, 6), stream, player, fromStart, head })
    door.requested({ ...told, key, stream, player, card_id, head })
  }
  const { live } = door
  if (live?.isLive(stream)) {
    const serve = () => serveLiveOrClip(ctx, door, { live, stream, listener, player })
    return answerThenTell(ctx, door, wanted, serve, tell)
  }
  const isTold = !isFurtherOn(ctx) || door.toldSeldom.isTold(listener[0])
  const teller = isTold ? door : { clientAddress: door.clientAddress }
  const told = await answerAndTell(ctx, teller, wanted, async () => {
    const newest = isFromStart(ctx) ? await door.newest(stream, key) : undefined
    if (newest === null && door.saidOnce.isFollowing(listener[0]))
      throw new AppError('not_found', 'there is nothing more to play')
    const answer = await serveOrClip(ctx, door, { stream, key, listener, newest })
    if (newest === null) door.saidOnce.say(listener[0], ctx.length ?? 0)
    return answer ?? { fromStart: true, item: null }
  })
  if (isTold || told.fromStart) tell(told)
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

/**
 * A file may be removed between the look and the reading, or in the middle of a track. A child must hear something
 * all the same: the queue as it is now from its beginning, or the clip. `newest` is what was found a moment ago, where
 * somebody has looked.
 */
async function serveOrClip(
  ctx: Context,
  door: MediaDoor,
  request: {
    stream: string
    key: string
    listener: [string, ...string[]]
    newest: FileBody | null | undefined
  },
): Promise<Beginning | null> {
  const { stream, key, newest, ...listening } = request
  const serve = (newest: () => Promise<FiniteBody>, whole: boolean) =>
    serveFinite(ctx, { ...listening, newest, listeners: door.listeners, whole })
  const heard = async () => (await door.newest(stream, key)) ?? (await door.nothingHere(stream))
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
