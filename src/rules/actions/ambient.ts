import { Type } from 'typebox'
import type { PlayerCommand } from '../../core/effect.ts'
import { AppError } from '../../core/error.ts'
import { action } from '../plugin.ts'
import { playerTarget, targetPlayer, thePlayer } from '../target.ts'
import { inWords } from '../telling.ts'

const light = Type.String({
  pattern: '^(#[0-9A-Fa-f]{6}|off)$',
  expected: 'a colour such as "#300000", or off',
})

const noLight = '`ambient` says no light: give it `color`, `day` or `night`'

const options = Type.Object(
  {
    color: Type.Optional(light),
    day: Type.Optional(light),
    night: Type.Optional(light),
    player: playerTarget,
  },
  { additionalProperties: false },
)

export const ambient = action({
  title: 'Ambient light',
  describe:
    'Lights the night-light of a player: `color` now, until the player has another reason to change it; `day` and `night` set what it has by day and by night from then on. A colour stands in quotes, because YAML takes # for a comment.',
  examples: [
    '- ambient: "#300000"',
    '- ambient: {color: off, player: kids-room}',
    '- ambient: {day: off, night: "#200800"}',
  ],
  options,
  shorthand: 'color',
  needs: 'light',
  explain({ color, day, night, player }, telling) {
    const light = (color: string) => (color === 'off' ? 'off' : `on in ${color}`)
    const lights = [
      ...(color === undefined ? [] : [`${light(color)} now`]),
      ...(day === undefined ? [] : [`${light(day)} by day`]),
      ...(night === undefined ? [] : [`${light(night)} by night`]),
    ]
    return `turns the light of ${thePlayer(player, telling)} ${inWords(lights, 'and')}`
  },
  check: (options) =>
    commandsOf(options).length > 0
      ? []
      : [{ level: 'error', code: 'key/missing', message: noLight, help: 'as in `ambient: "#300000"`' }],
  async run(context) {
    const commands = commandsOf(context.options)
    if (commands.length === 0) throw new AppError('invalid', noLight)
    const { id } = targetPlayer(context)
    for (const command of commands) await context.effect({ kind: 'command', player: id, command })
  },
})

interface Lights {
  readonly color?: string
  readonly day?: string
  readonly night?: string
}

function commandsOf({ color, day, night }: Lights): PlayerCommand[] {
  const settings = {
    ...(day === undefined ? {} : { ambient_day: day.toLowerCase() }),
    ...(night === undefined ? {} : { ambient_night: night.toLowerCase() }),
  }
  return [
    ...(color === undefined ? [] : [{ type: 'nightlight', light: color.toLowerCase() } as const]),
    ...(Object.keys(settings).length === 0 ? [] : [{ type: 'settings', settings } as const]),
  ]
}
