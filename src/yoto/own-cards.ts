import type { CardPlan } from '../core/card-plan.ts'
import { AppError } from '../core/error.ts'
import type { JsonObject } from '../core/json.ts'
import { Turns } from '../core/turns.ts'
import type { YotoApi } from './api.ts'
import type { YotoCard } from './card.ts'
import { cardJson } from './card-json.ts'
import { editedCard } from './edited-card.ts'
import { withTrackUrls } from './track-urls.ts'

/**
 * The account's own cards, written so that whatever is not changed stays byte for byte as Yoto sent it. What is done
 * to one card is done one after the other. Every call throws AppError as `YotoApi` does.
 */
export class OwnCards {
  readonly #api: Pick<YotoApi, 'ownCard' | 'saveCard' | 'deleteCard'>
  readonly #turns = new Turns<string>()

  constructor(api: Pick<YotoApi, 'ownCard' | 'saveCard' | 'deleteCard'>) {
    this.#api = api
  }

  /** Makes a card, or replaces one, keeping what the plan does not speak of. Resolves with its id. */
  save(plan: CardPlan, cardId: string | null): Promise<string> {
    if (cardId === null) return this.make(cardJson(plan))
    return this.#turns.take(cardId, async () => {
      const card = await this.#api.ownCard(cardId)
      return this.#write(card, cardJson(plan, card.json))
    })
  }

  /** Passes each address of a card's tracks through `newUrl`, and saves the card where one changed. */
  async rewrite(cardId: string, newUrl: (url: string) => string): Promise<void> {
    await this.#edit(cardId, ({ json }) => withTrackUrls(json, newUrl))
  }

  /** Writes the card as `change` gives it; does not write one that it leaves as it is. Resolves with what it was before. */
  change(cardId: string, change: (card: YotoCard) => JsonObject): Promise<YotoCard> {
    return this.#edit(cardId, (card) => {
      checkOwn(card, cardId)
      return change(card)
    })
  }

  /** Makes a new card of a document without an id; `text` is the document as it is to be sent. Resolves with its id. */
  async make(json: JsonObject, text?: string): Promise<string> {
    return (await this.#api.saveCard(json, text)).cardId
  }

  /** Puts a document in the place of a card; `check` is asked with the card that is there. */
  replace(
    cardId: string,
    { json, text }: { readonly json: JsonObject; readonly text: string },
    check: (card: YotoCard) => void,
  ): Promise<void> {
    return this.#turns.take(cardId, async () => {
      const card = await this.#api.ownCard(cardId)
      checkOwn(card, cardId)
      check(card)
      await this.#api.saveCard(json, text)
    })
  }

  /** Deletes a card, once `before` is done with it. */
  delete(cardId: string, before: (card: YotoCard) => Promise<void>): Promise<void> {
    return this.#turns.take(cardId, async () => {
      const card = await this.#api.ownCard(cardId)
      checkOwn(card, cardId)
      await before(card)
      await this.#api.deleteCard(cardId)
    })
  }

  #edit(cardId: string, change: (card: YotoCard) => JsonObject): Promise<YotoCard> {
    return this.#turns.take(cardId, async () => {
      const card = await this.#api.ownCard(cardId)
      const changed = change(card)
      if (changed !== card.json) await this.#write(card, changed)
      return card
    })
  }

  async #write(card: YotoCard, changed: JsonObject): Promise<string> {
    const text = editedCard(card.text, changed)
    if (text === undefined) throw uneditable(card)
    return (await this.#api.saveCard(changed, text)).cardId
  }
}

/** Nothing is ever written over, or taken away from, another card than the one that was named. @throws AppError */
function checkOwn({ cardId, json, title }: YotoCard, asked: string): void {
  if (cardId !== asked)
    throw new AppError('unavailable', `Yoto gave the card "${cardId}" where "${asked}" was asked for`)
  if (json.deleted === true)
    throw new AppError('not_found', `the card "${title}" (${asked}) was deleted in the account`)
  if (json.userId === 'yoto')
    throw new AppError(
      'conflict',
      `the card "${title}" (${asked}) was bought: only its maker can change it or delete it`,
    )
}

function uneditable({ cardId, title }: YotoCard): AppError {
  return new AppError('unprocessable', `the document of the card "${title}" (${cardId}) cannot be edited`)
}
