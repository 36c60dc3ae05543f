import { tellPlayer } from './tell-player.ts'

export const resume = tellPlayer({
  title: 'Resume',
  describe:
    'Has a player that has paused go on. One that has stopped begins its card again; one without a card refuses.',
  examples: ['- resume: {}', '- resume: kids-room'],
  command: { type: 'play' },
  verb: 'resumes',
})
