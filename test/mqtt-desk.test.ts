import mqtt from 'mqtt'
import { describe, expect, onTestFinished, test } from 'vitest'
import { counting, crossroads, forest, queueCardHouse, sea } from './support/queue-card-house.ts'
import { listenTo, type RunningApp, runApp, until } from './support/running-app.ts'

/** Says things on the broker of a running product, and hears what is answered. */
async function talkTo({ app }: Pick<RunningApp, 'app'>) {
  const heard = await listenTo(app.mqttUrl)
  const client = await mqtt.connectAsync(app.mqttUrl)
  onTestFinished(async () => {
    await client.endAsync(true)
    await heard.stop()
  })
  const say = (topic: string, payload: object | string) =>
    client.publishAsync(`yoto/${topic}`, typeof payload === 'string' ? payload : JSON.stringify(payload), {
      qos: 1,
    })
  const answersOn = (what: string) =>
    heard.heard
      .filter(({ topic }) => topic === `yoto/bridge/response/${what}`)
      .map(({ payload }) => JSON.parse(payload))
  /** Says it, and resolves with the next answer. */
  const answerTo = async (topic: string, payload: object | string, what: string) => {
    const before = answersOn(what).length
    await say(topic, payload)
    await until(`${topic} is answered`, () => answersOn(what).length > before)
    return answersOn(what)[before]
  }
  return {
    heard: heard.heard,
    first: heard.first,
    say,
    answersOn,
    set: (topic: string, payload: object | string) => answerTo(topic, payload, 'set'),
    ask: (what: string, payload: object | string = '') => answerTo(`bridge/request/${what}`, payload, what),
  }
}

async function running(options: Parameters<typeof runApp>[0] = {}) {
  const house = await runApp(options)
  onTestFinished(() => house.remove())
  return house
}

const kitchen = 'stream/kitchen/set'

describe('skip and restart of a stream', () => {
  test('are heard at once by the player with its queue card, and are no presses', async () => {
    const { app, nursery, queueCard, insert, hears, buttons, currentFile } = await queueCardHouse({}, 4)
    const { set } = await talkTo({ app })
    await app.hub.mutateQueue('kitchen', { op: 'append', files: [crossroads, counting, forest] }, 'the test')
    await insert(await queueCard('kitchen'))
    await hears('start', crossroads)
    await until('the cloud says so', () => app.hub.player(nursery.id)?.chapter_key === 'start')
    expect(await set(kitchen, { skip: true })).toMatchObject({ status: 'ok' })
    await hears('now-a', counting)
    await until('the cloud says so', () => app.hub.player(nursery.id)?.chapter_key === 'now-a')
    expect(await set(kitchen, { skip: true })).toMatchObject({ status: 'ok' })
    await hears('start', forest)
    expect(currentFile('kitchen')).toBe(forest)
    await until('the cloud says so', () => app.hub.player(nursery.id)?.chapter_key === 'start')
    await nursery.press('left')
    await hears('left-a', counting)
    await until('the cloud says so', () => app.hub.player(nursery.id)?.chapter_key === 'left-a')
    expect(await set(kitchen, { restart: true })).toMatchObject({ status: 'ok' })
    await hears('start', crossroads)
    expect(buttons()).toHaveLength(1)
  })

  test('are heard in the same places again, however fast they follow', async () => {
    // So slow that no item ends by itself while it is waited for.
    const { app, nursery, queueCard, insert, hears, buttons } = await queueCardHouse({}, 1)
    const { set } = await talkTo({ app })
    await app.hub.mutateQueue('kitchen', { op: 'append', files: [counting, forest, sea] }, 'the test')
    await insert(await queueCard('kitchen'))
    await hears('start', counting)
    for (const [wish, place, file] of [
      ['skip', 'now-a', forest],
      ['skip', 'start', sea],
      ['restart', 'now-a', counting],
      ['restart', 'start', counting],
      ['skip', 'now-a', forest],
    ] as const) {
      await until('the cloud says so', () => {
        const { chapterKey } = nursery.snapshot()
        return app.hub.player(nursery.id)?.chapter_key === chapterKey
      })
      expect(await set(kitchen, { [wish]: true })).toMatchObject({ status: 'ok' })
      await hears(place, file)
    }
    expect(buttons()).toEqual([])
  })

  test('are heard on a card of ordinary chapters as well', async () => {
    const { app, nursery, queueCard, insert, plays, buttons, currentFile } = await queueCardHouse({}, 4)
    const { set } = await talkTo({ app })
    await app.hub.mutateQueue('kitchen', { op: 'append', files: [crossroads, counting, forest] }, 'the test')
    await insert(await queueCard('kitchen', { slots: 'linear' }))
    await plays('01', crossroads)
    await until('the cloud says so', () => app.hub.player(nursery.id)?.chapter_key === '01')
    expect(await set(kitchen, { skip: true })).toMatchObject({ status: 'ok' })
    await plays('05', counting)
    await until('the cloud says so', () => app.hub.player(nursery.id)?.chapter_key === '05')
    expect(await set(kitchen, { restart: true })).toMatchObject({ status: 'ok' })
    await plays('01', crossroads)
    expect(currentFile('kitchen')).toBe(crossroads)
    expect(buttons()).toEqual([])
  })

  test('wake no player that has paused', async () => {
    const { app, nursery, queueCard, insert, hears } = await queueCardHouse({}, 4)
    const { set } = await talkTo({ app })
    await app.hub.mutateQueue('kitchen', { op: 'append', files: [crossroads, counting] }, 'the test')
    await insert(await queueCard('kitchen'))
    await hears('start', crossroads)
    await nursery.pause()
    await until('the cloud says so', () => app.hub.player(nursery.id)?.playback === 'paused')
    expect(await set(kitchen, { skip: true })).toMatchObject({ status: 'ok' })
    expect(nursery.snapshot().playback).toBe('paused')
    await nursery.press('right')
    await hears('right-a', counting)
  })
})

