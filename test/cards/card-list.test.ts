import { expect, test } from 'vitest'
import { CardList, type ListedCards } from '../../src/cards/card-list.ts'
import { AppError } from '../../src/core/error.ts'
import { oneTurn, VirtualClock } from '../support/virtual-clock.ts'

const away = () => new AppError('unavailable', 'Yoto is away')

/** A list whose account answers as it is told, or not at all. */
function listAt() {
  const clock = new VirtualClock()
  const account = { asked: 0, fault: undefined as AppError | undefined, hangs: false, titles: ['Bedroom'] }
  const answers: (() => void)[] = []
  const told: string[] = []
  const list = new CardList({
    async list(): Promise<ListedCards> {
      account.asked++
      const cards = account.titles.map((title) => ({
        card_id: title,
        title,
        author: null,
        cover_url: null,
        updated_at: null,
        whose: 'own' as const,
      }))
      if (account.hangs) await new Promise<void>((resolve) => answers.push(resolve))
      if (account.fault !== undefined) throw account.fault
      return { cards, incomplete: null }
    },
    onRead: (cards) => told.push(...cards.map(({ title }) => title)),
    clock,
  })
  const titles = async (options?: { refresh: boolean }) =>
    (await list.read(options)).cards.map(({ title }) => title)
  return { clock, account, list, titles, told, answer: () => answers.shift()?.() }
}

test('the list is read once in ten minutes, however many want it', async () => {
  const { clock, account, list, told } = listAt()
  const read = await Promise.all([list.read(), list.read()])
  expect(read[0]).toEqual({
    cards: [
      {
        card_id: 'Bedroom',
        title: 'Bedroom',
        author: null,
        cover_url: null,
        updated_at: null,
        whose: 'own',
      },
    ],
    incomplete: null,
    read_at: '2026-11-21T10:00:00.000+00:00',
    problem: null,
  })
  await clock.advance(599_999)
  await list.read()
  expect(account.asked).toBe(1)
  await clock.advance(1)
  expect(await list.read()).toMatchObject({ read_at: '2026-11-21T10:10:00.000+00:00', problem: null })
  expect(account.asked).toBe(2)
  expect(told).toEqual(['Bedroom', 'Bedroom'])
})

test('who asks for a fresh list gets one, but Yoto is not asked all the time', async () => {
  const { clock, account, titles } = listAt()
  await titles()
  account.titles = ['Kitchen']
  expect(await titles({ refresh: true })).toEqual(['Bedroom'])
  await clock.advance(10_000)
  expect(await titles({ refresh: true })).toEqual(['Kitchen'])
  expect(account.asked).toBe(2)
})

test('while Yoto is away the old list is given with its age and the reason, and Yoto is spared', async () => {
  const { clock, account, list } = listAt()
  await list.read()
  await clock.advance(600_000)
  account.fault = away()
  const old = {
    cards: [{ title: 'Bedroom' }],
    read_at: '2026-11-21T10:00:00.000+00:00',
    problem: 'Yoto is away',
  }
  expect(await list.read()).toMatchObject(old)
  expect(await list.read()).toMatchObject(old)
  expect(account.asked).toBe(2)
  await clock.advance(10_000)
  account.fault = undefined
  expect(await list.read()).toMatchObject({ problem: null })
  expect(account.asked).toBe(3)
})

test('a list that was never given is an error with the reason', async () => {
  const { account, list } = listAt()
  account.fault = away()
  await expect(list.read()).rejects.toBe(account.fault)
  account.fault = undefined
  await expect(list.read()).rejects.toThrow('Yoto is away')
  list.askAgain()
  expect(await list.read()).toMatchObject({ problem: null })
})

test('nobody waits long for a Yoto that does not answer, and what comes late is there for the next', async () => {
  const { clock, account, list, answer } = listAt()
  account.hangs = true
  const first = list.read().catch((error: Error) => error)
  await clock.advance(20_000)
  expect(await first).toMatchObject({ code: 'unavailable', message: expect.stringContaining('ask again') })
  answer()
  await oneTurn()
  expect(await list.read()).toMatchObject({ problem: null })
  await clock.advance(600_000)
  const stale = list.read()
  await clock.advance(3_000)
  expect(await stale).toMatchObject({
    read_at: '2026-11-21T10:00:20.000+00:00',
    problem: expect.stringContaining('ask again'),
  })
  expect(account.asked).toBe(2)
})

test('the list of one account is never given to the next, whenever it comes', async () => {
  const { account, list, titles, answer } = listAt()
  await titles()
  account.titles = ['Theirs']
  list.forget()
  expect(await titles()).toEqual(['Theirs'])
  list.forget()
  account.hangs = true
  const asked = list.read().catch((error: Error) => error)
  await oneTurn()
  list.forget()
  account.titles = ['Mine']
  account.hangs = false
  expect(await titles()).toEqual(['Mine'])
  answer()
  await oneTurn()
  expect(await titles()).toEqual(['Mine'])
  expect(await asked).toMatchObject({ cards: [{ title: 'Mine' }] })
})

test('after a change the list is asked for at once, and what was under way before counts no more', async () => {
  const { account, list, titles, answer } = listAt()
  await titles()
  account.titles = ['Kitchen']
  list.outdate()
  expect(await titles()).toEqual(['Kitchen'])
  expect(await titles()).toEqual(['Kitchen'])
  expect(account.asked).toBe(2)
  account.hangs = true
  list.outdate()
  const asked = titles()
  await oneTurn()
  account.hangs = false
  account.titles = ['Attic']
  list.outdate()
  expect(await titles()).toEqual(['Attic'])
  answer()
  await oneTurn()
  expect(await titles()).toEqual(['Attic'])
  expect(await asked).toEqual(['Attic'])
  account.fault = away()
  list.outdate()
  expect(await list.read()).toMatchObject({ cards: [{ title: 'Attic' }], problem: 'Yoto is away' })
})
