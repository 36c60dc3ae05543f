import type { PublishedCardView } from '../src/http/api/cards.ts'
import { segment } from './path.ts'
import { ask } from './request.ts'

/** A published card, with what stands on it and is otherwise by now, in the product's words. */
export interface OutdatedCard extends Pick<PublishedCardView, 'card_id' | 'title'> {
  readonly outdated: readonly string[]
}

export async function fetchOutdated(): Promise<readonly OutdatedCard[]> {
  const { cards } = await ask<{ cards: readonly OutdatedCard[] }>('GET', 'cards')
  return cards.filter(({ outdated }) => outdated.length > 0)
}

/** Writes it on the card as it is now. @throws RequestError where the account, or the address, does not let us. */
export async function publishAgain(cardId: string): Promise<void> {
  await ask('POST', `cards/${segment(cardId)}/publish`, {})
}
