import { unknownPlayer } from '../../src/core/player.ts'
import type { House } from '../../src/http/api/app.ts'
import { Hub } from '../../src/hub.ts'
import { performWith } from '../../src/perform.ts'
import { memoryCollection } from './memory-collection.ts'
import { recordingLog } from './recording-log.ts'
import { VirtualClock } from './virtual-clock.ts'

/** A house with a real hub, one player that is away, and a library of the given files of 10 s each. */
export function houseWith(library: readonly string[] = []): House & { hub: Hub } {
  const clock = new VirtualClock()
  const log = recordingLog()
  let ids = 0
  const hub = new Hub({
    queues: memoryCollection(),
    card: () => ({ layout: null, stream: null }),
    newId: () => `i${++ids}`,
    clock,
    log,
  })
  hub.setPlayers([unknownPlayer('y1', 'Nursery')])
  return {
    hub,
    version: '0.0.0',
    simulated: true,
    players: () => hub.players(),
    player: (id) => hub.player(id),
    queues: () => hub.queues(),
    queue: (name) => hub.queue(name),
    perform: performWith({
      mutateQueue: (...mutation) => hub.mutateQueue(...mutation),
      deleteQueue: (name) => hub.deleteQueue(name),
      command: async () => undefined,
      publish: async () => undefined,
      log,
    }),
    lookup: async (file) =>
      library.includes(file) ? { state: 'ready', file: { title: file, seconds: 10 } } : { state: 'missing' },
    streamUrl: async (name) => `http://127.0.0.1:8098/media/key-of-${name}/stream.mp3`,
    cards: async () => [],
    publishCard: async ({ stream, title }) => ({ card_id: '4Dem0', stream, title }),
    simulatedPlayer: () => undefined,
    health: () => ({ players: 1 }),
  }
}
