import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AddressChecks } from '../cards/address-checks.ts'
import { type TestCardAccount, TestCards } from '../cards/test-cards.ts'
import { every } from '../core/clock.ts'
import type { Perform } from '../core/effect.ts'
import type { House } from '../http/api/app.ts'
import { accountCollection } from './account-storage.ts'
import { signedIn } from './cards.ts'
import type { CloudLink } from './cloud-link.ts'
import { fetchOwn } from './own-fetch.ts'
import type { AppInput, Parts } from './parts.ts'
import type { Started } from './started.ts'

interface Opening extends Pick<Parts, 'foundation' | 'household'> {
  readonly input: Pick<AppInput, 'shipped' | 'clock'>
  readonly started: Started
}

// As that of every card: 192 bits.
const keyBytes = 24
const shownOfKey = 6
const tidyAgainMs = 3_600_000

/** Opens the checks of our address; what earlier runs have left in the account is deleted as soon as that is reached. */
export async function openAddressChecks(opening: Opening): Promise<AddressChecks> {
  const { input, started, foundation, household } = opening
  const { storage, problems, address, hide } = foundation
  const { clock } = input
  const log = foundation.log.for('cards')
  const link = household.cloud?.link ?? null
  const expected = await readFile(join(input.shipped, 'audio', 'clips', 'nothing-here-yet.mp3'))
  const cards = new TestCards({
    records: accountCollection(storage, 'test-cards', household),
    account: accountOf(link),
    trouble: (reason) => problems.set('address_check', reason === null ? null : left(reason)),
    ...{ clock, log },
  })
  await cards.start()
  const checks = new AddressChecks({
    cards,
    urlOf: (key) => `${address}/media/${key}/stream.mp3`,
    newKey: () => randomBytes(keyBytes).toString('base64url'),
    hideKey: (key) => hide(key, `${key.slice(0, shownOfKey)}…`),
    fetchOwn: (url) => fetchOwn(url, { expected, clock }),
    isOnline: (player) => household.hub.player(player)?.online ?? null,
    ...{ clock, log },
  })
  const tidy = () => {
    if (cards.left().length > 0) void checks.tidy()
  }
  const stops = [every(clock, tidyAgainMs, tidy), link?.onSignedIn(tidy)]
  started.add('checks of the address', {
    stop() {
      for (const stop of stops) stop?.()
      checks.stop()
    },
  })
  return checks
}

/** The checks as people ask for them. */
export function addressDesk(
  { addressChecks, household }: Pick<Parts, 'addressChecks' | 'household'>,
  perform: Perform,
): House['addressCheck'] {
  const { gate, cloud } = household
  return {
    address() {
      const { address, isGiven, verdict, isReal, problem } = gate
      return {
        ...{ address, from: isGiven ? 'public_url' : 'guessed', publishable: problem === null, ...verdict },
        account: cloud === null ? 'none' : isReal ? 'yoto' : 'simulated',
      }
    },
    start(player) {
      if (player === null) return addressChecks.start(null)
      const act = (card_id: string) => ({ type: 'card', card_id }) as const
      return addressChecks.start({
        player,
        run: async (cardId) => {
          await perform({ kind: 'command', player, command: act(cardId) }, 'REST')
        },
      })
    },
    find: (id) => addressChecks.find(id),
    latest: () => addressChecks.latest(),
    left: () => addressChecks.left(),
  }
}

function left(reason: string): string {
  return `a test card may be in the Yoto account still: ${reason}; its deletion is tried again every hour, and at once when the Yoto account is signed in again`
}

function accountOf(link: CloudLink | null): TestCardAccount {
  return {
    save: async (plan) => signedIn(link).saveCard(plan, null),
    delete: async (cardId) => signedIn(link).deleteCard(cardId),
    async list() {
      const cards = await signedIn(link).cards()
      return cards.map(({ cardId, title }) => ({ card_id: cardId, title }))
    },
    async addresses(cardId) {
      const { plan } = await signedIn(link).card(cardId)
      return plan.chapters.flatMap(({ tracks }) => tracks.flatMap(({ url }) => url ?? []))
    },
  }
}
