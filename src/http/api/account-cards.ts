import { Type } from 'typebox'
import { type Route, route } from './route.ts'

export interface AccountCardsHouse {
  /** @throws AppError `unavailable` where nobody is signed in, or Yoto is away and has told of no cards before. */
  accountCards(options: { refresh: boolean }): Promise<AccountCards>
}

/** All cards of the Yoto account and its family, whoever made them. */
export interface AccountCards {
  readonly cards: readonly AccountCard[]
  /** When Yoto told of them, in ISO 8601. */
  readonly read_at: string
  /** Why a newer list could not be had; null for one that is as fresh as was asked. For people, as is `incomplete`. */
  readonly problem: string | null
  /** Why the cards of the family are not among them; null where they are. */
  readonly incomplete: string | null
}

interface AccountCard {
  readonly card_id: string
  readonly title: string
  readonly author: string | null
  readonly cover_url: string | null
  /** Whether this product published it. */
  readonly ours: boolean
  readonly updated_at: string | null
}

const query = Type.Object(
  {
    refresh: Type.Optional(
      Type.Boolean({
        expected: 'true or false',
        description: 'Asks Yoto now, unless the list was read within the last ten seconds.',
      }),
    ),
  },
  { additionalProperties: false },
)

export function accountCardRoutes(house: AccountCardsHouse): Route[] {
  return [
    route({
      method: 'get',
      path: '/account/cards',
      summary:
        'All cards of the Yoto account and its family, at most ten minutes old; an older list, with why, while Yoto gives no newer one.',
      needs: 'house',
      query,
      async handle({ query: { refresh = false } }) {
        const { cards, read_at, problem, incomplete } = await house.accountCards({ refresh })
        return { cards, count: cards.length, read_at, problem, incomplete }
      },
    }),
  ]
}
