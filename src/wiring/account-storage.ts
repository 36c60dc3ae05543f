import type { Collection, Entry } from '../core/collection.ts'
import { isJsonObject } from '../core/json.ts'
import type { Storage } from '../storage/storage.ts'

/**
 * Where it is kept what lies in the account in use: that of the simulated one has places of its own. Else cards that
 * were made for simulated players would pass for cards of the family, and be changed and deleted there.
 */
export function accountCollection<Value>(
  storage: Pick<Storage, 'collection'>,
  name: string,
  { simulated }: { readonly simulated: boolean },
): Collection<Value> {
  return storage.collection(simulated ? `simulated-${name}` : name)
}

/** Says of cards that an earlier version made in the simulated account that they are there. */
export async function markSimulatedCards(storage: Pick<Storage, 'collection' | 'setMany'>): Promise<void> {
  const records = await storage.collection<unknown>(publishedCards).entries()
  const simulated = new Set(
    (await storage.collection<unknown>('simulated-cards').entries()).map(([id]) => id),
  )
  const unmarked = records.flatMap(([key, card]): Entry[] =>
    isJsonObject(card) && card.simulated === undefined && simulated.has(String(card.card_id))
      ? [{ collection: publishedCards, key, value: { ...card, simulated: true } }]
      : [],
  )
  if (unmarked.length > 0) await storage.setMany(unmarked)
}

/** Forgets audio that an earlier version sent to the simulated account as if it lay in Yoto's. */
export async function forgetSimulatedAudio(storage: Pick<Storage, 'collection'>): Promise<void> {
  const sent = storage.collection<unknown>('uploaded-audio')
  const records = await sent.entries()
  if (records.length === 0) return
  const simulated = new Set(
    (await storage.collection<unknown>('simulated-media').entries()).map(([id]) => id),
  )
  for (const [key, record] of records)
    if (isJsonObject(record) && isJsonObject(record.media) && simulated.has(String(record.media.id)))
      await sent.delete(key)
}

export const publishedCards = 'published-cards'
