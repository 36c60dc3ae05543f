import mqtt from 'mqtt'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { PlayerEvent } from '../src/core/event.ts'
import { counting, forest, queueCardHouse, sea } from './support/queue-card-house.ts'
import { until } from './support/running-app.ts'

/** A product whose player has a queue card of a stream of three items in it, and plays the first. */
async function household(how: object = {}) {
  // So slow that no item ends by itself while it is waited for.
  const house = await queueCardHouse({}, 1)
  const { app, call, nursery, queueCard, insert } = house
  const { id } = nursery
  const files = [forest, counting, sea]
  await app.hub.mutateQueue('kitchen', { op: 'append', files }, 'the test')
  const cardId = await queueCard('kitchen', how)
  const client = await mqtt.connectAsync(app.mqttUrl)
  const answers: { status: string; error?: { code: string; message: string } }[] = []
  client.on('message', (_topic, payload) => answers.push(JSON.parse(payload.toString())))
  await client.subscribeAsync('yoto/bridge/response/set', { qos: 1 })
  onTestFinished(() => client.endAsync(true))
  await insert(cardId)
  const told = () =>
    until('the cloud says where it is', () => {
      const { chapterKey } = nursery.snapshot()
      return app.hub.player(id)?.chapter_key === chapterKey
    })
  const events: PlayerEvent[] = []
  const begin = async () => {
    await told()
    app.hub.subscribe('the test', (change) => {
      if (change.kind === 'event' && change.event.player === id) events.push(change.event)
    })
  }
  return {
    ...house,
    cardId,
    begin,
    /** Says it on the broker, and resolves with what is answered. */
    async set(field: string, value: string) {
      await told()
      const before = answers.length
      await client.publishAsync(`yoto/${id}/set/${field}`, value, { qos: 1 })
      await until(`${field} is answered`, () => answers.length > before)
      return answers[before]
    },
    async ask(what: string, body?: object) {
      await told()
      return call('POST', `/players/${id}/${what}`, body)
    },
    /** What the player has said that it did since it has begun, by a command or not. */
    done: (by: 'command' | 'itself') =>
      events
        .filter(
          ({ type, commanded = false }) => type !== 'stream_requested' && commanded === (by === 'command'),
        )
        .map(({ type }) => type),
  }
}

const ok = { status: 'ok' }

