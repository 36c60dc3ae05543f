import type { Context } from 'koa'
import { answerAndTell } from './audio-asked.ts'
import { sendFixed } from './chapter-media.ts'
import { nothingThere } from './media-answers.ts'
import { type LimitedDoor, listenerOf, type MediaTarget } from './media-door.ts'
import { serveStreamOf } from './stream-media.ts'

/** Whether it may be a track of a card that was put together track by track: `01` to `100`. */
export function isTrackName(name: string): boolean {
  return /^(?:0[1-9]|[1-9]\d|100)$/.test(name)
}

/**
 * A track of a card that was put together track by track: a file, of which something else is heard while it is not there,
 * or what a stream plays now.
 */
export async function serveTrack(
  ctx: Context,
  door: LimitedDoor,
  { key, target, number }: { key: string; target: MediaTarget; number: string },
): Promise<void> {
  const audio = (await door.track?.(key, number)) ?? null
  if (audio === null) throw nothingThere()
  if ('stream' in audio) {
    const stream = { ...target, kind: 'stream', stream: audio.stream } as const
    return serveStreamOf(ctx, door, { key, target: stream, place: number })
  }
  const { card_id } = target
  const { player } = listenerOf(ctx, door, { key, target })
  const head = ctx.method === 'HEAD'
  const wanted = { stream: null, card_id, player, place: number }
  const told = await answerAndTell(ctx, door, wanted, () => sendFixed(ctx, door, audio.body))
  door.log.debug('track requested', { key: key.slice(0, 6), number, player, head })
  door.requested({ ...told, key, stream: null, player, card_id, head })
}
