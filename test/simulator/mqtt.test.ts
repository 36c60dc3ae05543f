import type { MqttClient } from 'mqtt'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { House } from './support/house.ts'

let house: House
const model = { deviceFamily: 'v3', deviceType: 'v3', generation: 'gen3', formFactor: 'standard' } as const

beforeEach(async () => {
  house = await House.open({ tokenLifeSeconds: 3600 })
})
afterEach(() => house.close())

test('only a good token with the control scope signs in, with the authorizer in the name', async () => {
  await expect(house.connect({ password: 'nonsense' })).rejects.toThrow('Not authorized')
  const { access_token } = await house.signIn('family:devices:view')
  await expect(house.connect({ password: access_token })).rejects.toThrow('Not authorized')
  await expect(house.connect({ username: '_' })).rejects.toThrow('Not authorized')
  const own = `${house.player().id}?x-amz-customauthorizer-name=PublicJWTAuthorizer`
  expect((await house.connect({ username: own })).connected).toBe(true)
})

test.each(['#', 'device/+/presence', '$aws/things/x/shadow'])(
  'a subscription to %s ends the connection',
  async (topic) => {
    const client = await house.connect()
    const closed = closing(client)
    client.subscribe(topic)
    await closed
  },
)

test("topics of other people's devices are refused", async () => {
  const client = await house.connect()
  await expect(client.subscribeAsync('device/y000000000000000000stranger/events')).rejects.toThrow()
  expect(client.connected).toBe(true)
  const closed = closing(client)
  client.publish('device/y000000000000000000stranger/command/reboot', '')
  await closed
})

test('a broker that refuses takes nobody, keeps those it has, and drops them when told to', async () => {
  const client = await house.connect()
  house.cloud.refuseConnections(true)
  await expect(house.connect({ connectTimeout: 2_000 })).rejects.toThrow()
  expect(client.connected).toBe(true)
  const closed = closing(client)
  house.cloud.dropConnections()
  await closed
  house.cloud.refuseConnections(false)
  expect((await house.connect()).connected).toBe(true)
})

test('presence is retained, and events are told in full when asked', async () => {
  const ear = await house.listen()
  await house.until(() => ear.on('presence').length > 0)
  expect(ear.messages[0]).toMatchObject({ topic: 'presence', retained: true, payload: { state: 'online' } })
  await ear.command('events/request', 'interactive-1')
  await house.until(() => ear.on('data/events').length > 0)
  expect(ear.on('response')).toEqual([{ status: { events: 'OK', req_body: 'interactive-1' } }])
  expect(ear.on('data/events')[0]).toMatchObject({ cardId: 'none', playbackStatus: 'stopped', volume: 8 })
  expect(ear.on('data/status')).toEqual([])
})

test('the push of changes ends five minutes after it was last asked for', async () => {
  const ear = await house.listen()
  await house.player().turn('left', 1)
  await ear.command('events/request')
  await house.until(() => ear.on('data/events').length === 1)
  expect(ear.on('data/events')[0]).toMatchObject({ volume: 9 })
  await house.clock.advance(290_000)
  await house.player().turn('left', 1)
  await house.until(() => ear.on('data/events').length === 2)
  await house.clock.advance(15_000)
  await house.player().turn('left', 1)
  await house.clock.advance(1_000)
  await ear.command('events/request')
  await house.until(() => ear.on('data/events').length === 3)
  expect(ear.on('events')).toHaveLength(1)
  expect(ear.on('data/events')[2]).toMatchObject({ volume: 11, cardId: 'none' })
})

