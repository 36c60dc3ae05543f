/** Something that the card in the account has otherwise than it should be. */
export interface CardDifference {
  /** Where in the account's document: `content.chapters[2].title`. */
  readonly path: string
  /** What stands there, and what would: JSON, shortened; null where nothing does. */
  readonly account: string | null
  readonly here: string | null
}
