import type { DeletedCards } from '../cards/deleted-cards.ts'
import { AppError } from '../core/error.ts'
import type { YotoCard } from '../yoto/card.ts'
import { documentOf } from '../yoto/kept-document.ts'
import type { CloudLink } from './cloud-link.ts'

interface Deleting {
  readonly link: Pick<CloudLink, 'ownCards'>
  readonly deleted: Pick<DeletedCards, 'keep' | 'forget'>
  /** Asked with the card that is there; what it throws ends the deletion. */
  readonly check?: (card: YotoCard) => void
}

/**
 * Deletes one of the account's own cards; its document is in the store before Yoto is asked, and is thrown away again
 * where Yoto says no.
 * @throws AppError of the account; where its answer was lost, it says that the card may be gone all the same
 */
export async function deleteKept(
  cardId: string,
  { link, deleted, check = () => undefined }: Deleting,
): Promise<void> {
  let isKept = false
  try {
    await link.ownCards.delete(cardId, async (card) => {
      check(card)
      await deleted.keep(cardId, card.title, documentOf(card))
      isKept = true
    })
  } catch (error) {
    if (!isKept || !(error instanceof AppError)) throw error
    const { code, cause, details } = error
    if (code === 'refused' || code === 'conflict') {
      await deleted.forget(cardId)
      throw error
    }
    const message = `${error.message}; the card may be gone all the same, and its document is kept under /api/account/deleted-cards`
    throw new AppError(code, message, { cause, ...(details === undefined ? {} : { details }) })
  }
}
