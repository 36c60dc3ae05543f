import type { KnownCard, KnownCards } from '../cards/known-cards.ts'
import type { Hub } from '../hub.ts'
import type { Cards } from './cards.ts'

interface TitleInput {
  readonly hub: Hub
  readonly cards: Cards
}

/**
 * Players name their card by its id alone: whenever one has a card without a title, the title is looked up, and
 * whenever the account tells of a card anew, its players are.
 */
export function titleCards({ hub, cards }: TitleInput): { stop: () => void } {
  const title = (playerId: string, card: Pick<KnownCard, 'title' | 'cover_url'>) =>
    hub.amendPlayer(playerId, { card_title: card.title, cover_url: card.cover_url })
  const lookUp = async (playerId: string, cardId: string) => {
    const card = await cards.known.learn(cardId)
    const player = hub.player(playerId)
    if (card !== null && player?.card_id === cardId && player.card_title === null) title(playerId, card)
  }
  const stops = [
    hub.subscribe('card titles', (change) => {
      if (change.kind !== 'player' || change.player.card_id === null) return
      const { id, card_id, card_title } = change.player
      const ours = cards.published.byCard(card_id)
      if (ours === undefined) void lookUp(id, card_id)
      else if (card_title === null) title(id, { title: ours.title, cover_url: ours.look?.cover ?? null })
    }),
    cards.known.onLearnt((cardId, card) => {
      if (cards.published.byCard(cardId) !== undefined) return
      for (const { id, card_id } of hub.players()) if (card_id === cardId) title(id, card)
    }),
  ]
  return {
    stop() {
      for (const stop of stops) stop()
    },
  }
}

/** What is known of a card by now. Nobody waits for the account: what it tells is known next time. */
export function lookOrLearn(known: KnownCards): (cardId: string) => KnownCard | null {
  return (cardId) => {
    void known.learn(cardId)
    return known.get(cardId) ?? null
  }
}
