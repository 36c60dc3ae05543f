import type { PlayerState } from '../src/core/player.ts'

type Slot = Pick<PlayerState, 'card_id' | 'card_inserted' | 'source'>

/**
 * The card that lies in the player; null for none, and for one that was started from elsewhere. The word that a card
 * lies there may come seconds after the card's own (yoto-protocol §3.5), and is not waited for.
 */
export function cardInSlot({ card_id, card_inserted, source }: Slot): string | null {
  if (card_inserted === 'physical') return card_id
  const isUntold = card_inserted === null || card_inserted === 'none'
  return isUntold && (source === null || source === 'card') ? card_id : null
}
