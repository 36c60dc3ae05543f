/** @module-tag slow */
import { describe, expect, test } from 'vitest'
import { counting, crossroads, forest, queueCardHouse, sea } from './support/queue-card-house.ts'
import { until } from './support/running-app.ts'

const pace = 4
const settled = () => new Promise((resolve) => setTimeout(resolve, 200))

describe('a player that looks ahead', () => {
  test('presses a card with `confirm: mqtt` when it says so, and not when it looks ahead', async () => {
    const house = await queueCardHouse({ lookAhead: true, headBeforeGet: true }, pace)
    const { app, nursery, plays, looksAheadTo, buttons, currentFile } = house
    await app.hub.mutateQueue('kitchen', { op: 'append', files: [crossroads, counting, forest, sea] }, 'test')
    await house.insert(await house.queueCard('kitchen', { confirm: 'mqtt' }))
    await plays('start', crossroads)
    await looksAheadTo('now-a')
    await settled()
    expect(currentFile('kitchen')).toBe(crossroads)
    expect(buttons()).toEqual([])

    await nursery.press('right')
    await plays('right-a', counting)
    await until('the press is counted', () => buttons().length === 1)
    expect(buttons()[0]).toMatchObject({
      button: 'right',
      via: 'mqtt',
      confidence: 1,
      chapter_key: 'right-a',
    })
    expect(currentFile('kitchen')).toBe(counting)

    await looksAheadTo('now-a')
    await plays('now-a', forest)
    await until('the end is counted', () => currentFile('kitchen') === forest)
    await nursery.press('left')
    await plays('left-a', counting)
    await until('the press is counted', () => buttons().length === 2)
    expect(currentFile('kitchen')).toBe(counting)
    expect(await house.problems()).toEqual([])
  }, 30_000)

  test('hears on a card with `confirm: mqtt` what a rule makes of its press in that very request', async () => {
    const house = await queueCardHouse({ lookAhead: true }, 2)
    const { app, nursery, plays, looksAheadTo, buttons } = house
    const day = { op: 'replace', files: [crossroads, counting], playlist: 'daytime' } as const
    await app.hub.mutateQueue('bedroom', day, 'the test')
    await house.insert(await house.queueCard('bedroom', { confirm: 'mqtt' }))
    await plays('start', crossroads)
    await looksAheadTo('now-a')
    await nursery.press('right')
    await plays('right-a', forest)
    await nursery.press('left')
    await plays('left-a', sea)
    await until('both are counted', () => buttons().length === 2)
    expect(buttons().map(({ button }) => button)).toEqual(['right', 'left'])
    expect(app.hub.queue('bedroom')?.reason).toBe('rule left-to-the-sea')
  }, 30_000)

  test('has pressed no card with `confirm: mqtt` that it takes up again after it was off', async () => {
    const house = await queueCardHouse({ lookAhead: true, rangeOnResume: true, mqttKeys: 'late' }, 1)
    const { app, nursery, plays, buttons, currentFile } = house
    await app.hub.mutateQueue('kitchen', { op: 'append', files: [crossroads, counting, forest, sea] }, 'test')
    await house.insert(await house.queueCard('kitchen', { confirm: 'mqtt' }))
    await plays('start', crossroads)
    await until('the place is named', () => app.hub.player(nursery.id)?.chapter_key === 'start')
    await nursery.press('right')
    await plays('right-a', counting)
    await nursery.power(false)
    await until('the cloud says that it is off', () => app.hub.player(nursery.id)?.online === false)
    await nursery.power(true)
    await until('it says where it is', () => app.hub.player(nursery.id)?.chapter_key === 'right-a')
    await settled()
    expect(buttons()).toEqual([])
    expect(currentFile('kitchen')).toBe(counting)
  }, 30_000)

  test('is found out, and its card runs with `confirm: mqtt` from then on', async () => {
    const house = await queueCardHouse({ lookAhead: true }, pace)
    const { app, call, nursery, plays, looksAheadTo, buttons, currentFile } = house
    await app.hub.mutateQueue('kitchen', { op: 'append', files: [crossroads, counting, forest, sea] }, 'test')
    const cardId = await house.queueCard('kitchen')
    await house.insert(cardId)
    await plays('start', crossroads)
    await looksAheadTo('now-a')
    await until('the card is no longer trusted', () => app.cards.byCard(cardId)?.confirm === 'mqtt')
    expect(currentFile('kitchen')).toBe(crossroads)
    expect(await house.problems()).toEqual([expect.stringContaining('look ahead')])
    expect(await house.problemNames()).toEqual([`card/${cardId}/distrusted`])
    expect((await call('GET', `/cards/${cardId}`)).body).toMatchObject({ confirm: 'mqtt', presses: [] })

    await nursery.press('right')
    await plays('right-a', counting)
    await until('the press is counted', () => buttons().length === 1)
    expect(currentFile('kitchen')).toBe(counting)
    await call('PUT', `/cards/${cardId}`, { confirm: 'request' })
    expect(await house.problems()).toEqual([])
  }, 30_000)

  test('and says nothing of where it is, has nothing counted, and a problem says so', async () => {
    const house = await queueCardHouse({ lookAhead: true, mqttKeys: 'missing' }, pace)
    const { app, nursery, looksAheadTo, plays, buttons, currentFile } = house
    await app.hub.mutateQueue('kitchen', { op: 'append', files: [crossroads, counting, forest, sea] }, 'test')
    const cardId = await house.queueCard('kitchen', { confirm: 'mqtt' })
    await house.insert(cardId)
    await plays('start', crossroads)
    await looksAheadTo('now-a')
    await plays('now-a', counting)
    await nursery.press('right')
    await until('the player has gone right', () => nursery.snapshot().chapterKey === 'right-a')
    await until('it hears something', () => nursery.snapshot().bytesReceived > 20_000)
    expect(await house.problems()).toEqual([expect.stringContaining('its presses are not counted')])
    expect(await house.problemNames()).toEqual([`card/${cardId}/silent`])
    expect(buttons()).toEqual([])
    expect(currentFile('kitchen')).toBe(crossroads)
  }, 30_000)
})

