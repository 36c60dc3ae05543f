import { once } from 'node:events'
import { connect as dial, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { type EmbeddedBroker, startEmbeddedBroker } from '../../src/broker/embedded.ts'
import { systemClock } from '../../src/core/clock.ts'
import { AppError } from '../../src/core/error.ts'
import { recordingLog } from '../support/recording-log.ts'
import { eventually, observe } from './support.ts'

const opened: { stop(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.stop()
})

async function start(more: Partial<Parameters<typeof startEmbeddedBroker>[0]> = {}) {
  const log = recordingLog()
  const broker = await startEmbeddedBroker({ host: '127.0.0.1', port: 0, log, clock: systemClock, ...more })
  opened.push(broker)
  return { broker, log }
}

async function rawSocket(broker: EmbeddedBroker): Promise<Socket> {
  const socket = dial({ port: broker.port, host: '127.0.0.1' })
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

async function stillServes(broker: EmbeddedBroker): Promise<void> {
  const observer = await observe(broker.url)
  await observer.say('a/b', 'alive')
  await observer.until(({ payload }) => payload === 'alive')
  await observer.leave()
}

test('keeps retained messages for those who come later', async () => {
  const { broker } = await start()
  const early = await observe(broker.url)
  await early.say('a/state', 'kept', { retain: true })
  const late = await observe(broker.url)
  expect(await late.until(({ topic }) => topic === 'a/state')).toMatchObject({
    payload: 'kept',
    retain: true,
  })
  await Promise.all([early.leave(), late.leave()])
})

test('a port in use is one message that names port, option and the way out', async () => {
  const { broker } = await start()
  const attempt = startEmbeddedBroker({
    host: '127.0.0.1',
    port: broker.port,
    log: recordingLog(),
    clock: systemClock,
  })
  await expect(attempt).rejects.toBeInstanceOf(AppError)
  await expect(attempt).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(
      new RegExp(`port ${broker.port} on 127.0.0.1 is in use.*mqtt\\.port.*mqtt\\.url`),
    ),
  })
})

test('does not open itself to the network without a password', async () => {
  await expect(
    startEmbeddedBroker({ host: '0.0.0.0', port: 0, log: recordingLog(), clock: systemClock }),
  ).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringContaining('mqtt.password'),
  })
})

test('with credentials lets in only those who know them', async () => {
  const { broker } = await start({ credentials: { username: 'ha', password: 'right' } })
  await expect(observe(broker.url)).rejects.toThrow(/refused/)
  await expect(observe(broker.url, { username: 'ha', password: 'wrong' })).rejects.toThrow(/refused/)
  const observer = await observe(broker.url, { username: 'ha', password: 'right' })
  await observer.leave()
})

const connectPacket = Buffer.from([0x10, 13, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 60, 0, 1, 0x61])

test.each<[string, Buffer]>([
  ['garbage', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
  ['a packet without a length', Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0xff])],
  ['a first packet of 200 MB', Buffer.from([0x10, 0x80, 0x80, 0x80, 0x64, 0, 4])],
  [
    'a later packet of 200 MB',
    Buffer.concat([connectPacket, Buffer.from([0x30, 0x80, 0x80, 0x80, 0x64, 0, 4])]),
  ],
])('a client that sends %s is hung up on, at debug level, and the others go on', async (_name, bytes) => {
  const { broker, log } = await start()
  const socket = await rawSocket(broker)
  socket.resume()
  const closed = once(socket, 'close')
  socket.write(bytes)
  await closed
  await stillServes(broker)
  expect(await eventually(() => log.lines.find(({ level }) => level === 'debug'))).toBeDefined()
  expect(log.lines.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([])
})

test('packets cut into single bytes and packets of some hundred kilobytes pass', async () => {
  const { broker } = await start()
  const observer = await observe(broker.url)
  const long = 'x'.repeat(700_000)
  await observer.say('a/long', long)
  expect((await observer.until(({ topic }) => topic === 'a/long')).payload).toHaveLength(long.length)
  const socket = await rawSocket(broker)
  for (const byte of connectPacket) socket.write(Buffer.from([byte]))
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect([...answer]).toEqual([0x20, 2, 0, 0])
  socket.destroy()
  await observer.leave()
})

test('stops at once although clients are connected, silent or half way in', async () => {
  const { broker } = await start()
  const observer = await observe(broker.url)
  const silent = await rawSocket(broker)
  const began = Date.now()
  const gone = once(silent, 'close')
  await broker.stop()
  await gone
  expect(Date.now() - began).toBeLessThan(500)
  await observer.leave()
  await expect(rawSocket(broker).then(() => 'open')).rejects.toThrow()
})
