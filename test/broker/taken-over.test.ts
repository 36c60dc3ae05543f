import { createServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { startEmbeddedBroker } from '../../src/broker/embedded.ts'
import { systemClock } from '../../src/core/clock.ts'
import { freePort } from '../support/free-port.ts'
import { startMosquitto } from '../support/mosquitto.ts'
import { testWith } from '../support/programs.ts'
import { recordingLog } from '../support/recording-log.ts'
import { embedded, opened, stopAll } from './bridge-support.ts'
import { poorBroker } from './poor-broker.ts'
import { clientFor, eventually } from './support.ts'

afterEach(stopAll)

// What the two have between their attempts is not what is tested.
const hasty = {
  ...systemClock,
  sleep: (_ms: number, signal?: AbortSignal) => systemClock.sleep(30, signal),
}

function client(url: string) {
  const log = recordingLog()
  const subject = clientFor(url, log, { clock: hasty, clientId: 'yoto-smart-stream-twin' })
  opened.push(subject)
  const lines = (words: string) => log.lines.filter(({ message }) => message.includes(words))
  return {
    client: subject,
    connects: () => lines('connected to').length,
    named: () => lines('with our client id').map(({ message }) => message),
  }
}

const wayOut =
  'with our client id yoto-smart-stream-twin, which throws us off. Does a copy of our data folder run elsewhere? Stop one of the two, or give one an empty data folder and an mqtt.base_topic of its own'

async function twins(url: string) {
  const both = [client(url), client(url)] as const
  for (const each of both) await each.client.start()
  await eventually(() => both.every(({ named, connects }) => named().length > 0 && connects() > 6))
  expect(both.map(({ named }) => named().length)).toEqual([1, 1])
  return both[0].named()[0]
}

const inARow = `the MQTT broker has ended 4 connections in a row soon after they began: perhaps another program connects ${wayOut}`

testWith(['mosquitto'], 'Mosquitto hangs up on both in turn: each names it once (MQTT 5)', async () => {
  const broker = await startMosquitto()
  opened.push(broker)
  expect(await twins(broker.url)).toBe(inARow)
})

testWith(['mosquitto'], 'Mosquitto hangs up on both in turn: each names it once (MQTT 3.1.1)', async () => {
  const broker = await startMosquitto()
  opened.push(broker)
  const old = await poorBroker(broker.port, 'MQTT 5')
  opened.push(old)
  expect(await twins(old.url)).toBe(inARow)
})

test('the embedded broker hangs up on both in turn: each names it once', async () => {
  const { url } = await embedded()
  expect(await twins(url)).toBe(inARow)
})

test('a broker that says in MQTT 5 who has come is believed at once', async () => {
  const accepted = Buffer.from([0x20, 3, 0, 0, 0])
  const sessionTakenOver = Buffer.from([0xe0, 2, 0x8e, 0])
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => {
      socket.write(accepted)
      setTimeout(() => socket.end(sessionTakenOver), 20)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const subject = client(`mqtt://127.0.0.1:${address.port}`)
  opened.unshift({ stop: () => new Promise((resolve) => server.close(() => resolve())) })
  await subject.client.start()
  await eventually(() => subject.connects() > 6)
  expect(subject.named()).toEqual([`another program has connected to the MQTT broker ${wayOut}`])
})

test('a broker that goes down again and again is not taken for a second program', async () => {
  const port = await freePort()
  const subject = client(`mqtt://127.0.0.1:${port}`)
  await subject.client.start()
  for (let round = 1; round <= 6; round += 1) {
    const options = { host: '127.0.0.1', port, log: recordingLog(), clock: systemClock }
    const broker = await startEmbeddedBroker(options)
    await eventually(() => subject.connects() === round)
    await broker.stop()
    await eventually(() => !subject.client.connected)
    // It finds nobody there before the next one starts.
    await systemClock.sleep(100)
  }
  expect(subject.named()).toEqual([])
})
