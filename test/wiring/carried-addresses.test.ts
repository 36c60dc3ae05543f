import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CardPlan } from '../../src/core/card-plan.ts'
import { Hub } from '../../src/hub.ts'
import { type SimulatedCloud, startCloud } from '../../src/simulator/cloud.ts'
import { addressGate } from '../../src/wiring/address-gate.ts'
import { CloudLink } from '../../src/wiring/cloud-link.ts'
import { Account } from '../../src/yoto/account.ts'
import { newGround, settled, startCards } from '../cards/household.ts'
import { fastClock } from '../support/fast-clock.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { recordingLog } from '../support/recording-log.ts'

const clock = fastClock(20)
const address = 'http://192.168.1.20:8098'
const yoto = {
  ...{ client_id: 'an-app', api_url: null, auth_url: null, mqtt_url: null },
  redirect_uri: 'http://127.0.0.1:8787/callback',
  every_ability: false,
}
const options = { public_url: address, public_url_consent: [], yoto }

let cloud: SimulatedCloud
let link: CloudLink

beforeEach(async () => {
  cloud = await startCloud({ clock, log: recordingLog(), approveAfterPolls: 0 })
  const log = recordingLog()
  const account = new Account({
    ...cloud,
    ...{ redirectUri: null, tokens: memoryCollection(), hide: () => undefined, clock, log },
  })
  const gate = addressGate({ options, address, simulate: false })
  const checkAddress = (url: string) => gate.check(url)
  link = new CloudLink({
    ...{ cloud, account, checkAddress, changed: () => undefined, clock, random: () => 0, log },
  })
  const hub = new Hub({
    queues: memoryCollection(),
    card: () => ({ layout: null, stream: null }),
    ...{ newId: () => 'id', clock, log },
  })
  await link.start({ hub, cardFacts: () => ({ layout: null, stream: null }) })
  await link.signedIn()
})

afterEach(async () => {
  await link.stop()
  await cloud.stop()
})

const plan = (...urls: string[]): CardPlan => ({
  title: 'Card',
  chapters: urls.map((url, at) => ({
    key: `0${at + 1}`,
    title: 'Chapter',
    tracks: [{ key: '01', title: 'Track', url }],
  })),
})
const ours = `${address}/media/key-one/stream.mp3`
const theirs = 'https://radio.example.org/live.mp3'
const refusal = { code: 'unprocessable', message: expect.stringContaining('plain_http') }

test('a card with an address that players cannot use is neither made nor replaced, and nothing is sent', async () => {
  await expect(link.saveCard(plan(theirs, ours), null)).rejects.toMatchObject(refusal)
  expect(await link.cards()).toEqual([])
  const cardId = await link.saveCard(plan(theirs), null)
  const before = await cloud.card(cardId)
  const asked = cloud.restTrouble.take.bind(cloud.restTrouble)
  const calls: string[] = []
  cloud.restTrouble.take = (call) => {
    calls.push(call)
    return asked(call)
  }
  await expect(link.saveCard(plan(ours), cardId)).rejects.toMatchObject(refusal)
  expect(calls).toEqual([])
  expect(await cloud.card(cardId)).toEqual(before)
})

test('addresses of others are theirs to answer for, also those of this machine', async () => {
  const cardId = await link.saveCard(plan(theirs, 'http://192.168.1.20:8097/media/x/stream.mp3'), null)
  expect(await cloud.card(cardId)).toBeDefined()
})

test('a card of theirs gets no such address, and keeps what it has', async () => {
  const cardId = await link.saveCard(plan(theirs), null)
  const before = await cloud.card(cardId)
  await expect(link.rewriteCard(cardId, () => ours)).rejects.toMatchObject(refusal)
  expect(await cloud.card(cardId)).toEqual(before)
  await link.rewriteCard(cardId, (url) => url)
  await link.rewriteCard(cardId, () => `${theirs}?new`)
  expect(JSON.stringify(await cloud.card(cardId))).toContain(`${theirs}?new`)
})

test('a card without any address is not looked at', async () => {
  const media = { id: 'A'.repeat(43), duration_s: 3, bytes: 1000, format: 'aac', channels: 'stereo' } as const
  const chapter = { key: '01', title: 'Chapter', tracks: [{ key: '01', title: 'Track', media }] }
  // It gets as far as Yoto, which does not know that audio.
  await expect(link.saveCard({ title: 'Card', chapters: [chapter] }, null)).rejects.toMatchObject({
    code: 'refused',
  })
})

test('a card is deleted, once', async () => {
  const cardId = await link.saveCard(plan(theirs), null)
  await link.deleteCard(cardId)
  expect(await cloud.card(cardId)).toBeUndefined()
  await expect(link.deleteCard(cardId)).rejects.toMatchObject({ code: 'not_found' })
})

test('what counts as an account of this machine', () => {
  const gate = (api_url: string | null, simulate = false) =>
    addressGate({ options: { ...options, yoto: { ...yoto, api_url } }, address, simulate }).isReal
  expect([gate(null), gate('https://192.168.1.3')]).toEqual([true, true])
  const here = ['http://127.0.0.1:9', 'http://localhost', 'http://[::1]:9', 'http://127.1']
  expect(here.map((url) => gate(url))).toEqual([false, false, false, false])
  expect(gate(null, true)).toBe(false)
})

test('a card that is due to be published again says why it is not', async () => {
  const ground = newGround()
  const cards = await startCards(ground)
  const made = await cards.publish({ stream: 'attic', title: 'Attic', kind: 'queue', chapters: 0 })
  const gate = addressGate({ options, address, simulate: false })
  ground.account.asked = () => gate.check(ours)
  await cards.rotateCard(made.card_id ?? '', { now: false })
  await settled()
  const name = `card/${made.card_id}/outdated`
  expect(ground.troubles.get(name)).toMatch(/still carries an old key.*plain http.*tried again every hour/)
  await expect(cards.change(made.card_id ?? '', { title: 'Up there' })).rejects.toMatchObject(refusal)
  expect(cards.card(made.card_id ?? '').title).toBe('Attic')
})
