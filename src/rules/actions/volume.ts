import { Type } from 'typebox'
import { duration, durationMs } from '../../language/duration.ts'
import { lengthInWords } from '../moments/wording.ts'
import { action } from '../plugin.ts'
import { lastingTarget, playerTarget, targetPlayer, thePlayer } from '../target.ts'
import { stepVolume } from './volume-steps.ts'

export const volumeStep = Type.Integer({ minimum: 0, maximum: 16 })

export const volume = action({
  title: 'Volume',
  describe:
    'Sets how loud a player is, in its own steps of 0 to 16: never louder than the player itself or the slot of its stream allows. With `over` one step after the other, evenly over that time; it ends where somebody sets the volume meanwhile.',
  examples: ['- volume: 4', '- volume: {to: 3, over: 15m}', '- volume: {to: 6, player: kids-room}'],
  options: Type.Object(
    { to: volumeStep, over: Type.Optional(duration), player: playerTarget },
    { additionalProperties: false },
  ),
  shorthand: 'to',
  explain: ({ to, over, player }, telling) =>
    `${over === undefined ? 'sets' : 'takes'} the volume of ${thePlayer(player, telling)} to ${to}${over === undefined ? '' : ` step by step over ${lengthInWords(durationMs(over))}`}`,
  async run(context) {
    const { to, over } = context.options
    if (over === undefined) {
      const { id } = targetPlayer(context)
      return context.effect({ kind: 'command', player: id, command: { type: 'volume-step', step: to } })
    }
    const { id, name } = await lastingTarget(context)
    const why = await stepVolume(context, { player: id, to, overMs: durationMs(over) })
    if (why === null) return
    const message = `the volume of ${name} is not taken to ${to}: ${why}`
    await context.effect({ kind: 'log', message })
  },
})
