import { expect, test } from 'vitest'
import { DeletedCards } from '../../src/cards/deleted-cards.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const dayMs = 24 * 3_600_000

function open() {
  const clock = new VirtualClock()
  const log = recordingLog()
  const records = memoryCollection<unknown>()
  return { clock, log, records, cards: new DeletedCards({ records, clock, log }) }
}

test('documents are kept as they are, the newest first, and forgotten when that is asked for', async () => {
  const { clock, cards } = open()
  await cards.keep('abcDE', 'One', '{"title":"One", "n":1.0}')
  await clock.advance(dayMs)
  await cards.keep('08aB0', 'Two', '{}')
  expect((await cards.list()).map(({ card_id, title }) => [card_id, title])).toEqual([
    ['08aB0', 'Two'],
    ['abcDE', 'One'],
  ])
  const { document, deleted_at, kept_until } = await cards.get('abcDE')
  expect(document).toBe('{"title":"One", "n":1.0}')
  expect(Date.parse(kept_until) - Date.parse(deleted_at)).toBe(30 * dayMs)
  await cards.forget('abcDE')
  await expect(cards.get('abcDE')).rejects.toMatchObject({ code: 'not_found' })
  expect(await cards.list()).toHaveLength(1)
})

test('after thirty days a document is given no more, and leaves the store', async () => {
  const { clock, cards, records } = open()
  await cards.keep('abcDE', 'One', '{}')
  await clock.advance(30 * dayMs - 1)
  await cards.tidy()
  expect(await cards.list()).toHaveLength(1)
  await clock.advance(1)
  expect(await cards.list()).toEqual([])
  await expect(cards.get('abcDE')).rejects.toMatchObject({ code: 'not_found' })
  expect(await records.entries()).toHaveLength(1)
  await cards.tidy()
  expect(await records.entries()).toEqual([])
})

test.each([null, 7, {}, { title: 'A', document: '{}' }, { title: 'A', document: '{}', deleted_at: 'soon' }])(
  'what is no record is passed over: %j',
  async (record) => {
    const { cards, records } = open()
    await records.set('abcDE', record)
    expect(await cards.list()).toEqual([])
    await cards.tidy()
    expect(await records.entries()).toEqual([])
  },
)

test('a store that fails does not end the tidying of others', async () => {
  const { clock, log, records } = open()
  const failing = {
    ...records,
    async entries(): Promise<never> {
      throw new Error('the disk is gone')
    },
  }
  await new DeletedCards({ records: failing, clock, log }).tidy()
  expect(log.lines).toMatchObject([{ level: 'warn', detail: { error: 'the disk is gone' } }])
})
