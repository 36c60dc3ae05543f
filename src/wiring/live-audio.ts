import type { StoredPosition } from '../audio/live/live-positions.ts'
import { LiveStreams } from '../audio/live/live-streams.ts'
import type { Sources } from '../audio/sources/sources.ts'
import type { Clock } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import type { Log } from '../core/log.ts'
import type { Hub } from '../hub.ts'
import type { LibraryFacts } from './library-facts.ts'

interface LiveAudioInput {
  readonly hub: Hub
  readonly sources: Pick<Sources, 'find' | 'open'>
  /** Told of what goes out to listeners. */
  readonly facts: Pick<LibraryFacts, 'sentOf'>
  /** Where listeners were, for the next run. */
  readonly positions: Collection<StoredPosition>
  readonly clock: Clock
  readonly log: Log
}

// Why the hub moved on, so that our own moves are known when they are told of.
const liveWentOn = 'a live stream went on'

/** Streams that are heard live, told of every change of their queues until they are stopped. */
export async function openLiveAudio(
  input: LiveAudioInput,
): Promise<{ live: LiveStreams; stop(): Promise<void> }> {
  const { hub, sources, facts, positions, clock, log } = input
  const live = new LiveStreams({
    library: sources,
    queue: (stream) => hub.queue(stream),
    move: (stream, move) => hub.mutateQueue(stream, move, liveWentOn),
    sentOf: (stream) => facts.sentOf(stream),
    positions,
    clock,
    log,
  })
  await live.start()
  const unsubscribe = hub.subscribe('live streams', (change) => {
    if (change.kind === 'queue-removed') live.changed(change.name, { isMoved: false })
    if (change.kind !== 'queue') return
    const { op, because, queue, letsEnd = false, isNow = false } = change
    const isMove = op === 'step' || op === 'go-to'
    const isReplaced = op === 'replace' || op === 'restore' || op === 'clear'
    const isMoved = isMove && because !== liveWentOn
    live.changed(queue.name, { isMoved, isReplaced, letsEnd, isNow, isReordered: op === 'shuffle' })
  })
  return {
    live,
    async stop() {
      unsubscribe()
      await live.stop()
    },
  }
}
