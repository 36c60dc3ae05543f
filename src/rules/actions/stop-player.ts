import { tellPlayer } from './tell-player.ts'

export const stopPlayer = tellPlayer({
  title: 'Stop a player',
  describe:
    'Has a player stop: it forgets its card until that is put in again. `pause` lets it go on. `stop`, which is no action of a player, ends the run of the rule.',
  examples: ['- stop_player: {}', '- stop_player: kids-room'],
  command: { type: 'stop' },
  verb: 'stops',
})
