import { playOrder } from '../core/play-order.ts'
import { currentIndex, type Queue } from '../core/queue.ts'
import type { Outlook } from '../core/queue-outlook.ts'

const itemsShown = 20

/** What `<base>/stream/<name>/state` says: the stream, and what comes from its current item on. */
export function streamState(queue: Queue, titleOf: (file: string) => string, outlook: Outlook) {
  const coming = playOrder(queue)
  const place = coming.findIndex(({ id }) => id === queue.current)
  const current = coming[place]
  return {
    name: queue.name,
    title: queue.title,
    count: queue.items.length,
    index: currentIndex(queue),
    items: coming
      .slice(Math.max(0, place))
      .slice(0, itemsShown)
      .map(({ id, file }) => ({ id, file })),
    now_playing: current === undefined || queue.closed ? null : titleOf(current.file),
    playlist: queue.playlist,
    reason: queue.reason,
    closed: queue.closed,
    closed_until: queue.closed_until,
    if_pressed: queue.if_pressed,
    loop: queue.loop,
    shuffle: queue.shuffle,
    mode: queue.mode,
    resume: queue.resume,
    ...outlook,
    version: queue.version,
  }
}