test('what a slow cloud has made old is dropped with an answer, and is not done later', {
  tags: 'slow',
}, async () => {
  // Slow enough that the rests which the cloud asks for are most of the time that goes by.
  const house = await running({ pace: 4 })
  const { app } = house
  const { say, answersOn } = await talkTo(house)
  const player = app.simulator?.players[0]
  if (player === undefined) throw new Error('no simulated player')
  await until('it is there', () => app.hub.player(player.id)?.online === true)
  const before = player.snapshot().volume
  const beSlow = () =>
    app.simulator?.restTrouble.add({ call: /^PUT /, times: 1, status: 429, retryAfterSeconds: 6 })
  beSlow()
  const forget = app.hub.subscribe('the test', (change) => {
    if (change.kind !== 'player' || change.player.volume_max_step_day !== 12) return
    forget()
    beSlow()
  })
  const slow = { volume_max_step_day: 12, volume_max_step_night: 9, volume_step: before === 3 ? 4 : 3 }
  await say(`${player.id}/set`, slow)
  await until('it is answered', () => answersOn('set').length > 0)
  const message = expect.stringContaining('10 s is the most')
  expect(answersOn('set')).toMatchObject([{ status: 'error', error: { code: 'too_old', message } }])
  expect(app.hub.player(player.id)).toMatchObject({ volume_max_step_day: 12, volume_max_step_night: 9 })
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(player.snapshot().volume).toBe(before)
})

test('what is asked while the cloud is away is dropped with an answer, and is not done when it is back', async () => {
  const house = await running()
  const { app } = house
  const { set, ask } = await talkTo(house)
  const player = app.simulator?.players[0]
  if (player === undefined) throw new Error('no simulated player')
  const isConnected = async () =>
    ((await ask('info')) as { data: { cloud_connected: boolean } }).data.cloud_connected
  await until('it is there', () => app.hub.player(player.id)?.online === true)
  const before = player.snapshot().volume
  app.simulator?.refuseConnections(true)
  app.simulator?.dropConnections()
  while (await isConnected()) await new Promise((resolve) => setTimeout(resolve, 20))
  const wish = { volume_step: before === 3 ? 4 : 3 }
  expect(await set(`${player.id}/set`, wish)).toMatchObject({
    status: 'error',
    error: { code: 'unavailable', message: expect.stringContaining('not connected to Yoto') },
  })
  app.simulator?.refuseConnections(false)
  while (!(await isConnected())) await new Promise((resolve) => setTimeout(resolve, 20))
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(player.snapshot().volume).toBe(before)
  expect(await set(`${player.id}/set`, wish)).toMatchObject({ status: 'ok' })
})

