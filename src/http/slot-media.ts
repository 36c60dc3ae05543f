import type { Context } from 'koa'
import { AppError } from '../core/error.ts'
import { isPlace } from '../core/slot.ts'
import { answerAndTell } from './audio-asked.ts'
import { isChapterName, serveChapter } from './chapter-media.ts'
import { type Beginning, beginningOf, type FiniteBody, sendBody, startOf } from './finite-body.ts'
import { isGone, nothingThere } from './media-answers.ts'
import {
  type LimitedDoor,
  listenerOf,
  type MediaDoor,
  type MediaSlots,
  type MediaTarget,
  type PlaceAnswer,
  type PlaceRequest,
  targetOf,
} from './media-door.ts'
import { type RequestedRange, requestedRange } from './range.ts'
import { isTrackName, serveTrack } from './track-media.ts'

/** Whether any card has audio of that name beside its stream. */
export function isPlaceName(name: string): boolean {
  return isPlace(name) || isChapterName(name) || isTrackName(name)
}

/**
 * One item of the queue, or what comes next in a story: which one, the request itself decides. A HEAD asks for nothing and
 * changes nothing.
 */
export async function servePlace(
  ctx: Context,
  door: LimitedDoor,
  { key, place }: { key: string; place: string },
): Promise<void> {
  if (isChapterName(place)) return serveChapter(ctx, door, { key, chapter: place })
  const target = await targetOf(ctx, door, { key, isWanted: hasIt(place) })
  if (target.kind === 'tracks') return serveTrack(ctx, door, { key, target, number: place })
  if (!isPlace(place)) throw nothingThere()
  const { stream, card_id, confirm } = target
  const { player, listener } = listenerOf(ctx, door, { key, target })
  const head = ctx.method === 'HEAD'
  const told = await answerAndTell(ctx, door, { stream, card_id, player, place }, async () => {
    if (head) return sayNothingYet(ctx)
    const header = ctx.get('Range')
    const startIn = (length: number) => startOf(requestedRange(header, length), length)
    const plays = playsOf(door, target, { player, names: listener })
    return sendItem(ctx, door, { ...plays, player, card_id, place, confirm, listener, startIn })
  })
  door.log.debug('item requested', { key: key.slice(0, 6), stream, place, player, head })
  door.requested({ ...told, key, stream, player, card_id, head })
}

function hasIt(place: string) {
  return (target: MediaTarget): target is MediaTarget => {
    const { kind } = target
    return kind === 'tracks'
      ? isTrackName(place)
      : isPlace(place) && (kind === 'queue' || kind === 'live-story')
  }
}

/** What decides which item a place plays, and the line by which that knows what the listener hears. */
function playsOf(
  door: MediaDoor,
  target: MediaTarget,
  listener: { player: string | null; names: readonly [string, ...string[]] },
): { readonly slots: MediaSlots; readonly stream: string } {
  const { slots, stories } = door
  if (target.stream !== null) return { slots, stream: target.stream }
  if (stories === undefined) throw nothingThere()
  return { slots: stories, stream: stories.lineOf(target, listener) }
}

/** Which item it will be is only known when it is asked for: so nothing is said of its length. */
function sayNothingYet(ctx: Context): Beginning {
  ctx.type = 'audio/mpeg'
  ctx.set({ 'Accept-Ranges': 'bytes', 'Cache-Control': 'no-store' })
  ctx.status = 200
  return { fromStart: true, item: null }
}

/**
 * The item, or what comes next in place of one that is gone by now.
 * @throws AppError `not_found` for a listener that has heard that there is nothing more.
 */
async function sendItem(
  ctx: Context,
  door: MediaDoor,
  { slots, ...request }: PlaceRequest & { readonly slots: MediaSlots },
): Promise<Beginning> {
  const answer = await slots.choose(request)
  if (answer.kind === 'over') throw new AppError('not_found', 'there is nothing more to play')
  const sent = await unlessGone(() => sendAnswer(ctx, door, { request, answer, whole: false }))
  if (sent !== null) return sent
  const next = await slots.passOver(request)
  const instead = await unlessGone(() => sendAnswer(ctx, door, { request, answer: next, whole: true }))
  return instead ?? sendUnkept(ctx, await door.nothingHere(null))
}

async function sendAnswer(
  ctx: Context,
  door: MediaDoor,
  { request, answer, whole }: { request: PlaceRequest; answer: PlaceAnswer; whole: boolean },
): Promise<Beginning> {
  const [listener] = request.listener
  if (answer.kind === 'item') return sendUnkept(ctx, answer.body, { ...answer, listener, whole })
  if (answer.kind === 'nothing' && answer.isSilent === true) return sendUnkept(ctx, door.silence)
  return sendUnkept(ctx, await door.nothingHere(request.stream))
}

async function unlessGone<Result>(work: () => Promise<Result>): Promise<Result | null> {
  try {
    return await work()
  } catch (error) {
    if (isGone(error)) return null
    throw error
  }
}

/**
 * Returns where it begins. A range that is not in it was meant for another item, unless the listener goes on in
 * this very one: then it is heard from its beginning.
 */
async function sendUnkept(
  ctx: Context,
  body: FiniteBody,
  {
    isResumed = false,
    whole = false,
    listener,
  }: { isResumed?: boolean; whole?: boolean; listener?: string } = {},
): Promise<Beginning> {
  const wanted = requestedRange(ctx.get('Range'), body.length)
  const ifRange = ctx.get('If-Range')
  const isSame = ifRange === '' || ifRange === body.etag
  const applies = !whole && isSame && (wanted.kind === 'part' || isResumed)
  // No copy is to be kept, so none can be fresh.
  delete ctx.req.headers['if-none-match']
  delete ctx.req.headers['if-modified-since']
  const range: RequestedRange = applies ? wanted : { kind: 'whole' }
  await sendBody(ctx, body, range, listener)
  ctx.set('Cache-Control', 'no-store')
  return beginningOf(body, range)
}
