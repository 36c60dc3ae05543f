import { Type } from 'typebox'
import type { PlayerCommand } from '../../core/effect.ts'
import { durationMs, durationUpToADay } from '../../language/duration.ts'
import { lengthInWords } from '../moments/wording.ts'
import { action } from '../plugin.ts'
import { playerTarget, targetPlayer, thePlayer } from '../target.ts'

const ends = ['track', 'chapter'] as const
const to = Type.Union([...[...ends, 'off' as const].map((word) => Type.Literal(word)), durationUpToADay], {
  expected: 'a length of time from a minute to a day such as "20m", track, chapter or off',
})

export const sleepTimer = action({
  title: 'Sleep timer',
  describe:
    'Sets the sleep timer of a player: it stops after that time, or with the `track` or the `chapter` that it plays. `off` ends the timer.',
  examples: ['- sleep_timer: 20m', '- sleep_timer: track', '- sleep_timer: {to: off, player: kids-room}'],
  options: Type.Object({ to, player: playerTarget }, { additionalProperties: false }),
  shorthand: 'to',
  explain({ to, player }, telling) {
    const whose = `the sleep timer of ${thePlayer(player, telling)}`
    if (to === 'off') return `ends ${whose}`
    const when = to === 'track' || to === 'chapter' ? `the end of the ${to}` : lengthInWords(durationMs(to))
    return `sets ${whose} to ${when}`
  },
  run: (context) =>
    context.effect({
      kind: 'command',
      player: targetPlayer(context).id,
      command: commandFor(context.options.to),
    }),
})

function commandFor(to: string): PlayerCommand {
  const end = ends.find((word) => word === to)
  if (end !== undefined) return { type: 'sleep-timer', until: end }
  return { type: 'sleep-timer', seconds: durationMs(to) / 1000 }
}
