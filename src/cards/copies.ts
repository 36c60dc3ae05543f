import { AppError, messageOf } from '../core/error.ts'

/** The cards of the account, ours and all others. */
export interface AccountCards {
  list(): Promise<readonly { readonly card_id: string; readonly title: string }[]>
  /**
   * Passes each address of the card's tracks through `newUrl` and saves the card where one changed; everything
   * else in it stays.
   */
  rewrite(cardId: string, newUrl: (url: string) => string): Promise<void>
}

/** A card that we did not publish, found to carry old keys of ours: people paste a stream's address into theirs. */
export interface Copy {
  readonly card_id: string
  readonly title: string
  readonly keys: ReadonlySet<string>
  /** Why it could not be given the new key; null when it was. */
  readonly failure: string | null
}

interface Search {
  readonly cards: AccountCards
  readonly isOurs: (cardId: string) => boolean
  readonly oldKeys: ReadonlySet<string>
  readonly newKeyOf: (oldKey: string) => string
  readonly found: (copy: Copy) => void
}

interface Found {
  /** Keys that no card carries any more, as far as all cards could be read. */
  readonly done: ReadonlySet<string>
  /** Keys that a card carried until now. */
  readonly rewritten: ReadonlySet<string>
  /** What went wrong the last time. */
  readonly failure: string | null
}

// One odd card must not hide the others; an account that is away is not asked for each card there is.
const mostFailuresInARow = 3

/** Looks through the cards of the account that are not ours, and gives those that carry an old key the new one. */
export async function rewriteCopies(search: Search): Promise<Found> {
  const left = new Set<string>()
  const rewritten = new Set<string>()
  let failure: string | null = null
  let failuresInARow = 0
  const others = (await search.cards.list()).filter(({ card_id }) => !search.isOurs(card_id))
  for (const card of others) {
    const copy = await rewriteOne(card, search)
    failuresInARow = copy.failure === null ? 0 : failuresInARow + 1
    failure = copy.failure ?? failure
    if (copy.keys.size > 0) search.found(copy)
    const isUnread = copy.failure !== null && copy.keys.size === 0
    const isGivenUp = failuresInARow === mostFailuresInARow
    // Cards that were not read may carry any of them.
    const carried = isUnread || isGivenUp ? search.oldKeys : copy.keys
    for (const key of carried) (copy.failure === null ? rewritten : left).add(key)
    if (isGivenUp) break
  }
  return { done: new Set([...search.oldKeys].filter((key) => !left.has(key))), rewritten, failure }
}

async function rewriteOne(
  { card_id, title }: { card_id: string; title: string },
  { cards, oldKeys, newKeyOf }: Search,
): Promise<Copy> {
  const keys = new Set<string>()
  const newUrl = (url: string) => {
    const key = [...oldKeys].find((old) => url.includes(old))
    if (key === undefined) return url
    keys.add(key)
    return url.replaceAll(key, newKeyOf(key))
  }
  try {
    await cards.rewrite(card_id, newUrl)
    return { card_id, title, keys, failure: null }
  } catch (error) {
    // A card that is gone carries nothing.
    const isGone = error instanceof AppError && error.code === 'not_found'
    if (isGone) return { card_id, title, keys: new Set(), failure: null }
    return { card_id, title, keys, failure: `card "${title}" (${card_id}): ${messageOf(error)}` }
  }
}
