import { afterEach, beforeEach, expect, test } from 'vitest'
import { Library } from '../../src/audio/library/library.ts'
import type { Clock } from '../../src/core/clock.ts'
import type { Listener } from '../../src/http/server.ts'
import { type SimulatedCloud, startCloud } from '../../src/simulator/cloud.ts'
import { deskWithoutAccount } from '../../src/wiring/account.ts'
import { type Cards, openCards } from '../../src/wiring/cards.ts'
import { CloudLink } from '../../src/wiring/cloud-link.ts'
import { houseOf } from '../../src/wiring/panel-house.ts'
import { Problems } from '../../src/wiring/problems.ts'
import { Account } from '../../src/yoto/account.ts'
import { cardDeskOf } from '../support/card-desk.ts'
import { fastClock } from '../support/fast-clock.ts'
import { houseWith, withoutPast } from '../support/house.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { openPanelDoor } from '../support/panel-door.ts'
import { recordingLog } from '../support/recording-log.ts'
import { until } from '../support/running-app.ts'
import { simulatedAccount } from '../support/simulated-account.ts'

const bought = {
  cardId: '08aB0',
  title: 'Bought stories',
  updatedAt: '2025-01-01T00:00:00.000Z',
  metadata: { author: 'Ann', cover: { imageL: 'https://example.org/cover.jpg' } },
  content: chaptersOf('07'),
}

function chaptersOf(key: string) {
  const track = { key, title: key, type: 'audio', format: 'aac', trackUrl: `yoto:#${key}`, duration: 600 }
  return { chapters: [{ key, title: key, tracks: [track] }] }
}

let clock: Clock
let cloud: SimulatedCloud
let account: Account
let link: CloudLink
let cards: Cards
let door: Listener

beforeEach(async () => {
  clock = fastClock(20)
  const log = recordingLog()
  cloud = await startCloud({ clock, log, approveAfterPolls: 0, boughtCards: [bought] })
  const tokens = memoryCollection<never>()
  const hide = () => undefined
  account = new Account({ ...cloud, redirectUri: null, tokens, hide, clock, log })
  link = new CloudLink({ cloud, account, changed: hide, clock, random: Math.random, log })
  const storage = { collection: () => memoryCollection() } as never
  const urlOf = (key: string, file: string) => `http://127.0.0.1/media/${key}/${file}.mp3`
  const problems = new Problems((text) => text)
  const storyPlan = () => null
  cards = await openCards({ storage, link, simulated: false, urlOf, storyPlan, problems, hide, clock, log })
  const { hub, perform } = houseWith()
  door = await openPanelDoor(
    houseOf({
      ...withoutPast,
      version: '0.0.0',
      hub,
      library: new Library({ folders: [], log }),
      onLibraryChange: () => () => undefined,
      cards: cards.published,
      cardDesk: cardDeskOf(cards.published),
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
})

afterEach(async () => {
  await door.stop()
  await link.stop()
  await cloud.stop()
})

interface Answer {
  readonly cards: readonly { title: string }[]
  readonly count: number
  readonly read_at: string
  readonly error?: { code: string; message: string }
}

async function ask(query = ''): Promise<{ status: number; body: Answer }> {
  const answer = await fetch(`${door.url}/api/account/cards${query}`)
  return { status: answer.status, body: (await answer.json()) as Answer }
}

test('the cards of the account and of its family are told, with what is known of each', async () => {
  const other = await simulatedAccount(cloud)
  const { cardId } = await other.save({ title: 'Made in the app', content: chaptersOf('01') })
  const ours = await cards.published.publish({
    stream: 'bedroom',
    title: 'Bedroom',
    kind: 'queue',
    chapters: 20,
  })
  const { status, body } = await ask()
  expect(status).toBe(200)
  expect(body).toEqual({
    cards: expect.arrayContaining([
      {
        card_id: '08aB0',
        title: 'Bought stories',
        author: 'Ann',
        cover_url: 'https://example.org/cover.jpg',
        whose: 'family',
        updated_at: bought.updatedAt,
      },
      expect.objectContaining({ card_id: cardId, title: 'Made in the app', author: null, whose: 'own' }),
      expect.objectContaining({ card_id: ours.card_id, title: 'Bedroom', whose: 'ours' }),
    ]),
    count: 3,
    read_at: expect.stringMatching(/^\d{4}-.*\+00:00$/),
    problem: null,
    incomplete: null,
  })
})

test('a card that was made since is told when a fresh list is asked for', async () => {
  expect((await ask()).body.count).toBe(1)
  const other = await simulatedAccount(cloud)
  await other.save({ title: 'Made in the app', content: chaptersOf('01') })
  await clock.sleep(10_000)
  expect((await ask()).body.count).toBe(1)
  expect((await ask('?refresh=true')).body.count).toBe(2)
  expect(await ask('?refresh=now')).toMatchObject({ status: 422 })
})

test('while Yoto cannot be reached the last list is told, with its age and the reason', async () => {
  const { body: before } = await ask()
  await clock.sleep(10_000)
  cloud.restTrouble.add({ call: /content|library/, status: 400, times: 99 })
  const { status, body } = await ask('?refresh=true')
  expect(status).toBe(200)
  expect(body).toEqual({ ...before, problem: expect.stringContaining('GET /content/mine') })
})

test('a Yoto that cannot be reached and has told of nothing yet is an error with the reason', async () => {
  cloud.restTrouble.add({ call: /content|library/, status: 503, times: 99 })
  const { status, body } = await ask()
  expect(status).toBe(503)
  expect(body.error?.message).toMatch(/Yoto cannot do GET|ask again in a while/)
})

test('a family that Yoto does not tell of leaves the own cards, and says so', async () => {
  cloud.restTrouble.add({ call: /family.library/, status: 403, times: 9 })
  expect((await ask()).body).toMatchObject({
    cards: [],
    problem: null,
    incomplete: expect.stringContaining('the sign-in may lack a scope'),
  })
})

test('who signs out leaves no list behind, and who signs in again has one at once', async () => {
  expect((await ask()).body.count).toBe(1)
  await account.signOut()
  expect(await ask()).toMatchObject({
    status: 503,
    body: { error: { code: 'unavailable', message: 'not signed in to Yoto' } },
  })
  account.signInAgain()
  await until('somebody is signed in', () => account.state() === 'signed_in')
  expect((await ask()).body.count).toBe(1)
})

test('cards are looked for by words of title and author, and by whose they are', async () => {
  const other = await simulatedAccount(cloud)
  await other.save({ title: 'Été à la mer', content: chaptersOf('01'), metadata: { author: 'Zoë' } })
  await cards.published.publish({ stream: 'bedroom', title: 'Bedroom', kind: 'queue', chapters: 20 })
  const found = async (wish: object) => {
    const answer = await fetch(`${door.url}/api/account/cards/search`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(wish),
    })
    const { cards, count } = (await answer.json()) as Answer
    expect(cards).toHaveLength(count)
    return cards.map(({ title }) => title)
  }
  expect(await found({})).toHaveLength(3)
  expect(await found({ text: 'ETE zoe' })).toEqual(['Été à la mer'])
  expect(await found({ text: 'ete bedroom' })).toEqual([])
  expect(await found({ whose: 'ours' })).toEqual(['Bedroom'])
  expect(await found({ whose: 'own' })).toEqual(['Été à la mer'])
  expect(await found({ whose: 'family', text: 'ann' })).toEqual(['Bought stories'])
})
