import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import type { Copy } from './copies.ts'
import { keysOf, type PublishedCard } from './record.ts'
import type { Republishing } from './republishing.ts'
import { mustBePublished, oldKeysEndAt, rotated, unsearchedKeys } from './rotation.ts'
import type { StoredCards } from './stored-cards.ts'

/** What became of a rotation. */
export interface Rotation {
  readonly cards: readonly RotatedCard[]
  /** Why not all other cards of the account could be looked through for old keys; null when they were. */
  readonly search_failure: string | null
  /** When the last of the old keys ends at the latest; null when none opens anything any more. */
  readonly old_keys_end_at: string | null
}

/** A card that carried an old key: one of ours, or one that somebody made by hand. */
export interface RotatedCard {
  readonly card_id: string
  readonly title: string
  readonly republished: boolean
  /** Why it was not. */
  readonly reason?: string
}

interface RotationInput {
  readonly stored: StoredCards
  /** Whose keys are rotated. */
  readonly fits: (card: PublishedCard) => boolean
  /** Old keys end at once. */
  readonly endNow: boolean
  readonly newKey: () => string
  /** Publishes what is owed to the account; never rejects. */
  readonly settle: (found: (copy: Copy) => void) => Promise<void>
  readonly republishing: Pick<Republishing, 'refusalOf' | 'searchFailure' | 'withoutKeys'>
  readonly clock: Clock
  readonly log: Log
}

// Whoever rotates a key waits so long for the account; what takes longer goes on all the same.
const patienceMs = 15_000
const notYet = 'the account has not answered yet'
const away =
  'it is a card of the family, whose account is not in use while players are simulated: it gets its new key when that is, and is silent from the end of the old one until then'

/**
 * Gives records new keys, in the store first, and has the cards that carry the old ones published again.
 * @throws AppError of the store.
 */
export async function rotateKeys(input: RotationInput): Promise<Rotation> {
  const { stored, fits, endNow, newKey, clock, log } = input
  await stored.changeAll(fits, (card) => {
    const next = rotated(card, { newKey: newKey(), now: clock.now(), endNow })
    const { card_id, stream } = card
    log.info('a key was rotated', { card: card_id, stream, key: next.key.slice(0, 6), endNow })
    return next
  })
  const copies: Copy[] = []
  await settleInTime(input, (copy) => copies.push(copy))
  const cards = stored.inUse().filter(fits)
  const keys = new Set(cards.flatMap(keysOf))
  const ofThese = copies.filter((copy) => [...copy.keys].some((key) => keys.has(key)))
  const isSearched = cards.every((card) => unsearchedKeys(card, stored).length === 0)
  return {
    cards: [
      ...cards.flatMap((card) => outcomeOf(card, input)),
      ...stored.familysAway().filter(fits).flatMap(awayOutcome),
      ...ofThese.map((copy) => copyOutcome(copy, input)),
    ],
    search_failure: isSearched ? null : (input.republishing.searchFailure() ?? notYet),
    old_keys_end_at: oldKeysEndAt(stored.all().filter(fits), clock.now()),
  }
}

async function settleInTime({ settle, clock }: RotationInput, found: (copy: Copy) => void): Promise<void> {
  const enough = new AbortController()
  const patience = clock.sleep(patienceMs, enough.signal).catch(() => undefined)
  await Promise.race([settle(found), patience])
  enough.abort()
}

function outcomeOf(card: PublishedCard, { republishing }: RotationInput): RotatedCard[] {
  const { card_id, title } = card
  if (card_id === null) return []
  const reason = republishing.refusalOf(card) ?? (mustBePublished(card) ? notYet : null)
  return [outcome({ card_id, title }, reason)]
}

function awayOutcome({ card_id, title }: PublishedCard): RotatedCard[] {
  return card_id === null ? [] : [outcome({ card_id, title }, away)]
}

function copyOutcome({ card_id, title, failure }: Copy, { republishing }: RotationInput): RotatedCard {
  return outcome({ card_id, title }, failure === null ? null : republishing.withoutKeys(failure))
}

function outcome(card: { card_id: string; title: string }, reason: string | null): RotatedCard {
  return reason === null ? { ...card, republished: true } : { ...card, republished: false, reason }
}
