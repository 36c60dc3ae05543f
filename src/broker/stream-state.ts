import { currentIndex, type Queue } from '../core/queue.ts'

const itemsShown = 20

/** What `<base>/stream/<name>/state` says: the stream, and what comes from its current item on. */
export function streamState(queue: Queue, titleOf: (file: string) => string) {
  const index = currentIndex(queue)
  const current = queue.items.find(({ id }) => id === queue.current)
  return {
    name: queue.name,
    title: queue.title,
    count: queue.items.length,
    index,
    items: queue.items.slice(index, index + itemsShown).map(({ id, file }) => ({ id, file })),
    now_playing: current === undefined || queue.closed ? null : titleOf(current.file),
    playlist: queue.playlist,
    reason: queue.reason,
    closed: queue.closed,
    closed_until: queue.closed_until,
    if_pressed: queue.if_pressed,
    loop: queue.loop,
    shuffle: queue.shuffle,
    mode: queue.mode,
    version: queue.version,
  }
}
