import type { DeletedCards } from '../cards/deleted-cards.ts'
import type { KnownCards } from '../cards/known-cards.ts'
import type { PublishedCards } from '../cards/published.ts'
import type { AccountCardChange, Owner } from '../core/account-card.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { Turns } from '../core/turns.ts'
import type { AccountCardHouse, Consent, OwnedCardView } from '../http/api/account-card.ts'
import type {
  CardDocumentsHouse,
  KeptFile,
  RestoredCard,
  RestoreOptions,
} from '../http/api/card-documents.ts'
import { mayBeBought } from '../yoto/api.ts'
import { cardFrom, type YotoCard } from '../yoto/card.ts'
import { changedCard } from '../yoto/card-change.ts'
import { cardView } from '../yoto/card-view.ts'
import { cardIdOf, documentOf, sendableCard } from '../yoto/kept-document.ts'
import { backupOf } from './card-backup.ts'
import type { CloudLink } from './cloud-link.ts'
import { deleteKept } from './kept-deletion.ts'

export type AccountCardLink = Pick<CloudLink, 'cards' | 'ownCard' | 'familyCard' | 'ownCards'>

interface DeskParts {
  /** @throws AppError `unavailable` where no account is set up. */
  readonly link: () => AccountCardLink
  readonly published: Pick<PublishedCards, 'byCard'>
  readonly known: Pick<KnownCards, 'changedHere' | 'listChanged'>
  readonly deleted: DeletedCards
  /** What the addresses of our cards begin with. */
  readonly mediaUrl: string
  readonly log: Log
}

/** Where people look at the cards of the account, change them, keep their documents and bring them back. */
export class AccountCardDesk implements AccountCardHouse, CardDocumentsHouse {
  readonly #parts: DeskParts
  /** Two who restore one card at once make it once. */
  readonly #restoring = new Turns<string>()

  constructor(parts: DeskParts) {
    this.#parts = parts
  }

