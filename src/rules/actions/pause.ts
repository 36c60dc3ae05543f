import { tellPlayer } from './tell-player.ts'

export const pause = tellPlayer({
  title: 'Pause',
  describe:
    'Has a player pause: the one that is named, the one of the rule, or the one it happened on. A press on the player, or `resume`, goes on from there.',
  examples: ['- pause: {}', '- pause: kids-room'],
  command: { type: 'pause' },
  verb: 'pauses',
})
