import { type Static, Type } from 'typebox'
import { AppError } from '../../core/error.ts'
import { durationMs } from '../../language/duration.ts'
import { action } from '../plugin.ts'
import { playerTarget, targetPlayer, thePlayer } from '../target.ts'

/**
 * A card by its id, or by the address that Home Assistant's own Yoto integration has for it: `yoto://card/<card>`, with
 * `/<chapter>` and `/<track>` behind it; its first releases left `card/` out (home-assistant.io/integrations/yoto).
 */
const addressPattern = '^(yoto://(card/)?)?[A-Za-z0-9]{5}(/[A-Za-z0-9_.~-]{1,64}){0,2}$'
const key = Type.String({ minLength: 1, maxLength: 64 })

const options = Type.Object(
  {
    start: Type.String({
      pattern: addressPattern,
      expected: 'a card id of five letters and digits, or an address such as "yoto://card/7JtVV/01"',
    }),
    chapter: Type.Optional(key),
    track: Type.Optional(key),
    at: Type.Optional(
      Type.String({ pattern: '^(0|[1-9][0-9]{0,4})[smh]$', expected: 'a length of time such as "90s"' }),
    ),
    player: playerTarget,
  },
  { additionalProperties: false },
)

type CardOptions = Static<typeof options>

export const startCard = action({
  title: 'Card',
  describe:
    'Has a player play a card as if it were put in; with `chapter` and `track` from there on, with `at` so far into it. The card is named by its id, or by the `yoto://` address that the Yoto integration of Home Assistant has for it.',
  examples: [
    '- card: 7JtVV',
    '- card: yoto://card/7JtVV/01',
    '- card: {start: 7JtVV, chapter: "03", at: 90s, player: kids-room}',
  ],
  options,
  shorthand: 'start',
  explain(options, telling) {
    const { card_id, chapter_key, track_key } = placeOf(options)
    const place = [
      ...(chapter_key === undefined ? [] : [`chapter ${chapter_key}`]),
      ...(track_key === undefined ? [] : [`track ${track_key}`]),
    ]
    const from = place.length === 0 ? '' : ` from ${place.join(', ')}`
    return `plays the card ${card_id}${from} on ${thePlayer(options.player, telling)}`
  },
  run(context) {
    const { options } = context
    const { at } = options
    const command = {
      type: 'card',
      ...placeOf(options),
      ...(at === undefined ? {} : { seconds_in: durationMs(at) / 1000 }),
    } as const
    return context.effect({ kind: 'command', player: targetPlayer(context).id, command })
  },
})

/** Where it begins. @throws AppError `invalid` where the address and the options name two places. */
function placeOf({ start, chapter, track }: CardOptions) {
  const [card_id = '', inChapter, inTrack] = start.replace(/^yoto:\/\/(card\/)?/, '').split('/')
  if ((inChapter !== undefined && chapter !== undefined) || (inTrack !== undefined && track !== undefined))
    throw new AppError('invalid', '`card` names its chapter or track twice: in its address, and beside it')
  const chapter_key = chapter ?? inChapter
  const track_key = track ?? inTrack
  return {
    card_id,
    ...(chapter_key === undefined ? {} : { chapter_key }),
    ...(track_key === undefined ? {} : { track_key }),
  }
}
