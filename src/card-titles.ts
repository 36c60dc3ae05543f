import type { PublishedCards } from './cards/published.ts'
import type { CardShelf } from './cards/shelf.ts'
import type { Hub } from './hub.ts'

interface TitleInput {
  readonly hub: Hub
  readonly cards: PublishedCards
  readonly shelf: CardShelf
}

/** Players name their card by its id alone: whenever one has a card without a title, the title is looked up. */
export function titleCards({ hub, cards, shelf }: TitleInput): { stop: () => void } {
  const title = async (playerId: string, cardId: string) => {
    const known = cards.byCard(cardId) ?? (await shelf.learn(cardId))
    if (known === null || hub.player(playerId)?.card_id !== cardId) return
    const cover_url = 'cover_url' in known ? known.cover_url : null
    hub.amendPlayer(playerId, { card_title: known.title, cover_url })
  }
  const stop = hub.subscribe('card titles', (change) => {
    if (change.kind !== 'player') return
    const { id, card_id, card_title } = change.player
    if (card_id !== null && card_title === null) void title(id, card_id)
  })
  return { stop }
}
