import { Type } from 'typebox'
import type { AccountCardHouse } from './account-card.ts'
import { iconId, lookOf } from './card-look.ts'
import { titleBody } from './card-tracks.ts'
import type { CardsHouse } from './cards.ts'
import { type Route, route } from './route.ts'

interface StreamingHouse extends Pick<CardsHouse, 'publishTrackCard' | 'trackUrl'> {
  readonly accountCard: Pick<AccountCardHouse, 'change'>
}

/** As the predecessor had it: a card of one file. */
export function createStreamingRoute(house: StreamingHouse): Route {
  return route({
    method: 'post',
    path: '/cards/create-streaming',
    summary:
      'Publishes a card that plays one file of the library, as the predecessor did; `POST /cards` can do more.',
    needs: 'house',
    body: Type.Object(
      {
        title: titleBody,
        audio_filename: Type.String({ minLength: 1, maxLength: 1000 }),
        description: Type.Optional(Type.String({ maxLength: 10_000 })),
        icon_id: Type.Optional(iconId),
      },
      { additionalProperties: false },
    ),
    async handle({ body: { title, audio_filename: file, description = '', icon_id: icon } }) {
      const { card_id } = await house.publishTrackCard({
        title,
        tracks: [{ plays: { file } }],
        ...lookOf({ ...(icon === undefined ? {} : { icon }) }),
      })
      if (description !== '')
        await house.accountCard.change(card_id, { description }, { theirs: false, ifUpdatedAt: null })
      return { success: true, card_id, streaming_url: house.trackUrl(card_id) }
    },
  })
}
