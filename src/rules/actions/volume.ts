import { Type } from 'typebox'
import { AppError } from '../../core/error.ts'
import { volumeCapOf } from '../../core/player.ts'
import { duration, durationMs } from '../../language/duration.ts'
import { lengthInWords } from '../moments/wording.ts'
import { action } from '../plugin.ts'
import { lastingTarget, playerTarget, targetPlayer, thePlayer } from '../target.ts'
import { type LastingHands, stepVolume, unheard } from './volume-steps.ts'

const loudest = 16

export const volumeStep = Type.Integer({ minimum: 0, maximum: loudest })

// Before the plain step, for `+1` is a number too. Editors take it for one.
const stepBy = Type.String({ pattern: '^[+-]0*([0-9]|1[0-6])$', minimum: -loudest, maximum: loudest })
const computed = Type.String({ pattern: '^\\s*\\$\\{[^]*\\}\\s*$' })

export const volume = action({
  title: 'Volume',
  describe:
    'Sets how loud a player is, in its own steps of 0 to 16, or makes it louder or quieter by some of them: never louder than the player itself or the slot of its stream allows. With `over` one step after the other, evenly over that time; it ends where somebody sets the volume meanwhile.',
  examples: [
    '- volume: 4',
    '- volume: +1',
    '- volume: {to: 3, over: 15m}',
    '- volume: {to: 6, player: kids-room}',
    `- volume: "\${player.battery > 20 ? 6 : 3}"`,
  ],
  options: Type.Object(
    {
      to: Type.Union([stepBy, volumeStep, computed], {
        expected: `a whole number 0-16, a step such as +1 or -1, or what is worked out: "\${ … }"`,
      }),
      over: Type.Optional(duration),
      player: playerTarget,
    },
    { additionalProperties: false },
  ),
  shorthand: 'to',
  texts: ['to'],
  explain: ({ to, over, player }, telling) =>
    `${over !== undefined ? 'takes' : isStep(to) ? 'turns' : 'sets'} the volume of ${thePlayer(player, telling)} ${wayTo(to)}${over === undefined ? '' : ` step by step over ${lengthInWords(durationMs(over))}`}`,
  async run(context) {
    const { to: wished, over } = context.options
    if (over === undefined) {
      const { id } = targetPlayer(context)
      const step = await stepFor(wished, id, context)
      return context.effect({ kind: 'command', player: id, command: { type: 'volume-step', step } })
    }
    const { id, name } = await lastingTarget(context)
    const to = await stepFor(wished, id, context)
    const why = await stepVolume(context, { player: id, to, overMs: durationMs(over) })
    if (why === null) return
    const message = `the volume of ${name} is not taken to ${to}: ${why}`
    await context.effect({ kind: 'log', message })
  },
})

/** "to 4", "up by 1". */
function wayTo(to: number | string): string {
  if (isStep(to)) return `${to.startsWith('+') ? 'up' : 'down'} by ${to.slice(1)}`
  const [, expression] = /^\$\{([^{}]+)\}$/.exec(String(to)) ?? []
  return expression === undefined ? `to ${to}` : `to what \`${expression.trim()}\` comes to`
}

/** Whether it says how far up or down from where it is. */
function isStep(to: number | string): to is string {
  return /^[+-]\d+$/.test(String(to))
}

/**
 * The step that is meant, as the player is now: never above its cap where it is made louder.
 * @throws AppError `invalid` where what was worked out is no number, `conflict` where the player has not said how loud it is.
 */
async function stepFor(
  wished: number | string,
  id: string,
  { world, recorded }: Pick<LastingHands, 'world' | 'recorded'>,
): Promise<number> {
  const text = String(wished).trim()
  const number = text === '' ? Number.NaN : Math.round(Number(text))
  if (Number.isNaN(number))
    throw new AppError('invalid', `a volume is a number from 0 to 16, not "${text.slice(0, 40)}"`)
  if (!/^[+-]/.test(text)) return Math.min(number, loudest)
  const now = await recorded(() => {
    const player = world.player(id)
    return player === undefined ? null : { step: player.volume_step, cap: volumeCapOf(player) }
  })
  if (now === null || now.step === null) throw unheard(world, id)
  return Math.max(0, Math.min(now.step + number, now.cap ?? loudest))
}
