import { describe, expect, test } from 'vitest'
import { counting, forest, queueCardHouse, sea } from './support/queue-card-house.ts'
import { runApp, until } from './support/running-app.ts'

/** A product with a queue card of "kitchen", in whose place "anna" answers the first player. */
async function household(when?: object) {
  const house = await queueCardHouse({}, 1)
  const { app, call, nursery } = house
  await app.hub.mutateQueue('kitchen', { op: 'append', files: [sea] }, 'the test')
  await app.hub.mutateQueue('anna', { op: 'append', files: [forest, counting] }, 'the test')
  const answers = [{ stream: 'anna', when: when ?? { player: nursery.id } }]
  expect(await call('PUT', '/streams/kitchen/answers', { answers })).toMatchObject({
    status: 200,
    body: { success: true, answers },
  })
  return house
}

describe('a stream that another answers for', () => {
  test('plays that one to the player it is meant for, and presses and commands move that one', async () => {
    const { app, call, nursery, queueCard, insert, hears, buttons, currentFile } = await household()
    await insert(await queueCard('kitchen'))
    await hears('start', forest)
    nursery.press('right')
    await hears('right-a', counting)
    expect(currentFile('anna')).toBe(counting)
    expect(currentFile('kitchen')).toBe(sea)
    expect(buttons()).toMatchObject([{ button: 'right', stream: 'anna' }])
    await until('the cloud says where it is', () => app.hub.player(nursery.id)?.chapter_key === 'right-a')
    expect(await call('POST', `/players/${nursery.id}/previous`)).toMatchObject({ status: 200 })
    await hears('start', forest)
    expect(currentFile('anna')).toBe(forest)
    expect(app.hub.queue('kitchen')?.version).toBe(1)
  })

  test('plays itself to everybody else, and once the other is gone', async () => {
    const { call, app, nursery, queueCard, insert, hears } = await household()
    const other = app.hub.players().find(({ id }) => id !== nursery.id)
    await call('PUT', '/streams/kitchen/answers', {
      answers: [{ stream: 'anna', when: { player: other?.id } }],
    })
    const card = await queueCard('kitchen')
    await insert(card)
    await hears('start', sea)
    await call('PUT', '/streams/kitchen/answers', {
      answers: [{ stream: 'anna', when: { player: nursery.id } }],
    })
    expect(await call('DELETE', '/streams/anna')).toMatchObject({ status: 200 })
    await nursery.remove()
    await insert(card)
    await hears('start', sea)
  })
})

describe('what cannot answer', () => {
  test('is named, and nothing changes', async () => {
    const { app, call, nursery } = await household()
    const put = (answers: unknown) => call('PUT', '/streams/kitchen/answers', { answers })
    const refused = async (answers: unknown) => {
      const { status, body } = await put(answers)
      return [status, (body as { error: { message: string } }).error.message]
    }
    expect(await refused([{ stream: 'kitchen', when: { days: ['sat'] } }])).toEqual([
      422,
      'answer 1 names "kitchen" itself, which plays anyway where no answer holds: name another stream',
    ])
    expect(await refused([{ stream: 'nowhere', when: { player: nursery.id } }])).toEqual([
      404,
      'answer 1: there is no stream "nowhere"; put something into it first',
    ])
    expect(await refused([{ stream: 'anna', when: { between: { from: '07:00', to: '07:00' } } }])).toEqual([
      422,
      expect.stringMatching(/^answer 1 never holds, for its time begins and ends at 07:00/),
    ])
    expect(await refused([{ stream: 'anna', when: { player: 'nobody' } }])).toEqual([
      404,
      expect.stringContaining('nobody'),
    ])
    for (const wrong of [
      [{ stream: 'anna', when: {} }],
      [{ stream: 'anna', when: { between: { from: '7:00', to: '19:00' } } }],
      [{ stream: 'anna', when: { days: ['someday'] } }],
      'anna',
    ])
      expect((await put(wrong)).status).toBe(422)
    expect(await call('GET', '/streams/kitchen/answers')).toMatchObject({
      body: { answers: [{ stream: 'anna' }] },
    })
    expect(await call('GET', '/streams/nowhere/answers')).toMatchObject({ status: 404 })
    expect(app.hub.queue('kitchen')?.version).toBe(1)
  })
})

test('what came with a file of queues holds after a restart, and so does that it ended', {
  tags: 'slow',
}, async () => {
  let house = await runApp()
  const again = async () => {
    await house.stop()
    house = await runApp({ data: house.data })
  }
  const bring = async (mode: string, file: unknown) =>
    expect(await house.call('POST', '/queues/import', { mode, file })).toMatchObject({ status: 200 })
  const answersOf = async () =>
    ((await house.call('GET', '/streams/kitchen/answers')).body as { answers: unknown }).answers
  for (const stream of ['kitchen', 'anna'])
    await house.app.hub.mutateQueue(stream, { op: 'append', files: [sea] }, 'the test')
  const without = (await house.call('GET', '/queues/export')).body
  const answers = [{ stream: 'anna', when: { days: ['sat', 'sun'] } }]
  await house.call('PUT', '/streams/kitchen/answers', { answers })
  const file = (await house.call('GET', '/queues/export')).body
  for (const stream of ['kitchen', 'anna']) await house.call('DELETE', `/streams/${stream}`)
  await bring('merge', file)
  await again()
  expect(await answersOf()).toEqual(answers)
  await bring('replace', without)
  await again()
  expect(await answersOf()).toEqual([])
  expect((await house.call('GET', '/queues/export')).body).toEqual(without)
  await house.remove()
})

test('what was set holds after a restart, and ends with its stream', async () => {
  const first = await runApp()
  const { hub } = first.app
  for (const stream of ['kitchen', 'anna'])
    await hub.mutateQueue(stream, { op: 'append', files: [sea] }, 'the test')
  const answers = [
    { stream: 'anna', when: { between: { from: '19:00', to: '07:00' }, days: ['sat', 'sun'] } },
  ]
  expect(await first.call('PUT', '/streams/kitchen/answers', { answers })).toMatchObject({ status: 200 })
  await first.stop()

  const second = await runApp({ data: first.data })
  expect(await second.call('GET', '/streams/kitchen/answers')).toEqual({ status: 200, body: { answers } })
  expect(await second.call('DELETE', '/streams/kitchen')).toMatchObject({ status: 200 })
  await second.app.hub.mutateQueue('kitchen', { op: 'append', files: [sea] }, 'the test')
  expect(await second.call('GET', '/streams/kitchen/answers')).toEqual({ status: 200, body: { answers: [] } })
  await second.remove()
})
