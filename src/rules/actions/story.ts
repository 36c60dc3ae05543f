import { type Static, Type } from 'typebox'
import { AppError } from '../../core/error.ts'
import { action } from '../plugin.ts'
import { playerTarget, targetPlayer, thePlayer } from '../target.ts'

const name = Type.String({ minLength: 1, maxLength: 60 })

const options = Type.Object(
  {
    start: Type.Optional(name),
    resume: Type.Optional(name),
    end: Type.Optional(name),
    scene: Type.Optional(name),
    player: playerTarget,
  },
  { additionalProperties: false },
)

const deeds = ['start', 'resume', 'end'] as const

export const story = action({
  title: 'Story',
  describe:
    'Has a player play the card of a story: `start` from its beginning, or from another `scene` with everything as it is at the start; `resume` where the child was. `end` stops the player that plays it, and the story is over. The story needs a card that the player may play.',
  examples: [
    '- story: {start: lighthouse}',
    '- story: {start: lighthouse, scene: lamp, player: kids-room}',
    '- story: {resume: lighthouse}',
    '- story: {end: lighthouse}',
  ],
  options,
  references: (wanted) =>
    deeds.flatMap((how) => {
      const named = wanted[how]
      if (named === undefined) return []
      return [
        {
          kind: 'story',
          name: named,
          ...(wanted.scene === undefined ? {} : { scene: wanted.scene }),
        } as const,
      ]
    }),
  explain(wanted, telling) {
    const { how, story: named } = wishOf(wanted)
    const where = thePlayer(wanted.player, telling)
    const from = wanted.scene === undefined ? '' : ` from the scene ${wanted.scene}`
    const does = { start: 'plays', resume: 'goes on with', end: 'ends' }[how]
    return `${does} the story ${named}${from} on ${where}`
  },
  async run(context) {
    const { scene } = context.options
    const { id } = targetPlayer(context)
    const wish = { kind: 'tell-story', player: id, ...wishOf(context.options) } as const
    await context.effect(scene === undefined ? wish : { ...wish, scene })
  },
})

function wishOf(wanted: Static<typeof options>): { how: (typeof deeds)[number]; story: string } {
  const wishes = deeds.flatMap((how) => {
    const story = wanted[how]
    return story === undefined ? [] : [{ how, story }]
  })
  const [wish, another] = wishes
  if (wish === undefined || another !== undefined)
    throw new AppError('invalid', 'name one story, behind `start`, `resume` or `end`')
  if (wanted.scene !== undefined && wish.how !== 'start')
    throw new AppError('invalid', '`scene` goes with `start`: it is where the story begins then')
  return wish
}
