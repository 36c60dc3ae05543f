import type { IPublishPacket, MqttClient } from 'mqtt'
import { afterEach, expect, test } from 'vitest'
import type { Doubts } from '../../src/simulator/doubts.ts'
import type { Traps } from '../../src/simulator/traps.ts'
import { House } from './support/house.ts'

let house: House

afterEach(() => house.close())

async function trapped(traps: Partial<Traps>): Promise<void> {
  house = await House.open({ traps, tokenLifeSeconds: 3_600 })
}

async function doubting(doubts: Partial<Doubts>): Promise<void> {
  house = await House.open({ doubts })
}

/** Everything that arrives, as it arrives. */
async function packets(client: MqttClient, name: string): Promise<IPublishPacket[]> {
  const heard: IPublishPacket[] = []
  client.on('message', (_topic, _payload, packet) => heard.push(packet))
  await client.subscribeAsync(`device/${house.player().id}/${name}`, { qos: 1 })
  return heard
}

const closing = (client: MqttClient) =>
  new Promise((resolve) => {
    client.once('close', () => resolve(true))
  })

test('garbledEvery: after so many messages comes one that is not UTF-8', async () => {
  await trapped({ garbledEvery: 3 })
  const client = await house.connect()
  const heard = await packets(client, 'response')
  for (let count = 0; count < 6; count++)
    await client.publishAsync(`device/${house.player().id}/command/volume/set`, '{"volume":50}', { qos: 1 })
  await house.until(() => heard.length >= 7)
  const decode = (packet: IPublishPacket) =>
    new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(packet.payload))
  const garbled = heard.filter((packet) => {
    try {
      return decode(packet) === ''
    } catch {
      return true
    }
  })
  expect(garbled.length).toBeGreaterThan(0)
})

test('repeatedEvery: one comes again after the next, marked as a repetition', async () => {
  await trapped({ repeatedEvery: 4 })
  const client = await house.connect()
  const heard = await packets(client, 'response')
  for (let volume = 0; volume < 8; volume++)
    await client.publishAsync(`device/${house.player().id}/command/volume/set`, JSON.stringify({ volume }), {
      qos: 1,
    })
  await house.until(() => heard.filter(({ dup }) => dup).length >= 1)
  const at = heard.findIndex(({ dup }) => dup)
  expect(String(heard[at]?.payload)).toBe(String(heard[at - 2]?.payload))
  expect(heard[at - 2]?.dup).toBe(false)
})

test('closesOnWildcard and closesWithToken can be turned off', async () => {
  await trapped({ closesOnWildcard: false, closesWithToken: false })
  const client = await house.connect()
  await expect(client.subscribeAsync('device/+/presence')).rejects.toThrow()
  await house.clock.advance(4_000_000)
  expect(client.connected).toBe(true)
})

test('a broker that refuses takes nobody, keeps those it has, and drops them when told to', async () => {
  await trapped({})
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

test('a player that dies says nothing; its last will comes after 90 s and names the time of its connection', async () => {
  await doubting({})
  const connectedMs = house.clock.now().getTime()
  const ear = await house.listen()
  await house.until(() => ear.on('presence').length === 1)
  await house.clock.advance(60_000)
  ear.messages.length = 0
  await house.player().die()
  await house.clock.advance(89_000)
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(ear.messages).toEqual([])
  await house.clock.advance(2_000)
  await house.until(() => ear.messages.length === 1)
  expect(ear.messages[0]).toMatchObject({ topic: 'presence', payload: { state: 'offline', ts: connectedMs } })
})

test('one that is back before that has its will told first', async () => {
  await doubting({})
  const ear = await house.listen()
  await house.until(() => ear.on('presence').length === 1)
  await house.player().die()
  await house.player().power(true)
  await house.clock.advance(4_000)
  await house.until(() => ear.on('presence').length === 3)
  expect(ear.on('presence').map(({ state }) => state)).toEqual(['online', 'offline', 'online'])
  await house.clock.advance(120_000)
  await ear.caughtUp()
  expect(ear.on('presence')).toHaveLength(3)
})

test('battery, charger, headphones, warmth, power and Wi-Fi stand in the next status, and nothing is pushed of them', async () => {
  await doubting({})
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

test('refusesSomeCommands answers every fourth with FAIL and does not do it', async () => {
  await doubting({ refusesSomeCommands: true })
  const ear = await house.listen()
  for (const volume of [0, 25, 50, 100]) await ear.command('volume/set', { volume })
  await house.until(() => ear.on('response').length === 4)
  const words = ear.on('response').map(({ status }) => (status as Record<string, string>)['set-volume'])
  expect(words).toEqual(['OK', 'OK', 'OK', 'FAIL'])
  expect(house.player().snapshot().volume).toBe(8)
})

test('answersLate obeys at once and says so six seconds later', async () => {
  await doubting({ answersLate: true })
  const ear = await house.listen()
  await ear.command('volume/set', { volume: 25 })
  await house.until(() => house.player().snapshot().volume === 4)
  await house.clock.advance(5_800)
  expect(ear.on('response')).toEqual([])
  await house.until(() => ear.on('response').length === 1)
})

test('answersInDisorder lets a later answer overtake', async () => {
  await doubting({ answersInDisorder: true })
  const ear = await house.listen()
  for (const volume of [25, 50]) await ear.command('volume/set', { volume })
  await house.until(() => ear.on('response').length === 2)
  const bodies = ear.on('response').map(({ status }) => (status as Record<string, string>).req_body)
  expect(bodies).toEqual(['{"volume":50}', '{"volume":25}'])
})

test('losesSomeReplies leaves every fifth status question without an answer', async () => {
  await doubting({ losesSomeReplies: true })
  const ear = await house.listen()
  for (let question = 0; question < 6; question++) {
    await ear.command('status/request')
    await house.until(() => ear.on('response').length === question + 1)
    await house.clock.advance(1_000)
  }
  await house.until(() => ear.on('data/status').length === 5)
})

test('startsSilently says only what it plays, unasked', async () => {
  await doubting({ startsSilently: true })
  const ear = await house.listen()
  await house.player().power(false)
  await house.player().power(true)
  await house.until(() => ear.on('presence').length === 1)
  ear.messages.length = 0
  await house.clock.advance(6_000)
  await house.until(() => ear.on('data/events').length === 1)
  expect(ear.messages.map(({ topic }) => topic)).toEqual(['events', 'data/events'])
})
