import type { PlayerEvent } from '../../src/core/event.ts'
import type { PlayerState } from '../../src/core/player.ts'
import type { Queue } from '../../src/core/queue.ts'
import { settled, startBridge } from './bridge-support.ts'
import { eventually, type Message, observe } from './support.ts'

export interface House {
  readonly players: readonly PlayerState[]
  readonly queues?: readonly Queue[]
  readonly events?: readonly PlayerEvent[]
}

/** All that a bridge says on a broker of a house and what happens in it, from its first word to its goodbye. */
export async function publishedBy(
  url: string,
  { players, queues = [], events = [] }: House,
): Promise<Message[]> {
  const observer = await observe(url)
  const subject = await startBridge(url, {
    players: [...players],
    queues: [...queues],
    playlists: ['good-night', 'forest'],
  })
  for (const event of events) subject.bridge.event(event)
  await settled(subject, observer)
  const marked = observer.messages.length
  await subject.stop()
  await eventually(() => observer.heard('yoto/bridge/state').includes('offline'))
  await observer.leave()
  return observer.messages.toSpliced(marked - 1, 1)
}