describe('a player that ignores where a card leads', () => {
  test.each([{}, { mqttKeys: 'missing' as const }])(
    'plays a linear queue card, pressed once for each press %o',
    async (keys) => {
      const house = await queueCardHouse({ ignoreEventsOnStreams: true, headBeforeGet: true, ...keys }, pace)
      const { app, nursery, plays, buttons, currentFile } = house
      const files = [crossroads, counting, forest, sea]
      await app.hub.mutateQueue('kitchen', { op: 'append', files }, 'test')
      await house.insert(await house.queueCard('kitchen', { slots: 'linear' }))
      await plays('01', crossroads)
      await nursery.press('right')
      await plays('02', counting)
      await nursery.press('right')
      await plays('03', forest)
      // It is too short a time for a restart.
      await nursery.press('left')
      await plays('02', counting)
      await until('it goes on by itself', () => nursery.snapshot().chapterKey === '03')
      await plays('03', forest)
      await settled()
      expect(buttons().map(({ button, via }) => `${button} ${via}`)).toEqual([
        'right http',
        'right http',
        'left http',
      ])
      expect(currentFile('kitchen')).toBe(forest)
      expect(await house.problems()).toEqual([])
    },
    30_000,
  )

  test('and looks ahead is found out by its first press that never was', async () => {
    const house = await queueCardHouse({ ignoreEventsOnStreams: true, lookAhead: true }, pace)
    const { app, call, plays, currentFile } = house
    await app.hub.mutateQueue('kitchen', { op: 'append', files: [crossroads, counting, forest, sea] }, 'test')
    const cardId = await house.queueCard('kitchen', { slots: 'linear' })
    await house.insert(cardId)
    await plays('02', counting)
    await until('the card is no longer trusted', () => app.cards.byCard(cardId)?.confirm === 'mqtt')
    const { presses } = (await call('GET', `/cards/${cardId}`)).body as { presses: object[] }
    expect(presses).toMatchObject([{ button: 'right', place: '02', counted: false }])
    await plays('03', forest)
    await until('the end is counted', () => currentFile('kitchen') === forest)
    expect(((await call('GET', `/cards/${cardId}`)).body as { presses: object[] }).presses).toHaveLength(1)
  }, 30_000)

  test('is answered with what a rule decides in the very request of its press', async () => {
    const house = await queueCardHouse({ ignoreEventsOnStreams: true }, 2)
    const { app, nursery, plays, buttons } = house
    const day = { op: 'replace', files: [crossroads, counting], playlist: 'daytime' } as const
    await app.hub.mutateQueue('bedroom', day, 'the test')
    await house.insert(await house.queueCard('bedroom', { slots: 'linear' }))
    await plays('01', crossroads)
    for (const [place, button, file] of [
      ['02', 'right', forest],
      ['01', 'left', sea],
      ['02', 'right', forest],
    ] as const) {
      await nursery.press(button)
      await plays(place, file)
    }
    expect(buttons().map(({ button }) => button)).toEqual(['right', 'left', 'right'])
  }, 30_000)
})
