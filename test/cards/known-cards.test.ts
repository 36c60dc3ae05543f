import { expect, test } from 'vitest'
import type { ListedCard } from '../../src/cards/card-list.ts'
import { KnownCards } from '../../src/cards/known-cards.ts'
import { streamCardPlan } from '../../src/core/card-plan.ts'
import { AppError } from '../../src/core/error.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const hourMs = 3_600_000
const first = '2026-11-01T10:00:00.000Z'
const later = '2026-11-20T10:00:00.000Z'

/** A shelf of cards whose account can be changed while it is asked. */
function shelf() {
  const clock = new VirtualClock()
  const log = recordingLog()
  const account = {
    title: 'Bedroom',
    updated_at: first as string | null,
    fault: undefined as AppError | undefined,
    listed: [] as ListedCard[],
    repeats: false,
    asked: 0,
    listAsked: 0,
  }
  const cards = new KnownCards({
    async fetch() {
      account.asked++
      const { title, updated_at, fault } = account
      await Promise.resolve()
      if (fault !== undefined) throw fault
      const plan = streamCardPlan({ title, url: 'http://192.0.2.1/x', count: 2 })
      if (account.repeats) return { plan: { ...plan, repeats: true }, cover_url: null, updated_at }
      return { plan, cover_url: null, updated_at }
    },
    async list() {
      account.listAsked++
      return { cards: account.listed, incomplete: null }
    },
    random: () => 1,
    clock,
    log,
  })
  return { cards, clock, log, account }
}

const away = () => new AppError('unavailable', 'Yoto is away')
const gone = () => new AppError('not_found', 'no such card')

test('a card is asked for once, however often players speak of it', async () => {
  const { cards, account } = shelf()
  expect(cards.get('4Dem0')).toBeUndefined()
  const [one, other] = await Promise.all([cards.learn('4Dem0'), cards.learn('4Dem0')])
  expect(one).toBe(other)
  expect(one).toMatchObject({
    title: 'Bedroom',
    layout: [{ chapter_key: '01', track_key: '01' }, { chapter_key: '02' }],
  })
  await cards.learn('4Dem0')
  expect(account.asked).toBe(1)
})

test('a card that was changed is asked for anew, once, and those who listen are told', async () => {
  const { cards, account } = shelf()
  const told: string[] = []
  cards.onLearnt((cardId, { title }) => told.push(`${cardId} ${title}`))
  await cards.learn('4Dem0')
  cards.heardOf('4Dem0', first)
  cards.heardOf('4Dem0', 'yesterday')
  cards.heardOf('other', later)
  expect(account.asked).toBe(1)
  Object.assign(account, { title: 'Kitchen', updated_at: later })
  for (let heartbeat = 0; heartbeat < 5; heartbeat++) cards.heardOf('4Dem0', later)
  await cards.learn('4Dem0')
  // A second player still holds the card as it was.
  for (const at of [first, later, first]) cards.heardOf('4Dem0', at)
  expect(await cards.learn('4Dem0')).toMatchObject({ title: 'Kitchen' })
  expect(account.asked).toBe(2)
  expect(told).toEqual(['4Dem0 Bedroom', '4Dem0 Kitchen'])
})

test('a card that was changed here is asked for anew where it is known, whatever its time', async () => {
  const { cards, account } = shelf()
  cards.changedHere('4Dem0')
  expect(account.asked).toBe(0)
  await cards.learn('4Dem0')
  account.title = 'Kitchen'
  cards.changedHere('4Dem0')
  expect(await cards.learn('4Dem0')).toMatchObject({ title: 'Kitchen' })
  await cards.learn('4Dem0')
  expect(account.asked).toBe(2)
})

test('an account that lags behind its players is not asked again and again', async () => {
  const { cards, account } = shelf()
  await cards.learn('4Dem0')
  for (let heartbeat = 0; heartbeat < 10; heartbeat++) {
    cards.heardOf('4Dem0', later)
    await cards.learn('4Dem0')
  }
  expect(account.asked).toBe(2)
})

