import type { Clock } from '../../src/core/clock.ts'
import type { EntryFacts } from '../../src/history/entry.ts'
import { History, type HistoryStore } from '../../src/history/history.ts'
import { type Limits, usualLimits } from '../../src/history/lanes.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { recordingLog } from '../support/recording-log.ts'

/** The history's place in a store, as the product gives it one. */
export function storeIn(storage: Storage): HistoryStore {
  const collection = storage.collection<unknown>('history')
  return {
    entries: () => collection.entries(),
    delete: (key) => collection.delete(key),
    setMany: (chunks) =>
      storage.setMany(chunks.map(([key, value]) => ({ collection: 'history', key, value }))),
  }
}

/** A store in memory that keeps copies, counts how often it is written, and can be made to fail. */
export function memoryStore() {
  const chunks = new Map<string, string>()
  const memory = { chunks, writes: 0, fails: false }
  const store: HistoryStore = {
    entries: async () => [...chunks].map(([key, text]) => [key, JSON.parse(text)]),
    delete: async (key) => chunks.delete(key),
    async setMany(given) {
      if (memory.fails) throw new Error('the disk is full')
      memory.writes++
      for (const [key, chunk] of given) chunks.set(key, JSON.stringify(chunk))
    },
  }
  return Object.assign(memory, { store })
}

export async function startHistory(options: {
  store: HistoryStore
  clock: Clock
  limits?: Partial<Limits>
  redactAll?: <Value>(value: Value) => Value
}) {
  const log = recordingLog()
  const { store, clock, redactAll = (value) => value } = options
  const limits = { ...usualLimits, ...options.limits }
  const history = new History({ store, clock, redactAll, limits, log })
  await history.start()
  return Object.assign(history, { log })
}

/** A player's volume that was changed; the step tells events apart. */
export function volume(step: number, player: string | null = 'y1'): EntryFacts {
  return {
    kind: 'event',
    player,
    stream: null,
    cause: null,
    what: { type: 'volume_changed', volume_step: step, volume_percent: null },
  }
}

export function connection(type: 'connected' | 'disconnected'): EntryFacts {
  const what = { type, account: 'signed_in', reason: null } as const
  return { kind: 'connection', player: null, stream: null, cause: null, what }
}

/** Audio that was asked for by a player, or by somebody unknown. */
export function requested(player: string | null): EntryFacts {
  return {
    kind: 'request',
    player,
    stream: 'bedroom',
    cause: null,
    what: {
      type: 'whole',
      place: null,
      method: 'GET',
      card_id: '00123',
      listener: 'internet',
      agent: 'other',
      status: null,
      from_start: null,
      bytes: null,
      range: null,
      item: null,
    },
  }
}

export function pressed(button: 'left' | 'right', player = 'y1'): EntryFacts {
  const on = { card_id: '00123', chapter_key: 'left-a', track_key: 'left-a' }
  return {
    kind: 'event',
    player,
    stream: 'bedroom',
    cause: null,
    what: { type: 'button', button, confidence: 1, via: 'http', ...on },
  }
}
