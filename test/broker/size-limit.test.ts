import { afterEach, expect, test } from 'vitest'
import { SizeLimit } from '../../src/broker/size-limit.ts'
import { systemClock } from '../../src/core/clock.ts'
import { startMosquitto } from '../support/mosquitto.ts'
import { testWith } from '../support/programs.ts'
import { recordingLog } from '../support/recording-log.ts'
import { opened, stopAll } from './bridge-support.ts'
import { poorBroker } from './poor-broker.ts'
import { clientFor, eventually, observe, passedOn } from './support.ts'

afterEach(stopAll)

const hasty = {
  ...systemClock,
  sleep: (_ms: number, signal?: AbortSignal) => systemClock.sleep(20, signal),
}

/** Publishes too much on each connection, as the bridge does, and brings what became of it in the end. */
async function learns(url: string): Promise<void> {
  const log = recordingLog()
  const client = clientFor(url, log, { clock: hasty })
  opened.push(client)
  const faults: string[] = []
  client.onConnect(() => {
    void client.publish('yoto/small', 'x', { retain: true }).catch(() => undefined)
    client.publish('yoto/large', 'x'.repeat(30_000), { retain: true }).catch(({ code, message }) => {
      if (code === 'unprocessable') faults.push(message)
    })
    void client.publish('yoto/after', 'x'.repeat(10_000), { retain: true }).catch(() => undefined)
  })
  await client.start()
  const observer = await observe(url, { filter: 'yoto/#' })
  opened.push({ stop: () => observer.leave() })
  await observer.until(({ topic }) => topic === 'yoto/after')
  expect(faults).toEqual([
    'the MQTT broker takes messages of less than 30042 bytes, for it ended the connection over them; yoto/large is 30042 and is left out until the next start',
  ])
  expect(log.lines.filter(({ message }) => message.startsWith('lost the connection'))).toHaveLength(2)
  expect(client.connected).toBe(true)
  await client.publish('yoto/small', 'again', { retain: true })
  await observer.until(({ payload }) => payload === 'again')
}

testWith(['mosquitto'], 'what Mosquitto refuses for its size is left out (MQTT 5)', async () => {
  const broker = await startMosquitto({ largestPayloadBytes: 20_000 })
  opened.push(broker)
  await learns(broker.url)
})

testWith(['mosquitto'], 'what Mosquitto hangs up over is left out (MQTT 3.1.1)', async () => {
  const broker = await startMosquitto({ largestPacketBytes: 20_000 })
  opened.push(broker)
  const old = await poorBroker(broker.port, 'MQTT 5')
  opened.push(old)
  await learns(old.url)
})

testWith(
  ['mosquitto'],
  'an endless row of lost connections is told ever more seldom, and not as that of a second program',
  async () => {
    const broker = await startMosquitto({ largestPacketBytes: 20_000 })
    opened.push(broker)
    const old = await poorBroker(broker.port, 'MQTT 5')
    opened.push(old)
    const log = recordingLog()
    const client = clientFor(old.url, log, { clock: hasty })
    opened.push(client)
    let bytes = 90_000
    client.onConnect(() => {
      // Each time one that is not known to be too large.
      bytes -= 500
      client.publish('yoto/large', 'x'.repeat(bytes), { retain: true }).catch(() => undefined)
    })
    await client.start()
    const lines = (words: string) => log.lines.filter(({ message }) => message.startsWith(words))
    await expect.poll(() => lines('lost the connection').length, { timeout: 20_000 }).toBeGreaterThan(40)
    const told = log.lines.filter(({ level }) => level === 'warn')
    expect(told.map(({ detail }) => detail?.in_a_row)).toEqual([undefined, 2, 4, 8, 16, 32])
    expect(lines('connected to').filter(({ level }) => level === 'info').length).toBeLessThanOrEqual(7)
  },
)

testWith(['mosquitto'], 'nobody hands us more than we ask for in MQTT 5', async () => {
  const broker = await startMosquitto()
  opened.push(broker)
  const client = clientFor(broker.url, recordingLog())
  opened.push(client)
  const heard: number[] = []
  client.subscribe('yoto/+', (_topic, payload) => heard.push(payload.length))
  await client.start()
  const observer = await observe(broker.url, { filter: 'marker' })
  opened.push({ stop: () => observer.leave() })
  const megabyte = 1024 * 1024
  for (const size of [4 * megabyte, 6 * megabyte, 1]) await observer.say('yoto/a', 'x'.repeat(size))
  await passedOn(observer)
  await eventually(() => heard.includes(1))
  expect(heard).toEqual([4 * megabyte, 1])
  expect(client.connected).toBe(true)
})

const here = { address: 'mqtt://here', namedBytes: 1_000_000 }
const takes = (limit: SizeLimit, bytes: number) => () => limit.check('a', 'x'.repeat(bytes - 33))

test('a connection that was lost once is no proof, nor one of small messages, nor one after larger ones', () => {
  const limit = new SizeLimit()
  limit.connected(here)
  expect(limit.ended(9000)).toBe(true)
  limit.connected(here)
  limit.taken(9000)
  expect(limit.ended(9000)).toBe(false)
  limit.connected(here)
  expect(limit.ended(9000)).toBe(true)
  limit.connected(here)
  expect(limit.ended(4000)).toBe(false)
  expect(takes(limit, 9000)).not.toThrow()
})

test('what was learned holds on new connections to the same broker, and not for another', () => {
  const limit = new SizeLimit()
  for (let time = 0; time < 2; time += 1) {
    limit.connected(here)
    limit.ended(9000)
  }
  limit.connected(here)
  expect(takes(limit, 8999)).not.toThrow()
  expect(takes(limit, 9000)).toThrow('less than 9000 bytes')
  limit.connected({ ...here, address: 'mqtt://there' })
  expect(takes(limit, 9000)).not.toThrow()
})