test('after some hours a card is no longer taken for fresh, and the old one serves meanwhile', async () => {
  const { cards, clock, account } = shelf()
  await cards.learn('4Dem0')
  await clock.advance(6 * hourMs - 1)
  await cards.learn('4Dem0')
  expect(account.asked).toBe(1)
  await clock.advance(1)
  account.fault = away()
  expect(await cards.learn('4Dem0')).toMatchObject({ title: 'Bedroom' })
  expect(cards.get('4Dem0')).toMatchObject({ title: 'Bedroom' })
  expect(account.asked).toBe(2)
})

test('a card that cannot be had now is asked for again after waits that grow, and said once', async () => {
  const { cards, clock, account, log } = shelf()
  account.fault = away()
  const askedAt: number[] = []
  const start = clock.now().getTime()
  for (let seconds = 0; seconds < 5 * 3600; seconds += 5) {
    const before = account.asked
    expect(await cards.learn('7JtVV')).toBeNull()
    if (account.asked > before) askedAt.push((clock.now().getTime() - start) / 60_000)
    await clock.advance(5_000)
  }
  expect(askedAt).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183, 243])
  expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1)
  account.fault = undefined
  await clock.advance(hourMs)
  expect(await cards.learn('7JtVV')).toMatchObject({ title: 'Bedroom' })
})

test('a card that is not there is not asked for again within an hour', async () => {
  const { cards, clock, account } = shelf()
  account.fault = gone()
  await cards.learn('7JtVV')
  await clock.advance(hourMs - 1)
  await cards.learn('7JtVV')
  expect(account.asked).toBe(1)
  await clock.advance(1)
  await cards.learn('7JtVV')
  expect(account.asked).toBe(2)
})

test('a card that the account does not give has at least the title and picture of its list', async () => {
  const { cards, clock, account } = shelf()
  account.fault = new AppError('refused', 'not for you')
  account.listed = [
    {
      card_id: '7JtVV',
      title: 'Bought',
      author: null,
      cover_url: 'https://example.org/a.gif',
      updated_at: first,
      whose: 'family',
    },
  ]
  expect(await cards.learn('7JtVV')).toEqual({
    title: 'Bought',
    cover_url: 'https://example.org/a.gif',
    layout: null,
  })
  await cards.learn('7JtVV')
  expect(account).toMatchObject({ asked: 1, listAsked: 1 })
  account.fault = undefined
  await clock.advance(60_000)
  expect(await cards.learn('7JtVV')).toMatchObject({ title: 'Bedroom', layout: [{}, {}] })
})

test('the list is asked for once in ten minutes, and what it says of newer cards is heeded', async () => {
  const { cards, clock, account } = shelf()
  await cards.learn('4Dem0')
  await Promise.all([cards.list(), cards.list()])
  expect(account).toMatchObject({ asked: 1, listAsked: 1 })
  account.listed = [
    { card_id: '4Dem0', title: 'Kitchen', author: null, cover_url: null, updated_at: later, whose: 'own' },
  ]
  Object.assign(account, { title: 'Kitchen', updated_at: later })
  await clock.advance(600_000)
  await cards.list()
  expect(await cards.learn('4Dem0')).toMatchObject({ title: 'Kitchen' })
  expect(account).toMatchObject({ asked: 2, listAsked: 2 })
})

test('a card that its maker has go round is known so', async () => {
  const { cards, account } = shelf()
  account.repeats = true
  expect(await cards.learn('4Dem0')).toMatchObject({ repeats: true })
})

test('what another sign-in may be given is asked for again, and nothing is kept of one that is over', async () => {
  const { cards, account } = shelf()
  account.fault = gone()
  await cards.learn('7JtVV')
  account.fault = undefined
  cards.askAgain()
  expect(await cards.learn('7JtVV')).toMatchObject({ title: 'Bedroom' })
  cards.forget()
  expect(cards.get('7JtVV')).toBeUndefined()
  await cards.learn('7JtVV')
  expect(account.asked).toBe(3)
})
