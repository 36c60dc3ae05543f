import { randomBytes } from 'node:crypto'
import { KnownCards } from '../cards/known-cards.ts'
import { kindOf, PublishedCards } from '../cards/published.ts'
import { trackAddresses } from '../core/card-plan.ts'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { Place } from '../core/slot.ts'
import type { CardFacts } from '../hub.ts'
import type { Storage } from '../storage/storage.ts'
import type { CloudLink } from './cloud-link.ts'

/** The cards this household made, and those it met in its players. */
export interface Cards {
  readonly published: PublishedCards
  readonly known: KnownCards
  /** For reading presses off a card. */
  facts(cardId: string): CardFacts
}

interface CardsInput {
  readonly storage: Storage
  /** The account's cloud; null where there is none. */
  readonly link: CloudLink | null
  /** Where players fetch the stream of a key, or one of its slots. */
  readonly urlOf: (key: string, file: 'stream' | Place) => string
  readonly clock: Clock
  readonly log: Log
}

// 192 bits; the contract asks for at least 128.
const keyBytes = 24

export async function openCards({ storage, link, urlOf, clock, log }: CardsInput): Promise<Cards> {
  const known = new KnownCards({
    async fetch(cardId) {
      const { plan, coverUrl } = await signedIn(link).card(cardId)
      return { plan, cover_url: coverUrl }
    },
    clock,
    log,
  })
  const published = new PublishedCards({
    records: storage.collection('published-cards'),
    save: async (plan, cardId) => signedIn(link).saveCard(plan, cardId),
    exists: async (cardId) => isThere(signedIn(link).card(cardId)),
    urlOf,
    newKey: () => randomBytes(keyBytes).toString('base64url'),
    clock,
    log,
  })
  await published.start()
  return { published, known, facts: (cardId) => factsOf(cardId, published, known) }
}

/** @throws AppError `unavailable` where no account is set up. */
export function signedIn(link: CloudLink | null): CloudLink {
  if (link !== null) return link
  throw new AppError('unavailable', 'no Yoto account is set up: set the option yoto.client_id')
}

function factsOf(cardId: string, published: PublishedCards, known: KnownCards): CardFacts {
  const ours = published.byCard(cardId)
  if (ours === undefined) return { layout: known.get(cardId)?.layout ?? null, stream: null }
  return {
    layout: trackAddresses(published.planOf(ours)),
    stream: ours.stream,
    presses: kindOf(ours) === 'queue' ? 'none' : 'all',
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
