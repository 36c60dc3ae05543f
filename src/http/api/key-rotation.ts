import { Type } from 'typebox'

/** What became of a rotation of keys. */
export interface KeyRotation {
  /** Every card that carried an old key, ours or made by hand. */
  readonly cards: readonly {
    readonly card_id: string
    readonly title: string
    readonly republished: boolean
    readonly reason?: string
  }[]
  /** Why not all other cards of the account could be looked through for old keys; null when they were. */
  readonly search_failure: string | null
  readonly old_keys_end_at: string | null
}

/** `now`: the old keys have leaked and open nothing from now on. */
export const rotationBody = Type.Object(
  { now: Type.Optional(Type.Boolean()) },
  { additionalProperties: false },
)

/** The answer to whoever asked for new keys; `done` says of what. */
export function rotationAnswer(done: string, { cards, search_failure, old_keys_end_at }: KeyRotation) {
  const published = cards.filter(({ republished }) => republished).length
  const failed = cards.length - published
  const sentences = [
    done,
    ...(published === 0 ? [] : [`${count(published)} published again`]),
    ...(failed === 0 ? [] : [`${count(failed)} not published again yet; that is tried again by itself`]),
    ...(search_failure === null
      ? []
      : [`other cards of the account could not all be looked through for old keys yet (${search_failure})`]),
    old_keys_end_at === null
      ? 'old keys open nothing any more'
      : `old keys work until ${old_keys_end_at} at most, that of a card until a player uses its new one`,
  ]
  return { success: true, message: sentences.join('; '), cards, old_keys_end_at }
}

function count(cards: number): string {
  return cards === 1 ? '1 card was' : `${cards} cards were`
}
