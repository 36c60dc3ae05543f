import { Type } from 'typebox'
import { buttons } from '../../core/event.ts'
import { describeEvent, onCardFields, playerEventData } from '../player-event.ts'
import { trigger } from '../plugin.ts'
import { on } from '../telling.ts'

export const button = trigger({
  title: 'Button',
  describe:
    'A knob of a player was pressed. On cards of this product back is left and forward is right; on any other card the knob is not known and the names are previous and next. The same button within 300 ms is one press, but on queue cards, where each request is one.',
  examples: ['- button: right', '- button: {button: left, stream: bedroom}'],
  options: Type.Object(
    {
      button: Type.Union(buttons.map((name) => Type.Literal(name))),
      player: Type.Optional(Type.String({ minLength: 1 })),
      stream: Type.Optional(Type.String({ minLength: 1 })),
    },
    { additionalProperties: false },
  ),
  shorthand: 'button',
  explain: ({ button, player, stream }, telling) =>
    `the ${button} button is pressed${on({ player, stream }, telling)}`,
  provides: {
    ...onCardFields,
    button: { type: 'text', words: buttons },
    confidence: { type: 'number', range: [0, 1] },
    via: { type: 'text', words: ['http', 'mqtt'] },
  },
  start(context) {
    const { button, player, stream } = context.options
    const match = { type: 'button', button, ...(player ? { player } : {}), ...(stream ? { stream } : {}) }
    context.on('player', match, (event) =>
      context.fire(playerEventData(event), describeEvent(event, context.world)),
    )
  },
})
