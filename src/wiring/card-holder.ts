import type { Clock } from '../core/clock.ts'
import type { Hub } from '../hub.ts'

/** A card as far as it tells who plays it. */
export interface HeldCard {
  readonly card_id: string | null
  /** The player it is bound to; null where it may be any. */
  readonly player: string | null
}

/** A request names no player: it is the card's own, or the only one that is on with the card; null where that is none. */
export function holderOf({ card_id, player }: HeldCard, hub: Pick<Hub, 'players'>): string | null {
  if (player !== null) return player
  const holders = holdersOf(card_id, hub)
  return holders.length === 1 ? (holders[0] ?? null) : null
}

// A player asks for audio at once, and the cloud tells of its new card 0.15 to 0.4 s later (yoto-protocol §4.6).
const toldWithinMs = 1_000

/** As `holderOf`; of a card that nobody has told of yet it waits for that, but not for long. */
export async function awaitHolder(
  card: HeldCard,
  { hub, clock }: { hub: Pick<Hub, 'players' | 'subscribe'>; clock: Clock },
): Promise<string | null> {
  const isTold = () => card.player !== null || holdersOf(card.card_id, hub).length > 0
  if (card.card_id !== null && !isTold()) {
    const told = new AbortController()
    const forget = hub.subscribe('who has put a card in', () => {
      if (isTold()) told.abort(new Error('told'))
    })
    await clock.sleep(toldWithinMs, told.signal).catch(() => undefined)
    forget()
  }
  return holderOf(card, hub)
}

function holdersOf(cardId: string | null, hub: Pick<Hub, 'players'>): string[] {
  if (cardId === null) return []
  return hub
    .players()
    .filter(({ online, card_id }) => online && card_id === cardId)
    .map(({ id }) => id)
}
