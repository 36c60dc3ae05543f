import { Type } from 'typebox'
import type { AccountCardChange, AccountCardView, Owner } from '../../core/account-card.ts'
import { type Route, route } from './route.ts'

/** What the calls of one card of the account need of the house. Each throws AppError as the account does. */
export interface AccountCardHouse {
  card(cardId: string): Promise<OwnedCardView>
  /** @throws AppError `conflict` for a card that is not to be changed like this, `unprocessable` for a wrong value. */
  change(cardId: string, change: AccountCardChange, consent: Consent): Promise<OwnedCardView>
  /** Keeps the document, then deletes the card. @throws AppError `conflict` for one that is not to be deleted like this. */
  delete(cardId: string, consent: Consent): Promise<{ title: string; kept_until: string }>
}

export interface OwnedCardView extends AccountCardView {
  readonly whose: Owner
}

export interface Consent {
  /** That a card is meant which this product did not make. */
  readonly theirs: boolean
  /** The state of the card that is meant, by its `updated_at`; null for any. */
  readonly ifUpdatedAt: string | null
}

const closed = { additionalProperties: false }
const theirs = Type.Optional(
  Type.Boolean({
    expected: 'true or false',
    description: 'says that a card is meant which this product did not make',
  }),
)
const ifUpdatedAt = Type.Optional(
  Type.String({
    maxLength: 64,
    description: 'the `updated_at` of the card that is meant; refused with `conflict` where it has another',
  }),
)
// Yoto's own limit; those of author and description are not on record, and these are ours.
const title = Type.String({ minLength: 1, maxLength: 100 })
const change = Type.Object(
  {
    title: Type.Optional(title),
    author: Type.Optional(Type.String({ maxLength: 200 })),
    description: Type.Optional(Type.String({ maxLength: 10_000 })),
    cover_url: Type.Optional(Type.String({ maxLength: 2000 })),
    chapters: Type.Optional(
      Type.Array(
        Type.Object(
          {
            key: Type.String({ minLength: 1, maxLength: 200 }),
            title: Type.Optional(title),
            icon: Type.Optional(
              Type.String({ maxLength: 100, description: 'the id of a picture in the account' }),
            ),
          },
          closed,
        ),
        { minItems: 1, maxItems: 1000 },
      ),
    ),
    theirs,
    if_updated_at: ifUpdatedAt,
  },
  { ...closed, minProperties: 1 },
)

/** The calls of one card. They are to be mounted behind all others of `/account/cards`, whose names they would take for ids. */
export function accountCardRoute(house: AccountCardHouse): Route[] {
  const path = '/account/cards/{card_id}'
  return [
    route({
      method: 'get',
      path,
      summary:
        'One card of the account or its family, with its chapters and tracks, and no address of audio.',
      needs: 'house',
      handle: ({ param }) => house.card(param('card_id')),
    }),
    route({
      method: 'put',
      path,
      summary:
        "Changes a card of the account's own; all that is not named stays byte for byte. One that this product did not make is changed with `theirs` alone.",
      needs: 'house',
      body: change,
      handle({ param, body: { theirs = false, if_updated_at = null, ...wish } }) {
        return house.change(param('card_id'), wish, { theirs, ifUpdatedAt: if_updated_at })
      },
    }),
    route({
      method: 'delete',
      path,
      summary:
        "Deletes a card of the account's own that this product did not make, with `theirs` alone, in the body or behind the `?`; its document is kept for 30 days.",
      needs: 'admin',
      body: Type.Object({ theirs, if_updated_at: ifUpdatedAt }, closed),
      // RFC 9110, 9.3.5, lets proxies drop the body of a DELETE.
      query: Type.Object({ theirs, if_updated_at: ifUpdatedAt }, closed),
      async handle({ param, body, query }) {
        const { theirs = false, if_updated_at = null } = { ...query, ...body }
        const cardId = param('card_id')
        const { title, kept_until } = await house.delete(cardId, { theirs, ifUpdatedAt: if_updated_at })
        const message = `card "${title}" (${cardId}) deleted; its document is kept until ${kept_until}`
        return { success: true, message, card_id: cardId, kept_until }
      },
    }),
  ]
}
