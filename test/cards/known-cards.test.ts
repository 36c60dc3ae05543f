import { expect, test } from 'vitest'
import { KnownCards } from '../../src/cards/known-cards.ts'
import { streamCardPlan } from '../../src/core/card-plan.ts'
import { AppError } from '../../src/core/error.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

function shelf(answer: () => Promise<{ plan: ReturnType<typeof streamCardPlan>; cover_url: string | null }>) {
  const clock = new VirtualClock()
  const log = recordingLog()
  let asked = 0
  const cards = new KnownCards({
    fetch: () => {
      asked++
      return answer()
    },
    clock,
    log,
  })
  return { cards, clock, log, asked: () => asked }
}

const plan = streamCardPlan({ title: 'Bedroom', url: 'http://192.0.2.1/x', count: 2 })

test('a card is asked for once, however often players speak of it', async () => {
  const { cards, asked } = shelf(async () => ({ plan, cover_url: null }))
  expect(cards.get('4Dem0')).toBeUndefined()
  const [one, other] = await Promise.all([cards.learn('4Dem0'), cards.learn('4Dem0')])
  expect(one).toBe(other)
  expect(one).toMatchObject({
    title: 'Bedroom',
    layout: [{ chapter_key: '01', track_key: '01' }, { chapter_key: '02' }],
  })
  await cards.learn('4Dem0')
  expect(asked()).toBe(1)
})

test('a card that cannot be read is said once and asked for again in ten minutes', async () => {
  const { cards, clock, log, asked } = shelf(() => Promise.reject(new AppError('not_found', 'no such card')))
  for (let heartbeat = 0; heartbeat < 20; heartbeat++) expect(await cards.learn('7JtVV')).toBeNull()
  expect(asked()).toBe(1)
  expect(log.lines).toHaveLength(1)
  await clock.advance(600_000)
  await cards.learn('7JtVV')
  expect(asked()).toBe(2)
})
