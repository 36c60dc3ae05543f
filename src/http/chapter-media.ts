import type { Context } from 'koa'
import { answerAndTell } from './audio-asked.ts'
import { type Beginning, beginningOf, type FileBody, sendBody } from './finite-body.ts'
import { isGone } from './media-answers.ts'
import { type LimitedDoor, listenerOf, type MediaTarget, targetOf } from './media-door.ts'
import { requestedRange } from './range.ts'

/** Whether it may be the chapter of a story's card: the version of the story, and the key of the chapter. */
export function isChapterName(name: string): boolean {
  return /^[0-9a-f]{8}\.[A-Za-z0-9_~.-]{1,120}$/.test(name)
}

/**
 * A chapter of a card that tells a story by itself: always the same bytes. Of one that is in no story any more something
 * is heard all the same.
 */
export async function serveChapter(
  ctx: Context,
  door: LimitedDoor,
  { key, chapter }: { key: string; chapter: string },
): Promise<void> {
  const target = await targetOf(ctx, door, { key, isWanted: isStory })
  const { card_id } = target
  const { player } = listenerOf(ctx, door, { key, target })
  const head = ctx.method === 'HEAD'
  const wanted = { stream: null, card_id, player, place: chapter }
  const told = await answerAndTell(ctx, door, wanted, async () =>
    sendFixed(ctx, door, (await door.stories?.chapter(target, chapter)) ?? null),
  )
  door.log.debug('chapter requested', { key: key.slice(0, 6), story: target.story, chapter, player, head })
  door.requested({ ...told, key, stream: null, player, card_id, head })
}

function isStory(target: MediaTarget): target is MediaTarget {
  return target.kind === 'story'
}

/** What is always the same bytes; where there are none, something is heard all the same. */
export async function sendFixed(
  ctx: Context,
  door: Pick<LimitedDoor, 'nothingHere'>,
  body: FileBody | null,
): Promise<Beginning> {
  const header = ctx.method === 'GET' ? ctx.get('Range') : ''
  try {
    if (body !== null) {
      const isSame = ctx.get('If-Range') === '' || ctx.get('If-Range') === body.etag
      const asked = requestedRange(header, body.length)
      // A range that lies behind its end was meant for another sound: better all of this than silence.
      const range = isSame && asked.kind === 'part' ? asked : ({ kind: 'whole' } as const)
      await sendBody(ctx, body, range)
      return beginningOf(body, range)
    }
  } catch (error) {
    if (!isGone(error)) throw error
  }
  const instead = await door.nothingHere(null)
  await sendBody(ctx, instead, { kind: 'whole' })
  return beginningOf(instead, { kind: 'whole' })
}
