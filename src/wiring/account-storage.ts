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

export const publishedCards = 'published-cards'
