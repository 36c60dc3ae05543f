import { type PublishedCard, recordOf } from '../cards/record.ts'
import { AppError } from '../core/error.ts'
import { isJsonObject } from '../core/json.ts'
import { silentLog } from '../core/log.ts'
import type { Options } from '../options.ts'
import { openStorage, type Storage } from '../storage/storage.ts'
import { publishedCards } from './account-storage.ts'
import { queuesCollection } from './queue-file.ts'

/**
 * What `read` makes of the household's store, which may be in use meanwhile and where nothing is written; null where there
 * is none yet.
 * @throws AppError where the store cannot be read.
 */
export async function fromStore<Read>(
  { storage: url, folders }: Pick<Options, 'storage' | 'folders'>,
  read: (storage: Storage) => Promise<Read>,
): Promise<Read | null> {
  const storage = await openStorage({ url, folder: folders.data, log: silentLog, readOnly: true }).catch(
    (error) => {
      if (error instanceof AppError && error.code === 'not_found') return null
      throw error
    },
  )
  if (storage === null) return null
  try {
    return await read(storage)
  } finally {
    await storage.close()
  }
}

/** The cards that were made here. */
async function cardRecordsIn(storage: Storage): Promise<readonly PublishedCard[]> {
  const records = await storage.collection<unknown>(publishedCards).entries()
  return records.flatMap(([key, stored]) => recordOf(key, stored) ?? [])
}

/** The same, and the names of the streams. */
export async function cardsAndStreamsIn(storage: Storage): Promise<{
  readonly cards: readonly PublishedCard[]
  readonly streams: readonly string[]
}> {
  const queues = await storage.collection<unknown>(queuesCollection).entries()
  return { cards: await cardRecordsIn(storage), streams: queues.map(([name]) => name) }
}

/** By card that was made here, its stream. */
export async function cardsIn(storage: Storage): Promise<ReadonlyMap<string, string>> {
  const records = await storage.collection<unknown>(publishedCards).entries()
  return new Map(
    records.flatMap(([, card]): [string, string][] =>
      isJsonObject(card) && typeof card.card_id === 'string' && typeof card.stream === 'string'
        ? [[card.card_id, card.stream]]
        : [],
    ),
  )
}
