import type { CardPlan } from '../core/card-plan.ts'

/** A card that the account was asked for and did not answer, as it can be told among those that are there. */
export interface SoughtCard {
  /** What was sent. */
  readonly plan: CardPlan
  readonly key: string
  /** Cards that were there before, or are known: none of these is the one that was asked for. */
  readonly others: ReadonlySet<string>
}

/** Whether one of its addresses holds the key, which nobody else knows. What plays elsewhere alone holds none. */
export function carriesKey({ chapters }: CardPlan, key: string): boolean {
  return chapters.some(({ tracks }) => tracks.some(({ url }) => url?.includes(`/${key}/`)))
}
