import { once } from 'node:events'
import { createServer, connect as dial, type Socket } from 'node:net'
import mqtt, { type MqttClient } from 'mqtt'
import { afterEach, describe, expect, test } from 'vitest'
import { BrokerClient } from '../../src/broker/client.ts'
import { type EmbeddedBroker, startEmbeddedBroker } from '../../src/broker/embedded.ts'
import { guardedSocket } from '../../src/broker/guarded-socket.ts'
import { PublishGuard } from '../../src/broker/publish-guard.ts'
import { RetainedBudget } from '../../src/broker/retained-budget.ts'
import { systemClock } from '../../src/core/clock.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { eventually, observe, passedOn, pause } from './support.ts'

const opened: { stop(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.stop()
})

const productId = 'yoto-smart-stream-0123456789ab'

/** The embedded broker with the product itself on it. */
async function house(credentials?: { username: string; password: string }) {
  const log = recordingLog()
  const clock = new VirtualClock()
  const broker = await startEmbeddedBroker({
    host: '127.0.0.1',
    port: 0,
    log,
    clock,
    tree: { base: 'yoto', discoveryPrefix: 'homeassistant' },
    ...(credentials === undefined ? {} : { credentials }),
  })
  opened.push(broker)
  const product = productOn(broker)
  await product.start()
  expect(product.connected).toBe(true)
  const warnings = () => log.lines.filter(({ level }) => level === 'warn').map(({ message }) => message)
  return { broker, product, warnings, clock }
}

function productOn(broker: EmbeddedBroker): BrokerClient {
  const product = new BrokerClient({
    endpoint: async () => ({ url: broker.url, open: () => broker.open() }),
    clientId: productId,
    will: { topic: 'yoto/bridge/state', payload: 'offline' },
    log: recordingLog(),
    clock: systemClock,
    random: () => 0,
  })
  opened.push(product)
  return product
}

async function watch(...args: Parameters<typeof observe>) {
  const observer = await observe(...args)
  opened.push({ stop: () => observer.leave() })
  return observer
}

describe('on the tree of the product others may only wish', () => {
  const guard = new PublishGuard({ base: 'home/yoto', discoveryPrefix: 'homeassistant' })
  guard.productKept({ topic: 'homeassistant/device/yoto_abc/config', isEmpty: false })
  guard.productKept({ topic: 'homeassistant/device/yoto_gone/config', isEmpty: false })
  guard.productKept({ topic: 'homeassistant/device/yoto_gone/config', isEmpty: true })

  test.each([
    'home/yoto/abc/set',
    'home/yoto/abc/set/volume_step',
    'home/yoto/stream/bedroom/set',
    'home/yoto/input/rainy/set',
    'home/yoto/bridge/request/info',
    'home/yoto/bridge/request/players/refresh',
    'homeassistant/status',
    'homeassistant/device/lamp/config',
    'homeassistant/device/yoto_gone/config',
    'home/lamp/state',
    'home/yotoo/abc/state',
    'yoto/abc/state',
  ])('%s may be said', (topic) => {
    expect(guard.mayBeSaid({ topic, isEmpty: false })).toBe(true)
  })

  test.each([
    'home/yoto',
    'home/yoto/bridge/state',
    'home/yoto/bridge/info',
    'home/yoto/bridge/response/info',
    'home/yoto/abc/state',
    'home/yoto/abc/event',
    'home/yoto/abc/availability',
    'home/yoto/stream/bedroom/state',
    'home/yoto/stream/bedroom/event',
    'home/yoto/input/rainy/state',
    'homeassistant/device/yoto_abc/config',
    '$SYS/any/new/clients',
  ])('%s may not', (topic) => {
    expect(guard.mayBeSaid({ topic, isEmpty: false })).toBe(false)
  })

  test('discovery of the product may be taken away, its states may not', () => {
    expect(guard.mayBeSaid({ topic: 'homeassistant/device/yoto_abc/config', isEmpty: true })).toBe(true)
    expect(guard.mayBeSaid({ topic: 'home/yoto/abc/state', isEmpty: true })).toBe(false)
  })

  test('Home Assistant’s own topics may lie below ours', () => {
    const nested = new PublishGuard({ base: 'home', discoveryPrefix: 'home/ha' })
    expect(nested.mayBeSaid({ topic: 'home/ha/status', isEmpty: false })).toBe(true)
    expect(nested.mayBeSaid({ topic: 'home/abc/state', isEmpty: false })).toBe(false)
  })
})

