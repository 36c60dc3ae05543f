import { Readable } from 'node:stream'
import Router from '@koa/router'
import Koa, { type Context } from 'koa'
import { AppError } from '../core/error.ts'
import { letPause } from './connections.ts'
import { serveFinite } from './finite-body.ts'
import { goingOn } from './going-on.ts'
import { isSentLive, serveLive } from './live-media.ts'
import { answerInShape, logBrokenTransfer, nothingThere, sayReadOnly } from './media-answers.ts'
import type { LimitedDoor, MediaDoor, MediaTarget } from './media-door.ts'
import { SaidOnce } from './said-once.ts'
import type { App } from './server.ts'
import { isPlaceName, servePlace } from './slot-media.ts'
import { serveStream } from './stream-media.ts'
import { serveTestTrack } from './test-track.ts'
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
  router.get(stream, async (ctx) => {
    const key = ctx.params.key ?? ''
    if (!(await serveTestTrack(ctx, door, key))) await serveStream(ctx, door, key)
  })
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
