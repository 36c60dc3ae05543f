import { Type } from 'typebox'
import { condition } from '../plugin.ts'
import { playerTarget, thePlayer } from '../target.ts'
import { seen } from '../telling.ts'

export const playing = condition({
  title: 'Playing',
  describe:
    'A player plays now, or with `is` has `paused` or `stopped`: the one that is named, or the one of the rule. Of the one that a rule was started by, the expression `player.playing` tells.',
  examples: ['- playing: kids-room', '- playing: {player: kids-room, is: paused}'],
  options: Type.Object(
    {
      player: playerTarget,
      is: Type.Optional(
        Type.Union([Type.Literal('playing'), Type.Literal('paused'), Type.Literal('stopped')]),
      ),
    },
    { additionalProperties: false },
  ),
  shorthand: 'player',
  explain: ({ player, is = 'playing' }, telling) =>
    `${thePlayer(player, telling)} ${is === 'playing' ? 'plays' : `has ${is}`}`,
  test({ player, is = 'playing' }, world) {
    const id = player === undefined ? undefined : world.playerId(player)
    return id !== undefined && world.player(id)?.playback === is
  },
  saw({ player }, world) {
    const id = player === undefined ? undefined : world.playerId(player)
    const state = id === undefined ? undefined : world.player(id)
    return [seen(`the playback of ${player ?? 'the player'}`, state?.playback)]
  },
})