test('what a foreigner says on our tree is acknowledged, reaches nobody, and is named once with its address', async () => {
  const { broker, product, warnings, clock } = await house()
  await product.publish('yoto/abc/state', 'true', { retain: true })
  await product.publish('homeassistant/device/yoto_abc/config', '{}', { retain: true })
  const observer = await watch(broker.url, { clientId: 'node-red' })
  for (let time = 0; time < 20; time += 1) {
    await observer.say('yoto/abc/state', 'false', { retain: true })
    await observer.say('yoto/bridge/state', 'offline', { retain: true })
    await observer.say('homeassistant/device/yoto_abc/config', '{"fake":1}', { retain: true })
    await observer.say('yoto/abc/event', '{"type":"button"}')
  }
  await observer.say('yoto/abc/set/volume_step', '4')
  await observer.say('homeassistant/status', 'online')
  await passedOn(observer)
  expect(observer.heard('yoto/abc/state')).toEqual(['true'])
  expect(observer.heard('yoto/bridge/state')).toEqual([])
  expect(observer.heard('yoto/abc/event')).toEqual([])
  expect(observer.heard('homeassistant/device/yoto_abc/config')).toEqual(['{}'])
  expect(observer.heard('yoto/abc/set/volume_step')).toEqual(['4'])
  expect(observer.heard('homeassistant/status')).toEqual(['online'])
  expect(warnings()).toHaveLength(4)
  expect(warnings()[0]).toMatch(
    /dropped what 127\.0\.0\.1 \("node-red"\) said on "yoto\/abc\/state": only this product speaks there; commands go to …\/set/,
  )
  await clock.advance(3_700_000)
  await observer.say('yoto/abc/state', 'false', { retain: true })
  expect(warnings()).toHaveLength(5)
  await observer.say('homeassistant/device/yoto_abc/config', '', { retain: true })
  const late = await watch(broker.url)
  await passedOn(late)
  expect(late.heard('homeassistant/device/yoto_abc/config')).toEqual([])
  expect(late.heard('yoto/abc/state')).toEqual(['true'])
})

test('no command or request stays on our broker, nor is it carried out when it was meant to', async () => {
  const { broker, warnings } = await house()
  const observer = await watch(broker.url, { clientId: 'node-red' })
  const wishes = [
    'yoto/abc/set',
    'yoto/abc/set/reboot',
    'yoto/stream/night/set',
    'yoto/input/rainy/set',
    'yoto/bridge/request/restart',
  ]
  for (const topic of wishes) await observer.say(topic, 'PRESS', { retain: true })
  await observer.say('yoto/abc/set/reboot', 'not retained')
  await observer.say('lamp/set', 'ON', { retain: true })
  await passedOn(observer)
  const heard = observer.messages.filter(({ topic }) => topic !== 'marker')
  expect(heard.map(({ topic, payload }) => `${topic} ${payload}`)).toEqual([
    'yoto/abc/set/reboot not retained',
    'lamp/set ON',
  ])
  expect(warnings()).toEqual(
    wishes.map(
      (topic) =>
        `the embedded MQTT broker dropped what 127.0.0.1 ("node-red") said on "${topic}": commands must not be retained`,
    ),
  )
  const late = await watch(broker.url)
  await passedOn(late)
  expect(late.messages.filter(({ retain }) => retain).map(({ topic }) => topic)).toEqual(['lamp/set'])
})

test('the last will of a foreigner on our tree is not spoken', async () => {
  const { broker, product } = await house()
  await product.publish('yoto/bridge/state', 'online', { retain: true })
  const observer = await watch(broker.url)
  for (const topic of ['yoto/bridge/state', 'other/will']) {
    const will = { topic, payload: Buffer.from('offline'), qos: 1 as const, retain: true }
    const foreigner = await mqtt.connectAsync(broker.url, { protocolVersion: 4, reconnectPeriod: 0, will })
    foreigner.stream.destroy()
    foreigner.end(true)
  }
  await observer.until(({ topic }) => topic === 'other/will')
  await passedOn(observer)
  expect(observer.heard('yoto/bridge/state')).toEqual(['online'])
})

