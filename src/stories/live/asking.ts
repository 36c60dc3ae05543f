import { messageOf } from '../../core/error.ts'
import type { Values } from '../../language/expression/environment.ts'
import { type CompiledStory, inHouse } from '../compiled.ts'

/** Who asks the house, and for what. */
export interface HouseQuestion {
  /** The id of the player that tells the story; null where nobody can tell. */
  readonly player: string | null
  /** As expressions write them. */
  readonly names: readonly string[]
}

/** The house as live stories ask it. */
export interface HouseGround {
  /** What these stand for now; without it nothing of the house is known. */
  readonly house?: (question: HouseQuestion) => Values
  /** Something had no answer, so that a condition did not hold or a var stays what it was. */
  readonly unanswered?: (story: string, told: { readonly asked: string; readonly why: string }) => void
}

/** The story as it can be asked at this moment; all that one step asks, it asks of the same moment. */
export function askedNow(
  compiled: CompiledStory,
  { player }: Pick<HouseQuestion, 'player'>,
  { house, unanswered }: HouseGround,
): CompiledStory {
  const { id, asks } = compiled.story
  if (asks === undefined) return compiled
  const tell = (asked: string, why: string) => unanswered?.(id, { asked, why })
  const names = Object.keys(asks)
  try {
    return inHouse(compiled, { values: house?.({ player, names }) ?? {}, unanswered: tell })
  } catch (error) {
    // A child waits for what comes next.
    tell(names.join(', '), messageOf(error))
    return compiled
  }
}
