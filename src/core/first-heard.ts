/** The card of ours that a player was heard to play first, whatever has become of it since. */
export interface FirstHeardCard {
  readonly card_id: string
  /** As it was called then. */
  readonly title: string
  /** The id of the player; null where nobody can say which it was. */
  readonly player: string | null
  /** ISO 8601 with offset. */
  readonly at: string
}

/** Whether players get here, by what they have done. */
export interface HeardSoFar {
  /** Null until a player has played a card of ours. */
  readonly card: FirstHeardCard | null
  /** When a player was first seen to fetch from the address that cards carry now, ISO 8601; null until then. */
  readonly reached_at: string | null
}