test('nobody takes over the client id of the product, with the password or without', async () => {
  for (const credentials of [undefined, { username: 'ha', password: 'right' }]) {
    const { broker, product, warnings } = await house(credentials)
    const thief = observe(broker.url, { clientId: productId, ...credentials })
    await expect(thief).rejects.toThrow(/Identifier rejected/i)
    expect(warnings()).toEqual([expect.stringContaining('its client id')])
    await product.publish('yoto/bridge/state', 'online', { retain: true })
  }
})

test('the product takes its client id back from one who was there before it', async () => {
  const broker = await startEmbeddedBroker({
    host: '127.0.0.1',
    port: 0,
    log: recordingLog(),
    clock: systemClock,
    tree: { base: 'yoto', discoveryPrefix: 'homeassistant' },
  })
  opened.push(broker)
  const early = await watch(broker.url, { clientId: productId })
  const closed = new Promise<void>((resolve) => early.mqtt.once('close', () => resolve()))
  const client = productOn(broker)
  await client.start()
  await closed
  await client.publish('yoto/bridge/state', 'online', { retain: true })
})

test('wrong passwords are refused, and named once an hour with the address', async () => {
  const { broker, product, warnings } = await house({ username: 'ha', password: 'right' })
  for (const password of ['', 'wrong', 'right ', 'wrong again'])
    await expect(observe(broker.url, { username: 'ha', password })).rejects.toThrow(/refused|authorized/i)
  await expect(observe(broker.url)).rejects.toThrow(/refused|authorized/i)
  expect(warnings()).toEqual([
    'the embedded MQTT broker refused 127.0.0.1: wrong user name or password (options mqtt.username and mqtt.password)',
  ])
  const observer = await watch(broker.url, { username: 'ha', password: 'right' })
  await product.publish('yoto/bridge/state', 'online', { retain: true })
  await observer.until(({ payload }) => payload === 'online')
})

