import { Type } from 'typebox'
import { buttons } from '../../core/event.ts'
import { describeEvent, onCardFields, playerEventData } from '../player-event.ts'
import { trigger } from '../plugin.ts'
import { on } from '../telling.ts'

// A child that presses twice takes longer.
const samePressMs = 300

export const button = trigger({
  title: 'Button',
  describe:
    'A knob of a player was pressed. On cards of this product back is left and forward is right; on any other card the knob is not known and the names are previous and next. The same button within 300 ms is one press.',
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
    const pressedMs = new Map<unknown, number>()
    context.on('player', match, (event) => {
      const because = describeEvent(event, context.world)
      const nowMs = context.clock.now().getTime()
      const who = event.player ?? event.stream
      const sinceMs = nowMs - (pressedMs.get(who) ?? Number.NEGATIVE_INFINITY)
      // A clock that was set back makes nobody deaf.
      if (sinceMs >= 0 && sinceMs < samePressMs)
        return context.didNotFire(`${because}, ${sinceMs} ms after it was pressed: one press`)
      pressedMs.set(who, nowMs)
      context.fire(playerEventData(event), because)
    })
  },
})