test('status comes when asked for and not before; a battery message comes every five minutes', async () => {
  const ear = await house.listen(house.player(1))
  await house.clock.advance(301_000)
  await house.until(() => ear.on('status').length === 1)
  expect(ear.on('data/status')).toEqual([])
  await ear.command('status/request')
  await house.until(() => ear.on('data/status').length === 1)
  await ear.command('status', { requestId: 'abc' })
  await house.until(() => ear.on('status/full').length === 1)
  expect(ear.on('data/status')[0]).toMatchObject({
    status: { statusVersion: 1, userVolume: 50, cardInserted: 0 },
  })
  expect(ear.on('status/full')[0]).toMatchObject({
    status: { statusVersion: 3, shutDown: 'nA', powerSrc: 2 },
  })
  expect(ear.on('response')).toEqual([
    { status: { 'status/request': 'OK', req_body: '' } },
    { status: { status: 'OK', req_body: '{"requestId":"abc"}' } },
  ])
})

test('battery, charger, headphones, warmth, power and Wi-Fi stand in the next status, and nothing is pushed of them', async () => {
  const player = house.player(1)
  const ear = await house.listen(player)
  await house.until(() => ear.on('presence').length === 1)
  ear.messages.length = 0
  player.change({ batteryPercent: 12, charging: true, headphones: true, temperatureCelsius: 31 })
  player.change({ powerSource: 3, wifiDbm: -80 })
  await house.clock.advance(10_000)
  await ear.caughtUp()
  expect(ear.messages).toEqual([])
  await ear.command('status/request')
  await house.until(() => ear.on('data/status').length === 1)
  await ear.command('status', { requestId: 'x' })
  await house.until(() => ear.on('status/full').length === 1)
  const both = { batteryLevel: 12, charging: 1, headphones: 1, temp: '0:31' }
  expect(ear.on('data/status')[0]).toMatchObject({ status: both })
  expect(ear.on('status/full')[0]).toMatchObject({ status: { ...both, powerSrc: 3, wifiStrength: -80 } })
})

test('commands are acknowledged by their internal names; what a player cannot do is a FAIL', async () => {
  const ear = await house.listen(house.player(1))
  await ear.command('volume/set', { volume: 25 })
  await ear.command('ambients/set', { r: 255, g: 0, b: 16 })
  await ear.command('volume/set', 'loud')
  await ear.command('card/pause')
  await ear.command('card/start', { uri: 'https://yoto.io/abcde' })
  await ear.command('bluetooth/on', { action: 'on' })
  await ear.command('constructor')
  await house.until(() => ear.on('response').length === 7)
  expect(ear.on('response').map(({ status }) => Object.entries(status as object)[0])).toEqual([
    ['set-volume', 'OK'],
    ['ambients', 'OK'],
    ['set-volume', 'FAIL'],
    ['card-pause', 'FAIL'],
    ['card-play', 'FAIL'],
    ['bluetooth-on', 'FAIL'],
    ['constructor', 'FAIL'],
  ])
  expect(house.player(1).snapshot()).toMatchObject({ volume: 4, nightlight: '0xff0010' })
})

test('turning the volume knob sends a pair of messages a step, legacy first, and stops at the cap', async () => {
  const config = { maxVolumeLimit: '10' }
  await house.api('PUT', `/device-v2/${house.player().id}/config`, { config })
  const ear = await house.listen()
  await ear.command('events/request')
  await house.until(() => ear.on('data/events').length === 1)
  ear.messages.length = 0
  await house.player().turn('left', 5)
  await house.clock.advance(2_000)
  await ear.caughtUp()
  expect(ear.messages.map(({ topic, payload }) => [topic, payload.volume, payload.volumeMax])).toEqual([
    ['events', 9, 10],
    ['data/events', 9, 10],
    ['events', 10, 10],
    ['data/events', 10, 10],
  ])
  await ear.command('volume/set', { volume: 100 })
  await house.until(() => ear.on('response').length === 1)
  expect(house.player().snapshot().volume).toBe(10)
})