describe('commands to a player with a queue card', () => {
  test('lead back item by item, over MQTT and REST, and are nobody’s press', async () => {
    const { begin, set, ask, hears, buttons, done, currentFile } = await household()
    await hears('start', forest)
    await begin()
    expect(await set('playback', 'next')).toMatchObject(ok)
    await hears('now-a', counting)
    expect(await ask('next')).toMatchObject({ status: 200 })
    await hears('now-b', sea)
    expect(await set('playback', 'previous')).toMatchObject(ok)
    await hears('start', counting)
    expect(await ask('previous')).toMatchObject({ status: 200 })
    await hears('now-a', forest)
    expect(await set('playback', 'previous')).toMatchObject(ok)
    await hears('start', forest)
    expect(await set('playback', 'next')).toMatchObject(ok)
    await hears('now-a', counting)
    expect(currentFile('kitchen')).toBe(counting)
    expect(buttons()).toEqual([])
    expect(done('itself')).toEqual([])
    expect(done('command')).toContain('track_started')
  })

  test('lead two items back when they are asked for twice at once', { tags: 'slow' }, async () => {
    const { begin, ask, hears, buttons, done } = await household()
    await hears('start', forest)
    await begin()
    await Promise.all([ask('next'), ask('next')])
    await hears('now-b', sea)
    await Promise.all([ask('previous'), ask('previous')])
    await hears('now-a', forest)
    expect(buttons()).toEqual([])
    expect(done('itself')).toEqual([])
  })

  test('begin the queue anew, or the item where it is the first', { tags: 'slow' }, async () => {
    const { begin, set, ask, hears, buttons, done, nursery } = await household()
    await hears('start', forest)
    await begin()
    await ask('next')
    await hears('now-a', counting)
    await ask('next')
    await hears('now-b', sea)
    expect(await set('restart', 'PRESS')).toMatchObject(ok)
    await hears('start', forest)
    await until('it is on its way', () => nursery.snapshot().positionSeconds > 5.5)
    expect(await set('restart', 'PRESS')).toMatchObject(ok)
    await until('it has begun anew', () => nursery.snapshot().positionSeconds < 5)
    await hears('start', forest)
    expect(buttons()).toEqual([])
    expect(done('itself')).toEqual([])
  })

  test.each(['start', 'now-a'])('go to a place in the item that %s plays', async (place) => {
    const { begin, set, ask, hears, buttons, done, nursery, currentFile } = await household()
    const file = place === 'start' ? forest : counting
    await hears('start', forest)
    if (place !== 'start') await ask('next')
    await hears(place, file)
    await begin()
    expect(await set('seek_s', '7')).toMatchObject(ok)
    await until('it is there', () => nursery.snapshot().positionSeconds >= 7)
    await hears(place, file)
    expect(await ask('seek', { position_s: 1 })).toMatchObject({ status: 200 })
    await until('it is back', () => nursery.snapshot().positionSeconds < 5)
    await hears(place, file)
    expect(currentFile('kitchen')).toBe(file)
    expect(buttons()).toEqual([])
    expect(done('itself')).toEqual([])
  })

  test('do all that on a card of ordinary chapters as well', { tags: 'slow' }, async () => {
    const { begin, set, ask, plays, buttons, done, nursery, currentFile } = await household({
      slots: 'linear',
    })
    await plays('01', forest)
    await begin()
    await ask('next')
    await plays('02', counting)
    await ask('next')
    await plays('03', sea)
    expect(await set('playback', 'previous')).toMatchObject(ok)
    await plays('01', counting)
    expect(await set('seek_s', '7')).toMatchObject(ok)
    await until('it is there', () => nursery.snapshot().positionSeconds >= 7)
    expect(currentFile('kitchen')).toBe(counting)
    expect(await set('restart', 'PRESS')).toMatchObject(ok)
    await plays('05', forest)
    expect(await set('playback', 'previous')).toMatchObject(ok)
    await plays('01', forest)
    expect(buttons()).toEqual([])
    expect(done('itself')).toEqual([])
  })

  test('are no presses where nobody can tell which of two players asks for the item', {
    tags: 'slow',
  }, async () => {
    const { app, cardId, begin, set, ask, hears, buttons } = await household()
    await hears('start', forest)
    const other = app.simulator?.players[1]
    await other?.insert(cardId)
    await until('both have it', () => app.hub.player(other?.id ?? '')?.card_id === cardId)
    await begin()
    await ask('next')
    await hears('now-a', counting)
    expect(await set('playback', 'previous')).toMatchObject(ok)
    await hears('start', forest)
    expect(await set('restart', 'PRESS')).toMatchObject(ok)
    expect(await set('seek_s', '9')).toMatchObject(ok)
    await hears('start', forest)
    expect(buttons()).toEqual([])
  })

  test.each([
    ['playback', 'next'],
    ['playback', 'previous'],
    ['restart', 'PRESS'],
    ['seek_s', '9'],
  ])(
    '%s %s moves nothing where the stream is closed, and says so',
    { tags: 'slow' },
    async (field, value) => {
      const { app, set, ask, hears, currentFile } = await household()
      await hears('start', forest)
      await ask('next')
      await hears('now-a', counting)
      await app.hub.mutateQueue('kitchen', { op: 'settings', settings: { closed: true } }, 'the test')
      expect(await set(field, value)).toMatchObject({
        status: 'error',
        error: { code: 'conflict', message: 'stream "kitchen" is closed: open it first' },
      })
      expect(currentFile('kitchen')).toBe(counting)
    },
  )

  test('leave the queue where it was when the player cannot be told', async () => {
    const { app, begin, call, set, ask, hears, currentFile } = await household()
    await hears('start', forest)
    await ask('next')
    await hears('now-a', counting)
    await begin()
    app.simulator?.refuseConnections(true)
    app.simulator?.dropConnections()
    await expect
      .poll(async () => (await call('GET', '/health')).body)
      .toMatchObject({ cloud: { connected: false } })
    expect(await set('playback', 'previous')).toMatchObject({ error: { code: 'unavailable' } })
    expect(currentFile('kitchen')).toBe(counting)
  })
})
