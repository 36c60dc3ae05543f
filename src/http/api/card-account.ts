import type { CardDifference } from '../../core/card-difference.ts'
import type { CardsHouse } from './cards.ts'
import { type Route, route } from './route.ts'

/** A card of ours held against what the account has of it. */
export interface CardComparison {
  /** `gone`: the account has no such card any more. */
  readonly state: 'same' | 'different' | 'gone'
  readonly differences: readonly CardDifference[]
}

/** What our cards are in the account: looking, publishing anew, deleting. */
export function cardAccountRoutes(house: CardsHouse): Route[] {
  return [
    route({
      method: 'get',
      path: '/cards/{card_id}/account',
      summary:
        'What the card in the Yoto account has otherwise than it would be published now, place by place; keys are shortened.',
      needs: 'house',
      handle: ({ param }) => house.compareCard(house.card(param('card_id')).card_id),
    }),
    route({
      method: 'post',
      path: '/cards/{card_id}/publish',
      summary:
        'Publishes a card of ours anew, with the titles that its tracks have by now; one that was deleted in the account is made anew, with another id.',
      needs: 'house',
      handle: ({ param }) => house.publishCardAgain(house.card(param('card_id')).card_id),
    }),
    route({
      method: 'delete',
      path: '/cards/{card_id}',
      summary:
        'Deletes a card of ours in the Yoto account, and its keys here at once: a player with that card plays it no more. What it played stays.',
      needs: 'house',
      async handle({ param }) {
        const { card_id, title } = house.card(param('card_id'))
        await house.deleteCard(card_id)
        return { success: true, message: `card "${title}" is deleted` }
      },
    }),
  ]
}
