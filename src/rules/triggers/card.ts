import { Type } from 'typebox'
import { describeEvent, playerEventData, playerEventFields } from '../player-event.ts'
import { trigger } from '../plugin.ts'
import { somePlayer } from '../telling.ts'

const cardId = Type.String({ pattern: '^[A-Za-z0-9]{5}$', expected: 'a card id of five letters and digits' })

export const card = trigger({
  title: 'Card',
  describe: 'A card was put into a player or taken out of it.',
  examples: ['- card: {inserted: 7JtVV}', '- card: {removed: 7JtVV}'],
  options: Type.Object(
    { inserted: Type.Optional(cardId), removed: Type.Optional(cardId) },
    { additionalProperties: false, minProperties: 1 },
  ),
  explain: ({ inserted, removed }, telling) =>
    [
      ...(inserted === undefined ? [] : [`the card ${inserted} is put into ${somePlayer(telling)}`]),
      ...(removed === undefined ? [] : [`the card ${removed} is taken out of ${somePlayer(telling)}`]),
    ].join(' or '),
  provides: { ...playerEventFields, card_id: 'text', source: 'text' },
  start(context) {
    const { inserted, removed } = context.options
    const watch = (type: 'card_inserted' | 'card_removed', card_id: string | undefined) => {
      if (card_id === undefined) return
      context.on('player', { type, card_id }, (event) =>
        context.fire(playerEventData(event), describeEvent(event, context.world)),
      )
    }
    watch('card_inserted', inserted)
    watch('card_removed', removed)
  },
})
