import type { PlayerPatch } from '../core/player.ts'
import type { CardIn } from '../rules/dry/house.ts'

// No card has such an id, so no rule for a card of somebody else takes it for its own.
const ownCard = 'card of '

/** The id of the card of ours that plays the stream, in a house that is tried dry. */
export function cardOf(stream: string): string {
  return `${ownCard}${stream}`
}

/** What its player tells when it is put in. */
export function cardPatch(card: CardIn): PlayerPatch {
  if (card === null) return {}
  const id = 'id' in card ? card.id : cardOf(card.stream)
  return { card_id: id, card_inserted: 'physical', source: 'card' }
}

/** The stream of such a card; null for any other. */
export function streamOf(cardId: string): string | null {
  return cardId.startsWith(ownCard) ? cardId.slice(ownCard.length) : null
}
