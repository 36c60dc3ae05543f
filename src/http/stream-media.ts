import type { Context } from 'koa'
import { AppError } from '../core/error.ts'
import { answerAndTell, answerThenTell } from './audio-asked.ts'
import { type Beginning, type FileBody, type FiniteBody, serveFinite } from './finite-body.ts'
import { serveLiveOrClip } from './live-media.ts'
import { isGone } from './media-answers.ts'
import {
  isStream,
  type LimitedDoor,
  listenerOf,
  type MediaDoor,
  type StreamTarget,
  targetOf,
} from './media-door.ts'

/** What the stream of this key plays: its queue as one file, or as time passes. */
export async function serveStream(ctx: Context, door: LimitedDoor, key: string): Promise<void> {
  const target = await targetOf(ctx, door, { key, isWanted: isStream })
  return serveStreamOf(ctx, door, { key, target, place: null })
}

/** The same where it is one of several things that the card of the key plays: `place` says which. */
export async function serveStreamOf(
  ctx: Context,
  door: LimitedDoor,
  { key, target, place }: { key: string; target: StreamTarget; place: string | null },
): Promise<void> {
  const { player, listener } = listenerOf(ctx, door, { key, target, place })
  const { stream, card_id } = target
  const wanted = { stream, card_id, player, place }
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
    const newest = isFromStart(ctx) ? await door.newest(stream, { key, track: place }) : undefined
    if (newest === null && door.saidOnce.isFollowing(listener[0]))
      throw new AppError('not_found', 'there is nothing more to play')
    const answer = await serveOrClip(ctx, door, { stream, key, place, listener, newest })
    if (newest === null) door.saidOnce.say(listener[0], ctx.length ?? 0)
    return answer ?? { fromStart: true, item: null }
  })
  if (isTold || told.fromStart) tell(told)
}

/** Whether a listener goes on somewhere behind the beginning; with a tag it may have to start over. */
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
    place: string | null
    listener: [string, ...string[]]
    newest: FileBody | null | undefined
  },
): Promise<Beginning | null> {
  const { stream, key, place, newest, ...listening } = request
  const serve = (newest: () => Promise<FiniteBody>, whole: boolean) =>
    serveFinite(ctx, { ...listening, newest, listeners: door.listeners, whole })
  const heard = async () =>
    (await door.newest(stream, { key, track: place })) ?? (await door.nothingHere(stream))
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
