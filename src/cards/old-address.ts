import type { CardPlan } from '../core/card-plan.ts'
import { AppError } from '../core/error.ts'
import type { PublishedCard } from './record.ts'
import { mustBePublished } from './rotation.ts'

/** Beginnings of addresses, without a slash at the end. */
export interface OldAddress {
  readonly old: string
  readonly now: string
}

interface Ours {
  /** Where the stream of its key is fetched now. */
  readonly url: string
  /** @throws AppError `conflict` where its story is not known any more */
  readonly planOf: (card: PublishedCard) => CardPlan
}

/**
 * The address of ours that the card in the account carries, where we have another by now; null where it carries none, ours,
 * or is owed to the account anyway.
 */
export function oldAddressOf(card: PublishedCard, { url, planOf }: Ours): OldAddress | null {
  if (card.url === '' || mustBePublished(card)) return null
  const [old, now] = [beginningOf(card.url), beginningOf(url)]
  return old === now || !carriesAddress(card, planOf) ? null : { old, now }
}

/** What stands before the key, which is not to be said. */
function beginningOf(url: string): string {
  return url.split('/media/')[0] ?? ''
}

/** Whether anything that it plays is fetched from here. */
function carriesAddress(card: PublishedCard, planOf: Ours['planOf']): boolean {
  try {
    const tracks = planOf(card).chapters.flatMap((chapter) => chapter.tracks)
    return tracks.some(({ url }) => url?.includes(`/${card.key}/`) === true)
  } catch (error) {
    if (error instanceof AppError && error.code === 'conflict') return false
    throw error
  }
}
