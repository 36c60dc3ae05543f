import type { PublishedCards } from '../cards/published.ts'
import { type PublishedCard, streamsOfCard } from '../cards/record.ts'
import { isPlaceKnown, streamAt, streamsPossibleAt } from '../core/card-streams.ts'
import type { PlayerState } from '../core/player.ts'

/** What tells which stream a player hears. */
export interface HearingGround {
  readonly cards: Pick<PublishedCards, 'byCard'>
  /** The stream that plays where another is asked for. */
  readonly streamFor: (stream: string, player: string) => string
}

/** A player with a card in it, as far as it tells what is heard of that. */
export type Hearing = Pick<PlayerState, 'id' | 'card_id' | 'chapter_key'>

/** The stream that the player's card has it hear, with that card; null where it is none of ours, or plays none there. */
export function heardStream(
  player: Hearing,
  { cards, streamFor }: HearingGround,
): { readonly card: PublishedCard; readonly stream: string } | null {
  const card = player.card_id === null ? undefined : cards.byCard(player.card_id)
  const asked = card === undefined ? null : streamAt(streamsOfCard(card), player.chapter_key)
  return card === undefined || asked === null ? null : { card, stream: streamFor(asked, player.id) }
}

/** The streams that the player may hear by its card: all of the card's where nobody knows at which chapter it is. */
export function possiblyHeard(player: Hearing, { cards, streamFor }: HearingGround): readonly string[] {
  const card = player.card_id === null ? undefined : cards.byCard(player.card_id)
  const asked = card === undefined ? [] : streamsPossibleAt(streamsOfCard(card), player.chapter_key)
  return asked.map((stream) => streamFor(stream, player.id))
}

/** Whether nobody has to guess which stream of its card the player hears. */
export function isHeardKnown(player: Hearing, { cards }: Pick<HearingGround, 'cards'>): boolean {
  const card = player.card_id === null ? undefined : cards.byCard(player.card_id)
  return card === undefined || isPlaceKnown(streamsOfCard(card), player.chapter_key)
}