async function rawSocket({ port }: EmbeddedBroker): Promise<Socket> {
  const socket = dial({ port, host: '127.0.0.1' })
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

test('a thousand connections that say nothing keep the product from nothing', async () => {
  const { broker, product, warnings } = await house()
  const crowd = await Promise.all(Array.from({ length: 1000 }, () => rawSocket(broker)))
  await product.publish('yoto/bridge/state', 'online', { retain: true })
  await product.stop()
  const again = productOn(broker)
  await again.start()
  await again.publish('yoto/bridge/state', 'online again', { retain: true })
  expect(warnings()).toEqual(['the embedded MQTT broker has 250 connections and takes no more'])
  for (const socket of crowd) socket.destroy()
  const observer = await eventuallyIn(() => watch(broker.url))
  await observer.until(({ payload }) => payload === 'online again')
})

async function eventuallyIn<Value>(attempt: () => Promise<Value>): Promise<Value> {
  for (let time = 0; time < 100; time += 1) {
    const value = await attempt().catch(() => undefined)
    if (value !== undefined) return value
    await pause(20)
  }
  return attempt()
}

test('a subscriber that does not read is hung up on, holds up nobody, and costs little memory', async () => {
  const { broker, product, warnings } = await house()
  const deaf = await rawSocket(broker)
  const connectPacket = Buffer.from([0x10, 13, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 60, 0, 1, 0x61])
  const subscribePacket = Buffer.from([0x82, 6, 0, 1, 0, 1, 0x23, 1])
  deaf.write(Buffer.concat([connectPacket, subscribePacket]))
  await once(deaf, 'data')
  deaf.pause()
  const gone = once(deaf, 'close')
  const observer = await watch(broker.url, { filter: 'a/count' })
  const before = process.memoryUsage()
  const megabyte = 'x'.repeat(1_000_000)
  let most = 0
  for (let count = 0; count < 250; count += 1) {
    await product.publish('a/long', megabyte, { retain: false })
    await product.publish('a/count', String(count), { retain: false })
    const { external, arrayBuffers } = process.memoryUsage()
    most = Math.max(most, external + arrayBuffers - before.external - before.arrayBuffers)
  }
  await observer.until(({ payload }) => payload === '249')
  expect(observer.heard('a/count')).toHaveLength(250)
  deaf.resume()
  await gone
  expect(warnings()).toEqual([expect.stringMatching(/hung up on 127\.0\.0\.1 \("a"\): it does not read/)])
  expect(most / 1_000_000).toBeLessThan(150)
})

test('a socket whose other side takes nothing for a while is given up', async () => {
  let guarded: ReturnType<typeof guardedSocket> | undefined
  const server = createServer((socket) => {
    guarded = guardedSocket(socket, { largestPacketBytes: 100, backlogBytes: 100_000_000, stuckMs: 200 })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  opened.push({ stop: () => new Promise((resolve) => server.close(() => resolve())) })
  const address = server.address()
  const socket = dial({ port: typeof address === 'object' ? (address?.port ?? 0) : 0, host: '127.0.0.1' })
  socket.pause()
  const stream = await eventually(() => guarded)
  await pause(400)
  expect(stream.destroyed).toBe(false)
  const failed = once(stream, 'error')
  stream.write(Buffer.alloc(30_000_000))
  expect(String(await failed)).toContain('does not read')
  socket.destroy()
})

test('at QoS 0 a retained message and one after it in the same chunk both arrive, from anybody', async () => {
  const { broker } = await house()
  const observer = await watch(broker.url, { filter: 'a/#' })
  const device: MqttClient = await mqtt.connectAsync(broker.url, { protocolVersion: 4, reconnectPeriod: 0 })
  for (let time = 0; time < 50; time += 1) {
    device.publish('a/state', String(time), { qos: 0, retain: true })
    device.publish('a/event', String(time), { qos: 0 })
  }
  await observer.until(({ topic, payload }) => topic === 'a/event' && payload === '49')
  const all = Array.from({ length: 50 }, (_, time) => String(time))
  expect(observer.heard('a/event')).toEqual(all)
  expect(observer.heard('a/state')).toEqual(all)
  await device.endAsync(true)
})

test('nothing is kept for a client that has left, however it signed in', async () => {
  const { broker, product } = await house()
  const session = {
    protocolVersion: 4 as const,
    reconnectPeriod: 0,
    clean: false,
    clientId: 'comes-and-goes',
  }
  const first = await mqtt.connectAsync(broker.url, session)
  await first.subscribeAsync('#', { qos: 1 })
  await first.endAsync()
  await product.publish('a/event', 'while it was away', { retain: false })
  const heard: string[] = []
  const again = mqtt.connect(broker.url, { ...session, resubscribe: false })
  again.on('message', (_topic, payload) => heard.push(payload.toString()))
  const sessionPresent = await new Promise((resolve) =>
    again.once('connect', (packet) => resolve(packet.sessionPresent)),
  )
  await again.subscribeAsync('a/now', { qos: 1 })
  await product.publish('a/now', 'now', { retain: false })
  await eventually(() => heard.includes('now'))
  expect({ heard, sessionPresent }).toEqual({ heard: ['now'], sessionPresent: false })
  await again.endAsync(true)
})

test('others may leave retained what a large house needs, and no more', () => {
  const budget = new RetainedBudget()
  const megabyte = 1024 * 1024
  for (let topic = 0; topic < 63; topic += 1) expect(budget.mayKeep(`a/${topic}`, megabyte)).toBe(true)
  expect(budget.mayKeep('a/64', megabyte)).toBe(false)
  expect(budget.mayKeep('a/1', megabyte)).toBe(true)
  expect(budget.mayKeep('a/2', 0)).toBe(true)
  expect(budget.mayKeep('a/64', megabyte)).toBe(true)
  const small = new RetainedBudget()
  for (let topic = 0; topic < 20_000; topic += 1) small.mayKeep(`a/${topic}`, 1)
  expect(small.mayKeep('a/more', 1)).toBe(false)
})
