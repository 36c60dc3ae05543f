import type { StoryNews } from '../../core/story-news.ts'
import { withoutPlace } from './session.ts'
import type { Reached, Session } from './sessions.ts'

/** What is to be told of a step; null where whoever goes back to where it was, or hears the same again, has done nothing. */
export function newsOf(
  { story, player, card_id }: Pick<Session, 'story' | 'player' | 'card_id'>,
  before: Reached | null,
  after: Reached | null,
): StoryNews | null {
  if (after !== null && !isStepFrom(before, after)) return null
  if (after?.point.stop.part === 'question') return null
  if (after !== null) after.isTold = true
  const came = after?.from === null ? null : before
  const exit = came?.point.stop.passage.scene.exit
  const isAsked = exit?.kind === 'question' && came?.point.stop.part !== 'narration'
  return {
    ...{ story, player, card_id },
    choice: isAsked && after?.edge !== undefined ? choiceBy[after.edge] : null,
    from: came?.point.stop.passage.scene.id ?? null,
    scene: after?.point.stop.passage.scene.id ?? null,
    ending: after === null && exit?.kind === 'ending' ? exit.name : null,
  }
}

/** Whether it has begun anew, or has gone on from there; not back to a beginning that was told. */
function isStepFrom(before: Reached | null, after: Reached): boolean {
  if (after.from === null) return after.isTold !== true
  return (
    after.from !== undefined && before !== null && withoutPlace(after.from) === withoutPlace(before.point.id)
  )
}

const choiceBy = { left: 'left', right: 'right', end: 'silence' } as const
