import { Type } from 'typebox'
import { condition } from '../plugin.ts'
import { playerTarget, thePlayer } from '../target.ts'
import { seen } from '../telling.ts'

export const card = condition({
  title: 'Card',
  describe:
    'A player has that card, any card (`any`) or none (`none`): the one that is named, or the one of the rule. Of the one that a rule was started by, the expression `player.card` tells.',
  examples: ['- card: {is: 7JtVV, player: kids-room}', '- card: {is: none, player: kids-room}'],
  options: Type.Object(
    {
      is: Type.String({
        pattern: '^([A-Za-z0-9]{5}|any|none)$',
        expected: 'a card id of five letters and digits, any or none',
      }),
      player: playerTarget,
    },
    { additionalProperties: false },
  ),
  shorthand: 'is',
  explain({ is, player }, telling) {
    const what = is === 'any' ? 'a card' : is === 'none' ? 'no card' : `the card ${is}`
    return `${thePlayer(player, telling)} has ${what}`
  },
  test({ is, player }, world) {
    const id = player === undefined ? undefined : world.playerId(player)
    const state = id === undefined ? undefined : world.player(id)
    // Of a player that nobody knows nothing holds.
    if (state === undefined) return false
    if (is === 'any') return state.card_id !== null
    return state.card_id === (is === 'none' ? null : is)
  },
  saw({ player }, world) {
    const id = player === undefined ? undefined : world.playerId(player)
    const state = id === undefined ? undefined : world.player(id)
    return [
      seen(`the card in ${player ?? 'the player'}`, state === undefined ? undefined : (state.card_id ?? '')),
    ]
  },
})
