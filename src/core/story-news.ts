/** Something that came to be in a story. */
export interface StoryNews {
  readonly story: string
  readonly player: string | null
  readonly card_id: string | null
  /** What the child did at the question of the scene before; null where it was not asked. */
  readonly choice: 'left' | 'right' | 'silence' | null
  /** Where it was; null at the beginning. */
  readonly from: string | null
  /** The scene that it has come to; null where it is over. */
  readonly scene: string | null
  /** The name of the ending, where it is over. */
  readonly ending: string | null
}
