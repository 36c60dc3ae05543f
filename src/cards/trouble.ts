import { isOwnKey, type PublishedCard } from './record.ts'
import { livingOldKeys, mustBePublished, oldKeysEndAt, unsearchedKeys } from './rotation.ts'

interface Trouble {
  /** The same for the same trouble, whatever its text; published, so it never changes and has no key in it. */
  readonly name: string
  readonly text: string
}

interface Circumstances {
  readonly now: Date
  /** Why the account did not take the card the last time it was asked; null when it did, or was not asked yet. */
  readonly refusal: string | null
  /** Why not all other cards of the account could be looked through for old keys. */
  readonly searchFailure: string | null
  /** Whether the account in use is the simulated one. */
  readonly simulated: boolean
}

/** What is wrong with a card and needs a person, with the way out. */
export function troublesOf(card: PublishedCard, circumstances: Circumstances): Trouble[] {
  const name = card.card_id === null ? `stream/${card.stream ?? card.title}` : `card/${card.card_id}`
  const texts = {
    distrusted: distrust(card),
    outdated: outdated(card, circumstances),
    copies: copies(card, circumstances),
  }
  return Object.entries(texts).flatMap(([what, text]) =>
    text === null ? [] : [{ name: `${name}/${what}`, text }],
  )
}

function distrust({ title, card_id, distrusted }: PublishedCard): string | null {
  if (distrusted === null) return null
  return `card "${title}": ${distrusted}; to undo: PUT /api/cards/${card_id} {"confirm":"request"}`
}

function outdated(card: PublishedCard, { now, refusal }: Circumstances): string | null {
  if (!mustBePublished(card) || refusal === null) return null
  return `card "${card.title}" (${card.card_id}) ${meanwhile(card, now)}: ${refusal}; ${wayOut}`
}

function meanwhile(card: PublishedCard, now: Date): string {
  const { old_keys, carried_key } = card
  if (old_keys.length === 0) return 'may differ from what is shown here until it could be published again'
  const carried = livingOldKeys(card, now).filter(({ key }) => carried_key === null || carried_key === key)
  const end = carried.at(-1)?.ends_at
  if (end === undefined) return 'is silent until it could be published again with its new key'
  return `still carries an old key, which works until ${spoken(end)}`
}

function copies(card: PublishedCard, { now, searchFailure, simulated }: Circumstances): string | null {
  if (unsearchedKeys(card, { simulated }).length === 0 || searchFailure === null) return null
  const whose = isOwnKey(card) ? `the address of stream "${card.stream}"` : `the key of card "${card.title}"`
  const end = oldKeysEndAt([card], now)
  const old = end === null ? 'are silent until they have' : `work until ${spoken(end)} unless they get`
  return `${whose} is new, and other cards of the account that carry the old one ${old} the new one: ${searchFailure}; ${wayOut}`
}

const wayOut =
  'tried again every hour, and at once when the Yoto account is signed in again, so see that it is'

/** `2026-11-28 10:00 UTC` */
function spoken(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC`
}
