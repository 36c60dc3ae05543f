import { Type } from 'typebox'
import { checkStreamName } from '../../core/queue.ts'
import { type Route, route } from './route.ts'

export interface CardsHouse {
  cards(): Promise<readonly PublishedCardView[]>
  publishCard(request: {
    stream: string
    title: string
    kind: CardKind
    chapters: number
  }): Promise<PublishedCardView>
}

type CardKind = 'queue' | 'stream'

export interface PublishedCardView {
  readonly card_id: string
  readonly title: string
  readonly stream: string
  /** `queue`: each press is heard at once; `stream`: every chapter plays the stream as one file. */
  readonly kind: CardKind
}

export function cardRoutes(house: CardsHouse): Route[] {
  return [
    route({
      method: 'get',
      path: '/cards',
      summary: 'The cards this product published, with the stream each one carries.',
      async handle() {
        const cards = await house.cards()
        return { cards, count: cards.length }
      },
    }),
    route({
      method: 'post',
      path: '/cards',
      summary: 'Publishes a card to the Yoto account that plays a stream once and for all.',
      body: Type.Object(
        {
          stream: Type.String({ minLength: 1, maxLength: 100 }),
          title: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
          kind: Type.Optional(Type.Union([Type.Literal('queue'), Type.Literal('stream')])),
          // Of a stream card; a queue card has as many as it needs.
          chapters: Type.Optional(Type.Integer({ minimum: 3, maximum: 99 })),
        },
        { additionalProperties: false },
      ),
      handle: ({ body }) =>
        house.publishCard({
          stream: checkStreamName(body.stream),
          title: body.title ?? body.stream,
          kind: body.kind ?? 'queue',
          chapters: body.chapters ?? 20,
        }),
    }),
  ]
}
