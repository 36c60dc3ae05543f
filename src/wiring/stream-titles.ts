import type { Hub } from '../hub.ts'

/** Calls `changed` whenever a stream is called otherwise, comes or goes; most changes of queues are none of these. Returns what ends it. */
export function onStreamTitle(hub: Pick<Hub, 'queues' | 'subscribe'>, changed: () => void): () => void {
  const titles = new Map(hub.queues().map(({ name, title }) => [name, title]))
  return hub.subscribe('titles of streams', (change) => {
    if (change.kind === 'queue-removed') {
      titles.delete(change.name)
      changed()
    }
    if (change.kind !== 'queue') return
    const { name, title } = change.queue
    if (titles.has(name) && titles.get(name) === title) return
    titles.set(name, title)
    changed()
  })
}
