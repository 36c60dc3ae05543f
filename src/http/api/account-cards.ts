import { Type } from 'typebox'
import { type Owner, owners } from '../../core/account-card.ts'
import { hasWords, wordsIn } from '../../core/folded.ts'
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
  readonly whose: Owner
  readonly updated_at: string | null
}

const closed = { additionalProperties: false }
const query = Type.Object(
  {
    refresh: Type.Optional(
      Type.Boolean({
        expected: 'true or false',
        description: 'Asks Yoto now, unless the list was read within the last ten seconds.',
      }),
    ),
  },
  closed,
)
const search = Type.Object(
  {
    text: Type.Optional(
      Type.String({
        maxLength: 200,
        description: 'words that must all stand in title or author, whatever their accents and case',
      }),
    ),
    whose: Type.Optional(Type.Union(owners.map((each) => Type.Literal(each)))),
  },
  closed,
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
        const { cards, ...read } = await house.accountCards({ refresh })
        return { cards, count: cards.length, ...read }
      },
    }),
    route({
      method: 'post',
      path: '/account/cards/search',
      summary: 'Those of the same list that fit.',
      needs: 'house',
      body: search,
      async handle({ body: { text = '', whose } }) {
        const { cards, ...read } = await house.accountCards({ refresh: false })
        const words = wordsIn(text)
        const found = cards.filter(
          (card) =>
            (whose === undefined || card.whose === whose) &&
            hasWords([card.title, card.author ?? ''].join('\n'), words),
        )
        return { cards: found, count: found.length, ...read }
      },
    }),
  ]
}
