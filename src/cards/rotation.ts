import { isoOf } from '../core/clock.ts'
import { isOwnKey, keysOf, type OldKey, type PublishedCard } from './record.ts'

const dayMs = 24 * 60 * 60 * 1000
/** An old key lives at most so long after its rotation. */
export const oldKeyDays = 7
/** The keys of a deleted stream are kept so long. */
export const keptDays = 30

/** The record under a new key. Its old keys live on for a while, or end now. */
export function rotated(
  card: PublishedCard,
  { newKey, now, endNow }: { newKey: string; now: Date; endNow: boolean },
): PublishedCard {
  const lastEnd = isoOf(new Date(now.getTime() + oldKeyDays * dayMs))
  const old_keys = [...card.old_keys, { key: card.key, ends_at: lastEnd }]
  const next = { ...card, key: newKey, old_keys }
  return endNow ? withOldKeysEnded(next, now, () => true) : next
}

/** Whether somebody who comes with this key is let in: it is the record's own, or an old one that has not ended. */
export function opens(card: PublishedCard, key: string, now: Date): boolean {
  if (isForgotten(card, now)) return false
  return card.key === key || livingOldKeys(card, now).some((old) => old.key === key)
}

export function livingOldKeys({ old_keys }: PublishedCard, now: Date): OldKey[] {
  return old_keys.filter(({ ends_at }) => now.getTime() < Date.parse(ends_at))
}

/** When the last of the old keys that still live ends; null when none does. */
export function oldKeysEndAt(cards: readonly PublishedCard[], now: Date): string | null {
  const ends = cards.flatMap((card) => livingOldKeys(card, now)).map(({ ends_at }) => ends_at)
  return ends.sort((one, other) => Date.parse(one) - Date.parse(other)).at(-1) ?? null
}

/** Whether the card in the account may not carry the record's key. */
export function mustBePublished({ card_id, key, carried_key }: PublishedCard): boolean {
  return card_id !== null && carried_key !== key
}

/** The account whose cards are looked through. */
interface Searched {
  readonly simulated: boolean
}

/** Old keys that other cards of the account may carry. */
export function unsearchedKeys(card: PublishedCard, account: Searched): string[] {
  const mark = markOf(card, account)
  return card.old_keys.filter((old) => old[mark] !== true).map(({ key }) => key)
}

/** The record after cards of the account were looked through for its old keys. */
export function withSearch(
  card: PublishedCard,
  account: Searched,
  found: { readonly searched: ReadonlySet<string>; readonly copied: ReadonlySet<string> },
): PublishedCard {
  const mark = markOf(card, account)
  const old_keys = card.old_keys.map((old) => ({
    ...old,
    [mark]: old[mark] === true || found.searched.has(old.key),
    copied: old.copied === true || found.copied.has(old.key),
  }))
  return { ...card, old_keys }
}

/** A stream's own key may stand on cards of both accounts; that of a card is copied within its own. */
function markOf(card: PublishedCard, { simulated }: Searched): 'searched' | 'searched_simulated' {
  return simulated && isOwnKey(card) ? 'searched_simulated' : 'searched'
}

/**
 * The record after its key was used: the card in the child's hand has it, so the old ones end - but for those
 * that another card carried or may carry, which a player may still hold as it was.
 */
export function withKeyUsed(card: PublishedCard, now: Date): PublishedCard {
  if (card.card_id === null || mustBePublished(card)) return card
  const isDone = (old: OldKey) => old.searched === true && old.copied !== true
  return livingOldKeys(card, now).some(isDone) ? withOldKeysEnded(card, now, isDone) : card
}

/** The old keys that may be forgotten: those that ended, once no card can carry them, or long after. */
export function spentKeys(card: PublishedCard, now: Date): string[] {
  const living = new Set(livingOldKeys(card, now))
  const longAgo = new Date(now.getTime() - keptDays * dayMs)
  const isDone = (old: OldKey) => old.searched === true && !mustBePublished(card)
  return card.old_keys
    .filter((old) => !living.has(old) && (isDone(old) || !(Date.parse(old.ends_at) > longAgo.getTime())))
    .map(({ key }) => key)
}

export function withoutKeys(card: PublishedCard, spent: readonly string[]): PublishedCard {
  return { ...card, old_keys: card.old_keys.filter(({ key }) => !spent.includes(key)) }
}

/** Whether its stream was deleted so long ago that its keys open nothing any more. */
export function isForgotten({ stream_deleted_at }: PublishedCard, now: Date): boolean {
  return stream_deleted_at !== null && now.getTime() >= Date.parse(stream_deleted_at) + keptDays * dayMs
}

/** The text with no more than six characters of any of the record's keys. */
export function withoutSecrets(text: string, card: PublishedCard): string {
  return keysOf(card).reduce((rest, key) => rest.replaceAll(key, `${key.slice(0, 6)}…`), text)
}

function withOldKeysEnded(card: PublishedCard, now: Date, which: (old: OldKey) => boolean): PublishedCard {
  const living = new Set(livingOldKeys(card, now))
  const end = (old: OldKey) => (living.has(old) && which(old) ? { ...old, ends_at: isoOf(now) } : old)
  return { ...card, old_keys: card.old_keys.map(end) }
}
