import { randomBytes } from 'node:crypto'
import { Library } from './audio/library.ts'
import { PublishedCards } from './cards/published.ts'
import { CardShelf } from './cards/shelf.ts'
import type { CloudLink } from './cloud-link.ts'
import { linearStreamPlan, trackAddresses } from './core/card-plan.ts'
import type { Clock } from './core/clock.ts'
import { AppError } from './core/error.ts'
import type { Log } from './core/log.ts'
import { prepareFolders } from './first-start.ts'
import { type CardFacts, Hub } from './hub.ts'
import type { Options } from './options.ts'
import type { Parts } from './parts.ts'
import { openStorage, type Storage } from './storage/storage.ts'

/** What all the rest stands on: the store, the library, the hub, and the cards this household made. */
export interface Ground {
  readonly storage: Storage
  readonly library: Library
  readonly hub: Hub
  readonly cards: PublishedCards
  readonly shelf: CardShelf
  cardFacts(cardId: string): CardFacts
}

interface GroundInput {
  readonly options: Options
  readonly shipped: string
  readonly parts: Parts
  /** The account's cloud, once there is one. */
  readonly cloud: () => CloudLink | null
  /** Where players fetch the stream of a key. */
  readonly urlOf: (key: string) => string
  readonly clock: Clock
  readonly log: Log
}

// 192 bits; the contract asks for at least 128.
const keyBytes = 24
const idBytes = 9

export async function openGround(input: GroundInput): Promise<Ground> {
  const { options, shipped, parts, cloud, urlOf, clock, log } = input
  const { data, config, media } = options.folders
  await prepareFolders({ shipped, config, media, log })
  const storage = await openStorage({ url: options.storage, folder: data, log: log.for('storage') })
  parts.add('the store', { stop: () => storage.close() })
  const library = new Library({ folders: [media, config], log: log.for('audio') })
  parts.add('the library', { stop: () => library.close() })
  const shelf = new CardShelf({
    fetch: async (cardId) => {
      const { plan, coverUrl } = await signedIn(cloud()).card(cardId)
      return { plan, cover_url: coverUrl }
    },
    log: log.for('cards'),
  })
  const cards = new PublishedCards({
    records: storage.collection('published-cards'),
    save: (plan, cardId) => signedIn(cloud()).saveCard(plan, cardId),
    exists: (cardId) => isThere(signedIn(cloud()).card(cardId)),
    urlOf,
    newKey: () => randomBytes(keyBytes).toString('base64url'),
    clock,
    log: log.for('cards'),
  })
  await cards.start()
  const cardFacts = factsFrom(cards, shelf)
  const hub = new Hub({
    queues: storage.collection('queues'),
    card: cardFacts,
    newId: () => randomBytes(idBytes).toString('base64url'),
    clock,
    log: log.for('hub'),
  })
  await hub.start()
  parts.add('the hub', hub)
  return { storage, library, hub, cards, shelf, cardFacts }
}

/** @throws AppError `unavailable` where no account is set up. */
export function signedIn(cloud: CloudLink | null): CloudLink {
  if (cloud !== null) return cloud
  throw new AppError('unavailable', 'no Yoto account is set up: set the option yoto.client_id')
}

function factsFrom(cards: PublishedCards, shelf: CardShelf): (cardId: string) => CardFacts {
  return (cardId) => {
    const ours = cards.byCard(cardId)
    if (ours === undefined) return { layout: shelf.get(cardId)?.layout ?? null, stream: null }
    const plan = linearStreamPlan({ title: ours.title, url: ours.url, count: ours.chapters })
    return { layout: trackAddresses(plan), stream: ours.stream }
  }
}

async function isThere(card: Promise<unknown>): Promise<boolean> {
  try {
    await card
    return true
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return false
    throw error
  }
}
