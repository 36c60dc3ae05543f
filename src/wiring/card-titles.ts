import type { KnownCard, KnownCards } from '../cards/known-cards.ts'
import type { Hub } from '../hub.ts'
import type { Cards } from './cards.ts'

interface TitleInput {
  readonly hub: Hub
  readonly cards: Cards
}

/** Players name their card by its id alone: whenever one has a card without a title, the title is looked up. */
export function titleCards({ hub, cards }: TitleInput): { stop: () => void } {
  const title = async (playerId: string, cardId: string) => {
    const known = cards.published.byCard(cardId) ?? (await cards.known.learn(cardId))
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

/** What is known of a card by now. Nobody waits for the account: one that is not known yet is next time. */
export function lookOrLearn(known: KnownCards): (cardId: string) => KnownCard | null {
  return (cardId) => {
    const card = known.get(cardId)
    if (card === undefined) void known.learn(cardId)
    return card ?? null
  }
}