  async card(cardId: string): Promise<OwnedCardView> {
    const { card, isOwn } = await this.#find(cardId)
    return { ...cardView(card), whose: this.#whose(cardId, isOwn) }
  }

  async change(cardId: string, change: AccountCardChange, consent: Consent): Promise<OwnedCardView> {
    this.#checkKept(cardId, change)
    const write = this.#link.ownCards.change(cardId, (card) => {
      this.#checkMeant(card, consent)
      return changedCard(card.json, change)
    })
    const before = await this.#ofOwn(cardId, this.#told(cardId, write))
    try {
      return await this.card(cardId)
    } catch (error) {
      // It is written, whatever becomes of looking at it.
      this.#parts.log.debug('a changed card could not be read again', {
        card: cardId,
        error: messageOf(error),
      })
      const written = cardFrom(changedCard(before.json, change)) ?? before
      return { ...cardView(written), updated_at: null, whose: this.#whose(cardId, true) }
    }
  }

  async document(cardId: string): Promise<string> {
    return documentOf(await this.#ofOwn(cardId, this.#link.ownCard(cardId)))
  }

  async delete(cardId: string, consent: Consent): Promise<{ title: string; kept_until: string }> {
    const { published, known, deleted } = this.#parts
    const ours = published.byCard(cardId)
    if (ours !== undefined)
      throw new AppError(
        'conflict',
        `the card "${ours.title}" (${cardId}) was published by this product: DELETE /api/cards/${cardId} deletes it with its keys`,
      )
    const deleting = deleteKept(cardId, {
      link: this.#link,
      deleted,
      check: (card) => this.#checkMeant(card, consent),
    })
    try {
      await this.#ofOwn(cardId, deleting)
    } finally {
      known.listChanged()
    }
    return deleted.get(cardId)
  }

  async deleted(): ReturnType<DeletedCards['list']> {
    return this.#parts.deleted.list()
  }

  restoreDeleted(cardId: string): Promise<RestoredCard> {
    const { deleted, log } = this.#parts
    return this.#restoring.take(cardId, async () => {
      const restored = await this.#make((await deleted.get(cardId)).document)
      await deleted.forget(cardId).catch((error) => {
        log.warn('a card was made anew, and stays among the deleted ones', {
          card: cardId,
          error: messageOf(error),
        })
      })
      return restored
    })
  }

  async restore(document: string, options: RestoreOptions): Promise<RestoredCard> {
    return options.replace ? this.#replace(document, options) : this.#make(document)
  }

  async backup(signal: AbortSignal): Promise<AsyncIterable<KeptFile>> {
    const link = this.#link
    return backupOf(await link.cards(), { read: async (id) => documentOf(await link.ownCard(id)), signal })
  }

  async #make(document: string): Promise<RestoredCard> {
    const { title, json, text } = sendableCard(document, null)
    if (text.includes(this.#parts.mediaUrl))
      throw new AppError(
        'conflict',
        `the card "${title}" plays from addresses of this program, which ended with it: make it anew with POST /api/cards`,
      )
    try {
      const card_id = await this.#link.ownCards.make(json, text)
      this.#parts.known.listChanged()
      return { card_id, title }
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'unavailable') throw error
      const message = `${error.message}; look whether the account has the card before you try again`
      throw new AppError(error.code, message, { cause: error.cause, ...detailsOf(error) })
    }
  }

  async #replace(document: string, { ifUpdatedAt }: RestoreOptions): Promise<RestoredCard> {
    const cardId = cardIdOf(document)
    if (cardId === undefined)
      throw new AppError('unprocessable', 'document: it has no cardId, so there is no card for it to replace')
    const ours = this.#parts.published.byCard(cardId)
    if (ours !== undefined)
      throw new AppError(
        'conflict',
        `the card "${ours.title}" (${cardId}) was published by this product, and an older document may hold keys that have ended: change it with PUT /api/cards/${cardId}`,
      )
    const sendable = sendableCard(document, cardId)
    const write = this.#link.ownCards.replace(cardId, sendable, (card) => checkState(card, ifUpdatedAt))
    await this.#ofOwn(cardId, this.#told(cardId, write))
    return { card_id: cardId, title: sendable.title }
  }

  /** What this product writes itself at its next publishing is changed there. @throws AppError `conflict`. */
  #checkKept(cardId: string, { title, chapters = [] }: AccountCardChange): void {
    const ours = this.#parts.published.byCard(cardId)
    const isWritten = title !== undefined || chapters.some((chapter) => chapter.title !== undefined)
    if (ours === undefined || !isWritten) return
    throw new AppError(
      'conflict',
      `the card "${ours.title}" (${cardId}) was published by this product, which writes its titles: PUT /api/cards/${cardId} {"title": …} changes its own, and those of its chapters follow from what it plays`,
    )
  }

  /** @throws AppError `conflict` */
  #checkMeant(card: YotoCard, { theirs, ifUpdatedAt }: Consent): void {
    const { cardId, title } = card
    if (!theirs && this.#parts.published.byCard(cardId) === undefined)
      throw new AppError(
        'conflict',
        `the card "${title}" (${cardId}) was not made by this product; if it is meant all the same, say so with "theirs": true`,
      )
    checkState(card, ifUpdatedAt)
  }

  /** The account may have changed even where it did not say so. */
  async #told<Result>(cardId: string, work: Promise<Result>): Promise<Result> {
    try {
      return await work
    } finally {
      this.#parts.known.changedHere(cardId)
    }
  }

  /** What the family only has is not simply missing. */
  async #ofOwn<Result>(cardId: string, work: Promise<Result>): Promise<Result> {
    try {
      return await work
    } catch (error) {
      if (!(error instanceof AppError) || !mayBeBought(error)) throw error
      const found = await this.#find(cardId).catch(() => null)
      if (found === null || found.isOwn) throw error
      throw new AppError(
        'conflict',
        `the card "${found.card.title}" (${cardId}) is not the account's own: it was bought or made by somebody else, and only its maker can change, delete or copy it`,
      )
    }
  }

  async #find(cardId: string): Promise<{ card: YotoCard; isOwn: boolean }> {
    try {
      const card = await this.#link.ownCard(cardId)
      return { card, isOwn: card.json.userId !== 'yoto' }
    } catch (error) {
      if (!(error instanceof AppError) || !mayBeBought(error)) throw error
      return { card: await this.#link.familyCard(cardId), isOwn: false }
    }
  }

  #whose(cardId: string, isOwn: boolean): Owner {
    if (this.#parts.published.byCard(cardId) !== undefined) return 'ours'
    return isOwn ? 'own' : 'family'
  }

  get #link(): AccountCardLink {
    return this.#parts.link()
  }
}

/** @throws AppError `conflict` where the card is in another state than the one that is meant. */
function checkState({ cardId, title, updatedAt }: YotoCard, meant: string | null): void {
  if (meant === null || meant === updatedAt) return
  throw new AppError(
    'conflict',
    `the card "${title}" (${cardId}) was changed by somebody else, at ${updatedAt ?? 'a time that Yoto does not tell'}: look at it again before you change it`,
    { details: { updated_at: updatedAt } },
  )
}

function detailsOf({ details }: AppError) {
  return details === undefined ? {} : { details }
}
