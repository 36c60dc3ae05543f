import { randomBytes } from 'node:crypto'
import type { ListedCard } from '../cards/card-list.ts'
import { DeletedCards } from '../cards/deleted-cards.ts'
import { KnownCards } from '../cards/known-cards.ts'
import { PublishedCards } from '../cards/published.ts'
import type { CardAccount } from '../cards/publisher.ts'
import { type PublishedCard, streamsOfCard } from '../cards/record.ts'
import { carriesKey, type SoughtCard } from '../cards/sought-card.ts'
import { UploadedAudio } from '../cards/uploaded-audio.ts'
import { type CardPlan, trackAddresses } from '../core/card-plan.ts'
import { streamAt } from '../core/card-streams.ts'
import { type Clock, every } from '../core/clock.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { CardFacts } from '../core/players.ts'
import type { ReadPresses } from '../core/press.ts'
import type { Queue } from '../core/queue.ts'
import type { Hub } from '../hub.ts'
import type { Storage } from '../storage/storage.ts'
import type { YotoCard } from '../yoto/card.ts'
import { playsAsPlanned } from '../yoto/same-tracks.ts'
import { AccountCardDesk } from './account-card-desk.ts'
import {
  accountCollection,
  forgetSimulatedAudio,
  markSimulatedCards,
  publishedCards,
} from './account-storage.ts'
import type { StreamAnswers } from './answers.ts'
import type { CloudLink, FamilyCard } from './cloud-link.ts'
import { deleteKept } from './kept-deletion.ts'
import type { Problems } from './problems.ts'
import { noAccount } from './yoto-problems.ts'

/** The cards this household made, and those it met in its players. */
export interface Cards {
  readonly published: PublishedCards
  readonly known: KnownCards
  /** What lies in the account for cards to play. */
  readonly uploaded: UploadedAudio
  /** The documents of cards that were deleted here. */
  readonly deleted: DeletedCards
  /** The account's cards, whoever made them. */
  readonly accountDesk: AccountCardDesk
  /** For reading presses off a card that is at that chapter. */
  facts(cardId: string, chapter: string | null): CardFacts
}

interface CardsInput {
  readonly storage: Storage
  /** The account's cloud; null where there is none. */
  readonly link: CloudLink | null
  /** Whether that is the simulated one. */
  readonly simulated: boolean
  /** Where players fetch the stream of a key, or one of its slots or tracks. */
  readonly urlOf: (key: string, file: string) => string
  /** What the card of a story that runs on it by itself holds; null where the story is not known any more. */
  readonly storyPlan: (card: PublishedCard) => CardPlan | null
  readonly problems: Problems
  /** Masks a secret, or what is not shown of it, wherever it would be said. */
  readonly hide: (secret: string, shown: string) => void
  readonly clock: Clock
  readonly log: Log
}

// As much of a key as may be said.
const shownOfKey = 6
// 192 bits; the contract asks for at least 128.
const keyBytes = 24

export async function openCards(input: CardsInput): Promise<Cards> {
  const { storage, link, simulated, urlOf, storyPlan, problems, hide, clock, log } = input
  const known = new KnownCards({
    async fetch(cardId) {
      const { plan, coverUrl, updatedAt } = await signedIn(link).card(cardId)
      return { plan, cover_url: coverUrl, updated_at: updatedAt }
    },
    async list() {
      const { cards, incomplete } = await signedIn(link).allCards()
      return { cards: cards.map(listedCard), incomplete }
    },
    random: Math.random,
    clock,
    log,
  })
  const inAccount = <Value>(name: string) => accountCollection<Value>(storage, name, { simulated })
  const deleted = new DeletedCards({ records: inAccount('deleted-cards'), clock, log })
  await markSimulatedCards(storage)
  await forgetSimulatedAudio(storage)
  const published = new PublishedCards({
    records: storage.collection(publishedCards),
    simulated,
    account: accountOf(link, { deleted, listChanged: () => known.listChanged() }),
    urlOf,
    storyPlan,
    newKey: () => randomBytes(keyBytes).toString('base64url'),
    hideKey: (key) => hide(key, `${key.slice(0, shownOfKey)}…`),
    trouble: (name, text) => problems.set(name, text),
    clock,
    log,
  })
  await published.start()
  const uploaded = new UploadedAudio({
    records: inAccount('uploaded-audio'),
    upload: async (audio, sending) => signedIn(link).uploadAudio(audio, sending),
    ...{ clock, log },
  })
  await uploaded.start()
  link?.onSignedOut(() => {
    known.forget()
    uploaded.forgetAll().catch((error) => {
      log.warn('what lay in the account before may be believed to lie there still', {
        error: messageOf(error),
      })
    })
  })
  link?.onSignedIn(() => known.askAgain())
  const accountDesk = new AccountCardDesk({
    ...{ link: () => signedIn(link), published, known, deleted, log },
    mediaUrl: urlOf('?', '').split('?')[0] ?? '',
  })
  const facts = (cardId: string, chapter: string | null) => factsOf({ cardId, chapter }, published, known)
  return { published, known, uploaded, deleted, accountDesk, facts }
}

