import { Type } from 'typebox'
import type { CardCopy } from '../../core/card-audio.ts'
import { AppError } from '../../core/error.ts'
import { checkStreamName } from '../../core/queue.ts'
import { type Route, route } from './route.ts'

export interface CardCopiesHouse {
  readonly cardCopies: {
    /** Undefined where nobody has asked for it since the program was started. */
    of(cardId: string): CardCopy | undefined
    /** @throws AppError of the account, `unprocessable` where nothing of the card can be copied. */
    begin(copying: { readonly cardId: string; readonly stream: string }): Promise<CardCopy>
  }
}

/** Cards of the account that become streams: their audio comes into the library. */
export function cardCopyRoutes({ cardCopies }: CardCopiesHouse): Route[] {
  return [
    route({
      method: 'post',
      path: '/account/cards/{card_id}/copy',
      summary:
        'Brings the audio of a card that the account has made itself into the library, and makes it the queue of a stream. It goes on by itself; asked for again after a fault, it goes on where it was.',
      needs: 'house',
      body: Type.Object(
        { stream: Type.String({ minLength: 1, maxLength: 100 }) },
        { additionalProperties: false },
      ),
      handle: ({ param, body }) =>
        cardCopies.begin({ cardId: param('card_id'), stream: checkStreamName(body.stream) }),
    }),
    route({
      method: 'get',
      path: '/account/cards/{card_id}/copy',
      summary: 'How far the copy of a card has come that was asked for since the program was started.',
      needs: 'house',
      async handle({ param }) {
        const copy = cardCopies.of(param('card_id'))
        if (copy !== undefined) return copy
        throw new AppError(
          'not_found',
          'nobody has asked for a copy of this card since the program was started',
        )
      },
    }),
  ]
}
