import { PublishedCards } from '../../src/cards/published.ts'
import type { CardAccount } from '../../src/cards/publisher.ts'
import type { PublishedCard } from '../../src/cards/record.ts'
import type { SoughtCard } from '../../src/cards/sought-card.ts'
import type { CardPlan } from '../../src/core/card-plan.ts'
import type { Collection } from '../../src/core/collection.ts'
import { AppError, type ErrorCode } from '../../src/core/error.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

export const dayMs = 24 * 60 * 60 * 1000

/** The cards of an account, each with the addresses of its tracks. */
export class AccountCards implements CardAccount {
  readonly cards = new Map<string, { title: string; urls: string[] }>()
  readonly saved: { plan: CardPlan; cardId: string | null }[] = []
  #made = 0
  /** What every call fails with. */
  fault: ErrorCode | null = null
  /** What calls for these cards fail with. */
  readonly odd = new Map<string, ErrorCode>()
  /** Saving waits for this. */
  hold: Promise<void> = Promise.resolve()
  /** Called when the account is asked to save a card. */
  asked: (plan: CardPlan) => void | Promise<void> = () => undefined

  async save(plan: CardPlan, cardId: string | null): Promise<string> {
    await this.asked(plan)
    await this.hold
    this.#check(cardId)
    if (cardId !== null && !this.cards.has(cardId)) throw new AppError('not_found', 'no such card')
    this.saved.push({ plan, cardId })
    const id = cardId ?? `card${this.#made++}`
    const urls = plan.chapters.flatMap(({ tracks }) => tracks.map(({ url = '' }) => url))
    this.cards.set(id, { title: plan.title, urls })
    return id
  }

  async find({ key, plan }: SoughtCard): Promise<string | null> {
    this.#check(null)
    const found = [...this.cards].find(
      ([, card]) => card.title === plan.title && card.urls.some((url) => url.includes(`/${key}/`)),
    )
    return found?.[0] ?? null
  }

  async exists(cardId: string): Promise<boolean> {
    return this.cards.has(cardId)
  }

  async delete(cardId: string): Promise<void> {
    this.#check(cardId)
    this.cards.delete(cardId)
  }

  async list() {
    this.#check(null)
    return [...this.cards].map(([card_id, { title }]) => ({ card_id, title }))
  }

  async rewrite(cardId: string, newUrl: (url: string) => string): Promise<void> {
    const card = this.cards.get(cardId)
    if (this.odd.get(cardId) !== 'refused') this.#check(cardId)
    if (card === undefined) throw new AppError('not_found', 'no such card')
    const urls = card.urls.map(newUrl)
    if (urls.every((url, place) => url === card.urls[place])) return
    this.#check(cardId)
    card.urls = urls
  }

  #check(cardId: string | null): void {
    const code = this.fault ?? this.odd.get(cardId ?? '')
    if (code != null) throw new AppError(code, `the account says ${code}`)
  }
}

/** What outlives a restart, and what a test holds in its hands. */
export interface Ground {
  readonly records: Collection<unknown>
  readonly account: AccountCards
  readonly clock: VirtualClock
  readonly log: ReturnType<typeof recordingLog>
  /** What is said to be wrong now. */
  readonly troubles: Map<string, string>
  /** Keys are made in this order: key1, key2 … */
  keys: number
}

export function newGround(): Ground {
  return {
    records: memoryCollection(),
    account: new AccountCards(),
    clock: new VirtualClock(),
    log: recordingLog(),
    troubles: new Map(),
    keys: 0,
  }
}

/** The product's cards after a start of the product on that ground. */
export async function startCards(
  ground: Ground,
  base = 'http://192.0.2.1:8098',
  storyPlan: (card: PublishedCard) => CardPlan | null = () => null,
  simulated = false,
): Promise<PublishedCards> {
  const { records, account, clock, log, troubles } = ground
  troubles.clear()
  const cards = new PublishedCards({
    records,
    simulated,
    account,
    urlOf: (key, file) => `${base}/media/${key}/${file}.mp3`,
    storyPlan,
    newKey: () => `key-${String(++ground.keys).padStart(2, '0')}-${'x'.repeat(20)}`,
    hideKey: () => undefined,
    trouble(name, text) {
      if (text === null) troubles.delete(name)
      else troubles.set(name, text)
    },
    clock,
    log,
  })
  await cards.start()
  return cards
}

/** The keys in the store, sorted. */
export async function storedKeys({ records }: Ground): Promise<string[]> {
  return (await records.entries()).map(([key]) => key).sort()
}

/** The account's urls of a card; all of them have to carry the key. */
export function carries({ account }: Ground, cardId: string, key: string): boolean {
  const { urls } = account.cards.get(cardId) ?? { urls: [] }
  return urls.length > 0 && urls.every((url) => url.includes(`/media/${key}/`))
}

/** Lets what was begun without being waited for come to its end. */
export async function settled(): Promise<void> {
  for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => setImmediate(resolve))
}