test('a stream that is closed until a time opens then, also where the product was off when it came', async () => {
  const house = await running({ pace: 1 })
  const { set } = await talkTo(house)
  const { hub } = house.app
  await hub.mutateQueue('kitchen', { op: 'append', files: [forest] }, 'the test')
  const opensAt = new Date(Date.now() + 2000).toISOString()
  expect(await set(kitchen, { closed: true, until: opensAt })).toMatchObject({ status: 'ok' })
  expect(hub.queue('kitchen')).toMatchObject({ closed: true, closed_until: opensAt.replace('Z', '+00:00') })
  await house.stop()
  const again = await running({ data: house.data, pace: 1 })
  await until('it opens', () => again.app.hub.queue('kitchen')?.closed === false)
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(opensAt))
})

test('the product tells of itself: diagnostics without secrets, lines of its log, and that nobody would restart it', async () => {
  const house = await running({
    env: { YOTO_STREAM_MQTT_USERNAME: 'house', YOTO_STREAM_MQTT_PASSWORD: 'hunter2hunter2' },
  })
  const url = house.app.mqttUrl.replace('://', '://house:hunter2hunter2@')
  const { ask, first, set, heard } = await talkTo({ app: { ...house.app, mqttUrl: url } })
  const diagnostics = await ask('diagnostics', { transaction: 'd' })
  expect(diagnostics).toMatchObject({
    status: 'ok',
    transaction: 'd',
    data: { product: 'Yoto Smart Stream', options: { mqtt: { password: '(set)' } } },
  })
  expect(await ask('restart')).toMatchObject({ status: 'error', error: { code: 'disabled' } })
  const device = await first(({ topic }) => topic === 'homeassistant/device/yoto_bridge/config')
  expect(Object.keys(JSON.parse(device.payload).components)).toContain('sign_in')
  expect(Object.keys(JSON.parse(device.payload).components)).not.toContain('restart')
  expect(await ask('account/sign_in')).toMatchObject({ status: 'ok', data: { device: null } })
  await set('stream/none/set', { skip: true })
  const line = await first(
    ({ topic, payload }) => topic === 'yoto/bridge/logging' && payload.includes('none'),
  )
  expect(JSON.parse(line.payload)).toMatchObject({ level: 'warn', part: 'bridge', at: expect.any(String) })
  expect(line.retain).toBe(false)
  expect(JSON.stringify(heard)).not.toContain('hunter2')
})

test('sliders end at their last values, and no step of theirs is answered with a fault', {
  tags: 'slow',
}, async () => {
  const house = await running({ pace: 1 })
  const { app } = house
  const { say, answersOn } = await talkTo(house)
  const player = app.simulator?.players[1]
  if (player === undefined) throw new Error('no simulated player')
  await until('it is there', () => app.hub.player(player.id)?.online === true)
  const grey = (n: number) => `#${n.toString(16).padStart(2, '0').repeat(3)}`
  for (let n = 1; n <= 60; n++) {
    await say(`${player.id}/set/volume_step`, String(n % 9))
    await say(`${player.id}/set/ambient_day`, grey(n))
    await new Promise((resolve) => setTimeout(resolve, 33))
  }
  await until('all is answered', () => answersOn('set').length === 120)
  expect(answersOn('set').filter(({ status }) => status !== 'ok')).toEqual([])
  await until('the player has said so', () => app.hub.player(player.id)?.volume_step === 60 % 9)
  expect(app.hub.player(player.id)?.ambient_day).toBe(grey(60))
})
