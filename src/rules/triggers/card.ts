import { Type } from 'typebox'
import { describeEvent, playerEventData, playerEventFields } from '../player-event.ts'
import { trigger } from '../plugin.ts'
import { somePlayer } from '../telling.ts'

const cardId = Type.String({
  pattern: '^([A-Za-z0-9]{5}|any)$',
  expected: 'a card id of five letters and digits, or any',
})

export const card = trigger({
  title: 'Card',
  describe:
    'A card was put into a player or taken out of it: the one with that id, or `any`. A card that was started from afar counts too.',
  examples: [
    '- card: {inserted: 7JtVV}',
    '- card: {removed: 7JtVV}',
    '- card: {inserted: any, player: kids-room}',
  ],
  options: Type.Object(
    {
      inserted: Type.Optional(cardId),
      removed: Type.Optional(cardId),
      player: Type.Optional(Type.String({ minLength: 1 })),
    },
    { additionalProperties: false, minProperties: 1 },
  ),
  explain({ inserted, removed, player }, telling) {
    const where = somePlayer({ ...telling, player: player ?? telling.player })
    const cardOf = (id: string) => (id === 'any' ? 'a card' : `the card ${id}`)
    return [
      ...(inserted === undefined ? [] : [`${cardOf(inserted)} is put into ${where}`]),
      ...(removed === undefined ? [] : [`${cardOf(removed)} is taken out of ${where}`]),
    ].join(' or ')
  },
  provides: { ...playerEventFields, card_id: 'text', source: 'text' },
  start(context) {
    const { inserted, removed, player } = context.options
    const watch = (type: 'card_inserted' | 'card_removed', card_id: string | undefined) => {
      if (card_id === undefined) return
      const match = {
        type,
        ...(card_id === 'any' ? {} : { card_id }),
        ...(player === undefined ? {} : { player }),
      }
      context.on('player', match, (event) =>
        context.fire(playerEventData(event), describeEvent(event, context.world)),
      )
    }
    watch('card_inserted', inserted)
    watch('card_removed', removed)
  },
})
