/** Whether this product published a card, the account made it otherwise, or the family has it of somebody else. */
export const owners = ['ours', 'own', 'family'] as const

export type Owner = (typeof owners)[number]

/** A card of the account as people know it. No address of audio is ever in it: such addresses are signed. */
export interface AccountCardView {
  readonly card_id: string
  readonly title: string
  readonly author: string | null
  readonly description: string | null
  readonly cover_url: string | null
  /** When it was last changed, in Yoto's words. */
  readonly updated_at: string | null
  /** Whether its tracks say where the knobs lead. */
  readonly interactive: boolean
  readonly chapters: readonly AccountChapterView[]
}

export interface AccountChapterView {
  readonly key: string
  readonly title: string
  /** As Yoto has it: `yoto:#<id>`, or an address. */
  readonly icon: string | null
  readonly seconds: number | null
  readonly tracks: readonly AccountTrackView[]
}

export interface AccountTrackView {
  readonly key: string
  readonly title: string
  readonly kind: 'streamed' | 'uploaded'
  /** Null where nobody says: streams have no length. */
  readonly seconds: number | null
  readonly hidden: boolean
}

/** What is to be another on a card; absent leaves it as it is. */
export interface AccountCardChange {
  readonly title?: string
  readonly author?: string
  readonly description?: string
  readonly cover_url?: string
  /** By their keys. */
  readonly chapters?: readonly AccountChapterChange[]
}

interface AccountChapterChange {
  readonly key: string
  readonly title?: string
  /** The id of a picture of 16×16 in the account, with `yoto:#` before it or without. */
  readonly icon?: string
}
