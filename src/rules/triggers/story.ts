import { Type } from 'typebox'
import { playerEventData, playerEventFields } from '../player-event.ts'
import { trigger } from '../plugin.ts'
import { on } from '../telling.ts'

const eventTypeOf = {
  started: 'story_started',
  reached: 'story_reached',
  choice: 'story_choice',
  ended: 'story_ended',
} as const

type Word = keyof typeof eventTypeOf
const words = Object.keys(eventTypeOf) as Word[]

const happens: Readonly<Record<Word, string>> = {
  started: 'begins',
  reached: 'comes to a scene',
  choice: 'is answered',
  ended: 'has come to its end',
}

const name = Type.String({ minLength: 1, maxLength: 60 })

export const story = trigger({
  title: 'Story',
  describe:
    'A story on a card of ours was `started`, has `reached` a scene, was answered at a question (`choice`: `left`, `right`, or `silence` where nobody pressed), or has `ended`.',
  examples: [
    '- story: ended',
    '- story: {is: reached, story: lighthouse, scene: lamp}',
    '- story: {is: choice, story: lighthouse, choice: left}',
    '- story: {is: ended, ending: song, player: kids-room}',
  ],
  options: Type.Object(
    {
      is: Type.Union(words.map((word) => Type.Literal(word))),
      story: Type.Optional(name),
      /** That is come to; of a choice, the one that asked. */
      scene: Type.Optional(name),
      choice: Type.Optional(
        Type.Union([Type.Literal('left'), Type.Literal('right'), Type.Literal('silence')]),
      ),
      ending: Type.Optional(name),
      player: Type.Optional(Type.String({ minLength: 1 })),
    },
    { additionalProperties: false },
  ),
  shorthand: 'is',
  references: ({ story: named, scene }) =>
    named === undefined ? [] : [{ kind: 'story', name: named, ...(scene === undefined ? {} : { scene }) }],
  explain({ is, story: named, scene, choice, ending, player }, telling) {
    const which = named === undefined ? 'a story' : `the story ${named}`
    const details = [
      ...(scene === undefined ? [] : [`scene ${scene}`]),
      ...(choice === undefined ? [] : [`answer ${choice}`]),
      ...(ending === undefined ? [] : [`ending ${ending}`]),
    ]
    const detail = details.length === 0 ? '' : ` (${details.join(', ')})`
    const where =
      player === undefined && telling.player === null ? '' : on({ player }, { ...telling, stream: null })
    return `${which} ${happens[is]}${detail}${where}`
  },
  provides: {
    ...playerEventFields,
    story: 'text',
    scene: 'text',
    choice: 'text',
    leads_to: 'text',
    ending: 'text',
  },
  start(context) {
    const { is, ...wanted } = context.options
    const match = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined))
    context.on('player', { type: eventTypeOf[is], ...match }, (event) => {
      const who = typeof event.player === 'string' ? context.world.player(event.player)?.name : undefined
      const by = who === undefined ? '' : ` on ${who}`
      context.fire(playerEventData(event), `story "${event.story}" ${happens[is]}${by}`)
    })
  },
})
