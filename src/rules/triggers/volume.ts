import { Type } from 'typebox'
import { playerEventData, playerEventFields } from '../player-event.ts'
import { type RuleEvent, trigger } from '../plugin.ts'
import { inWords, on } from '../telling.ts'

const step = Type.Integer({ minimum: 0, maximum: 16 })

const options = Type.Object(
  {
    is: Type.Optional(Type.Literal('changed')),
    above: Type.Optional(step),
    below: Type.Optional(step),
    by: Type.Optional(Type.Union([Type.Literal('hand'), Type.Literal('command')])),
    player: Type.Optional(Type.String({ minLength: 1 })),
  },
  { additionalProperties: false, minProperties: 1 },
)

export const volume = trigger({
  title: 'Volume',
  describe:
    'The volume of a player, in its steps of 0 to 16, has `changed`, has risen `above` a step or fallen `below` one. With `by: hand` only where nobody told it to, with `by: command` only where a rule, the panel or Home Assistant did. What a limit does is no change.',
  examples: [
    '- volume: changed',
    '- volume: {above: 10}',
    '- volume: {below: 3, by: hand, player: kids-room}',
  ],
  options,
  shorthand: 'is',
  explain({ is, above, below, by, player }, telling) {
    const what = [
      ...(is === undefined ? [] : ['is changed']),
      ...(above === undefined ? [] : [`rises above ${above}`]),
      ...(below === undefined ? [] : [`falls below ${below}`]),
    ]
    const cause = by === undefined ? '' : by === 'hand' ? ' by hand' : ' by a command'
    return `the volume ${inWords(what, 'or')}${cause}${on({ player }, telling)}`
  },
  provides: {
    ...playerEventFields,
    volume_step: { type: 'number', range: [0, 16] },
    volume_percent: { type: 'number', range: [0, 100] },
  },
  start(context) {
    const { is, above, below, by, player } = context.options
    const named = player === undefined ? {} : { player }
    const tell = (event: RuleEvent, what: string) => {
      const isCommanded = event.commanded === true
      const who = typeof event.player === 'string' ? context.world.player(event.player)?.name : undefined
      const because = `the volume ${what}${who === undefined ? '' : ` on ${who}`}, ${isCommanded ? 'by a command' : 'by hand'}`
      if (by !== undefined && isCommanded !== (by === 'command')) context.didNotFire(because)
      else context.fire(playerEventData({ ...event, type: 'volume_changed' }), because)
    }
    if (is !== undefined)
      context.on('player', { type: 'volume_changed', ...named }, (event) =>
        tell(event, `is ${event.volume_step}`),
      )
    if (above === undefined && below === undefined) return
    context.on('player', { type: 'volume_level', ...named }, (event) => {
      const { volume_step: now, before } = event
      if (typeof now !== 'number' || typeof before !== 'number') return
      if (above !== undefined && now > above && before <= above) tell(event, `is ${now}, above ${above}`)
      if (below !== undefined && now < below && before >= below) tell(event, `is ${now}, below ${below}`)
    })
  },
})