test('the steps of a turn follow one another 0.35 s apart, and turning back begins after them', async () => {
  const volume = () => house.player().snapshot().volume
  await house.player().turn('left', 3)
  await house.player().turn('left', -2)
  const heard = [volume()]
  for (let step = 0; step < 5; step++) {
    await house.clock.advance(349)
    expect(volume()).toBe(heard.at(-1))
    await house.clock.advance(1)
    heard.push(volume())
  }
  expect(heard).toEqual([9, 10, 11, 10, 9, 9])
  await house.player().turn('left', 1)
  expect(volume()).toBe(10)
})

test('a knob that is being turned when the power goes turns nothing afterwards', async () => {
  await house.player().turn('left', 8)
  await house.player().power(false)
  await house.player().power(true)
  await house.clock.advance(10_000)
  expect(house.player().snapshot().volume).toBe(9)
})

test('night brings a lower cap by itself', async () => {
  const ear = await house.listen()
  await house.player().turn('left', 4)
  await house.clock.advance(8 * 3_600_000 + 19 * 60_000)
  const again = await house.listen()
  await again.command('events/request')
  await house.until(() => again.on('data/events').length === 1)
  await house.clock.advance(120_000)
  await house.until(() => again.on('data/events').length === 2)
  expect(again.on('data/events')[1]).toMatchObject({ volume: 8, volumeMax: 8 })
  expect(ear.client.connected).toBe(false)
})

test("night is the household's where a player has none of its own", async () => {
  // Ten in the morning in UTC.
  const evening = await House.open({ utcOffsetSeconds: 9 * 3600 })
  const ear = await evening.listen()
  await ear.command('status')
  await evening.until(() => ear.on('status/full').length === 1)
  const specs = evening.cloud.players.map(({ id, name }) => ({ ...model, deviceId: id, name }))
  const mixed = await House.open({
    utcOffsetSeconds: 9 * 3600,
    players: specs.map((spec, index) => (index === 0 ? spec : { ...spec, utcOffsetSeconds: 0 })),
  })
  await Promise.all([evening.close(), mixed.close()])
  expect(ear.on('status/full')[0]).toMatchObject({ status: { utcOffset: 32_400, day: 0 } })
  expect([house, evening, mixed].map(volumeMaxima)).toEqual([
    [16, 16],
    [8, 8],
    [8, 16],
  ])
})

test('switching off says so at once; switching on tells everything again, and only then listens', async () => {
  const ear = await house.listen()
  await house.until(() => ear.on('presence').length === 1)
  await house.player().power(false)
  await house.until(() => ear.on('presence').length === 2)
  expect(ear.messages.slice(-2)).toMatchObject([
    { topic: 'status', payload: { status: { shutDown: 'userShutdown' } } },
    { topic: 'presence', payload: { state: 'offline' }, retained: false },
  ])
  await ear.command('events/request')
  await house.player().turn('left', 1)
  await house.clock.advance(2_000)
  expect(ear.on('response')).toEqual([])
  ear.messages.length = 0
  await house.player().power(true)
  await house.clock.advance(5_500)
  await house.until(() => ear.on('data/events').length === 1)
  expect(ear.messages.map(({ topic }) => topic)).toEqual([
    'presence',
    'status',
    'status',
    'data/status',
    'events',
    'data/events',
  ])
  expect(ear.messages[1]?.payload).toMatchObject({
    status: { shutDown: 'nA', utcTime: 0, day: -1, upTime: 3 },
  })
  expect(ear.on('data/events')[0]).toMatchObject({ volume: 8 })
})

test('a reboot is acknowledged, goes offline and comes back', async () => {
  const ear = await house.listen()
  await ear.command('reboot')
  await house.until(() => ear.on('presence').length === 3)
  expect(ear.on('response')).toEqual([{ status: { restart: 'OK', req_body: '' } }])
  expect(ear.on('presence').map(({ state }) => state)).toEqual(['online', 'offline', 'online'])
})

function volumeMaxima({ cloud }: House): number[] {
  return cloud.players.map((player) => player.snapshot().volumeMax)
}

function closing(client: MqttClient): Promise<void> {
  return new Promise((resolve) => client.once('close', () => resolve()))
}