interface TendInput {
  readonly published: PublishedCards
  readonly deleted: Pick<DeletedCards, 'tidy'>
  readonly hub: Hub
  readonly link: Pick<CloudLink, 'onSignedIn'> | null
  readonly clock: Clock
}

const tendAgainMs = 3_600_000

/** Keeps keys as long as their streams, and the account's cards at their newest keys, until it is stopped. */
export function tendCards({ published, deleted, hub, link, clock }: TendInput): { stop(): void } {
  const tend = () => {
    void published.tidy((stream) => hub.queue(stream) !== undefined)
    void published.settle()
    void deleted.tidy()
  }
  const stops = [
    hub.subscribe('keys of cards', (change) => {
      if (change.kind === 'queue') void published.streamChanged(change.queue.name, true)
      if (change.kind === 'queue-removed') void published.streamChanged(change.name, false)
    }),
    every(clock, tendAgainMs, tend),
    link?.onSignedIn(() => void published.settle()),
  ]
  tend()
  return {
    stop() {
      for (const stop of stops) stop?.()
    },
  }
}

/**
 * Deletes a stream; the days that its keys are kept begin before it is gone, or a process that ends in between would
 * keep them for ever.
 * @throws AppError `not_found`, and that of the store.
 */
export async function deleteStream(
  name: string,
  {
    hub,
    cards,
    answers,
    check,
  }: {
    hub: Hub
    cards: PublishedCards
    answers: Pick<StreamAnswers, 'forget'>
    check?: (queue: Queue) => void
  },
): Promise<void> {
  if (hub.queue(name) !== undefined) await cards.streamChanged(name, false)
  try {
    await hub.deleteQueue(name, check)
  } catch (error) {
    await cards.streamChanged(name, hub.queue(name) !== undefined)
    throw error
  }
  await answers.forget(name)
}

/** @throws AppError `unavailable` where no account is set up. */
export function signedIn(link: CloudLink | null): CloudLink {
  if (link !== null) return link
  throw new AppError('unavailable', `${noAccount}: set the option yoto.client_id`)
}

interface Told {
  readonly deleted: DeletedCards
  /** A card is not there any more. */
  readonly listChanged: () => void
}

function accountOf(link: CloudLink | null, { deleted, listChanged }: Told): CardAccount {
  return {
    save: async (plan, cardId) => signedIn(link).saveCard(plan, cardId),
    find: (sought) => findMade(sought, signedIn(link)),
    exists: async (cardId) => isThere(signedIn(link).ownCard(cardId)),
    async delete(cardId) {
      try {
        await deleteKept(cardId, { link: signedIn(link), deleted })
      } catch (error) {
        // Somebody has deleted it in the account.
        if (!(error instanceof AppError) || error.code !== 'not_found') throw error
      } finally {
        listChanged()
      }
    },
    async list() {
      const cards = await signedIn(link).cards()
      return cards.map(({ cardId, title }) => ({ card_id: cardId, title }))
    },
    rewrite: async (cardId, newUrl) => signedIn(link).rewriteCard(cardId, newUrl),
  }
}

/** What holds the key is ours; what holds none has to be new, and to play just what was sent. */
async function findMade({ plan, key, others }: SoughtCard, link: CloudLink): Promise<string | null> {
  const isOurs = ({ text, json }: YotoCard) =>
    carriesKey(plan, key) ? text.includes(`/${key}/`) : playsAsPlanned(json, plan)
  const found: string[] = []
  for (const { cardId, title } of await link.cards())
    if (title === plan.title && !others.has(cardId) && isOurs(await link.ownCard(cardId))) found.push(cardId)
  return found.length === 1 ? (found[0] ?? null) : null
}

function listedCard({ cardId, title, author, coverUrl, updatedAt, whose }: FamilyCard): ListedCard {
  return { card_id: cardId, title, author, cover_url: coverUrl, updated_at: updatedAt, whose }
}

function factsOf(
  { cardId, chapter }: { cardId: string; chapter: string | null },
  published: PublishedCards,
  known: KnownCards,
): CardFacts {
  const ours = published.byCard(cardId)
  if (ours === undefined) {
    const { layout = null, repeats = false } = known.get(cardId) ?? {}
    return { layout, stream: null, repeats }
  }
  return {
    layout: layoutOf(ours, published),
    stream: streamAt(streamsOfCard(ours), chapter),
    ...(ours.story === null ? {} : { story: ours.story.id }),
    ...(ours.tracks === null ? {} : { isOurs: true as const }),
    presses: pressesReadOff(ours),
  }
}

/** Null where nobody knows it: its story was not kept. */
function layoutOf(card: PublishedCard, published: PublishedCards): CardFacts['layout'] {
  try {
    return trackAddresses(published.planOf(card))
  } catch (error) {
    if (error instanceof AppError && error.code === 'conflict') return null
    throw error
  }
}

/** A restart of a numbered chapter asks for nothing new; every other way on a queue card makes a request. */
function pressesReadOff({ kind, slots, story }: PublishedCard): ReadPresses {
  if (kind === 'stream' || kind === 'tracks' || story?.run === 'card') return 'all'
  return slots === 'linear' ? 'restarts' : 'none'
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
