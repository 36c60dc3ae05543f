import { Library } from '../../src/audio/library/library.ts'
import type { Collection } from '../../src/core/collection.ts'
import { type SimulatedCloud, startCloud } from '../../src/simulator/cloud.ts'
import { deskWithoutAccount } from '../../src/wiring/account.ts'
import { type Cards, openCards } from '../../src/wiring/cards.ts'
import { CloudLink } from '../../src/wiring/cloud-link.ts'
import { houseOf } from '../../src/wiring/panel-house.ts'
import { Problems } from '../../src/wiring/problems.ts'
import { Account } from '../../src/yoto/account.ts'
import { fastClock } from './fast-clock.ts'
import { houseWith, withoutPast } from './house.ts'
import { memoryCollection } from './memory-collection.ts'
import { openPanelDoor } from './panel-door.ts'
import { recordingLog } from './recording-log.ts'
import { until } from './running-app.ts'
import { simulatedAccount } from './simulated-account.ts'

/** A track that anybody may stream. */
export const streamedTrack = {
  key: 't1',
  title: 'Rain',
  type: 'stream',
  format: 'mp3',
  trackUrl: 'https://example.org/r.mp3',
}
/** As Yoto signs audio for hours. */
export const signedAddress =
  'https://secure-media.yotoplay.com/yoto/m?Expires=1&Policy=p&Signature=s&Key-Pair-Id=k'
export const iconOf = (letter: string) => `yoto:#${letter.repeat(43)}`

/** A card of another maker that the family has. */
export const boughtCard = {
  cardId: '08aB0',
  title: 'Bought stories',
  updatedAt: '2025-01-01T00:00:00.000Z',
  metadata: {
    author: 'Ann',
    description: 'Words',
    cover: { imageL: 'https://example.org/cover.jpg?width=250' },
  },
  content: {
    playbackType: 'interactive',
    chapters: [
      {
        key: '07',
        title: 'Seven',
        duration: 349,
        display: { icon16x16: 'yoto:#icon' },
        tracks: [
          { key: '08', title: 'Eight', type: 'audio', format: 'aac', trackUrl: signedAddress, duration: 349 },
          { ...streamedTrack, duration: null, hidden: true },
        ],
      },
    ],
  },
}

const track = (key: string, icon: string) =>
  JSON.stringify({ ...streamedTrack, key, display: { icon16x16: iconOf(icon) } })

/** The card `odd01` of the account, as somebody's own program may have written it. */
export const oddDocument = String.raw`{"title" : "Caf\u00e9", "cardId":"odd01", "order": 1.0, "metadata":{"note":1e2},
  "updatedAt":"2026-01-01T00:00:00.000Z", "content":{"chapters":[{"key":"c1","title":"One",
  "display":{"icon16x16":"${iconOf('a')}"}, "tracks":[${track('t1', 'a')},${track('t2', 'b')}]}]}}`

export interface Said {
  readonly error?: { readonly code: string; readonly message: string; readonly details?: object }
  readonly card_id?: string
  readonly [name: string]: unknown
}

export interface AccountHouse {
  readonly cloud: SimulatedCloud
  /** What the simulated account keeps, by the ids of cards. */
  readonly records: Collection<unknown>
  readonly link: CloudLink
  readonly cards: Cards
  /** The account as another app sees it. */
  readonly other: Awaited<ReturnType<typeof simulatedAccount>>
  /** Of the panel door, without `/api/account`. */
  readonly url: string
  /** Below `/api/account`. */
  ask(method: string, path: string, body?: unknown): Promise<{ status: number; body: Said }>
  stop(): Promise<void>
}

/** A panel door before a simulated account that has the card `odd01` and, of its family, a bought one. */
export async function openAccountHouse(): Promise<AccountHouse> {
  const clock = fastClock(10)
  const log = recordingLog()
  const records = memoryCollection<unknown>()
  await records.set('odd01', { document: oddDocument })
  const options = { approveAfterPolls: 0, boughtCards: [boughtCard], cards: records }
  const cloud = await startCloud({ clock, log, ...options })
  const hide = () => undefined
  const tokens = memoryCollection<never>()
  const account = new Account({ ...cloud, redirectUri: null, tokens, hide, clock, log })
  const link = new CloudLink({ cloud, account, changed: hide, clock, random: Math.random, log })
  const urlOf = (key: string, file: string) => `http://127.0.0.1/media/${key}/${file}.mp3`
  const problems = new Problems((text) => text)
  const storage = { collection: () => memoryCollection() } as never
  const cards = await openCards({
    storage,
    link,
    simulated: false,
    urlOf,
    storyPlan: () => null,
    problems,
    hide,
    clock,
    log,
  })
  const { hub, perform } = houseWith()
  const door = await openPanelDoor(
    houseOf({
      ...withoutPast,
      version: '0.0.0',
      hub,
      library: new Library({ folders: [], log }),
      onLibraryChange: () => () => undefined,
      cards: cards.published,
      accountCards: (options) => cards.known.list(options),
      accountCard: cards.accountDesk,
      simulator: null,
      account: deskWithoutAccount,
      perform,
      health: () => ({}),
    }),
  )
  await link.start({ hub, cardFacts: () => ({ layout: null, stream: null }) })
  await until('somebody is signed in', () => account.state() === 'signed_in')
  return {
    ...{ cloud, records, link, cards, url: door.url },
    other: await simulatedAccount(cloud),
    async ask(method, path, body) {
      const answer = await fetch(`${door.url}/api/account${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return { status: answer.status, body: (await answer.json()) as Said }
    },
    async stop() {
      await door.stop()
      await link.stop()
      await cloud.stop()
    },
  }
}
