import { afterEach, expect, test } from 'vitest'
import type { BrokerClient } from '../../src/broker/client.ts'
import { startEmbeddedBroker } from '../../src/broker/embedded.ts'
import { systemClock } from '../../src/core/clock.ts'
import { startMosquitto } from '../support/mosquitto.ts'
import { testWith } from '../support/programs.ts'
import { recordingLog } from '../support/recording-log.ts'
import { clientFor, observe } from './support.ts'

const opened: { stop(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.stop()
})

function later<Thing extends { stop(): Promise<void> }>(thing: Thing): Thing {
  opened.push(thing)
  return thing
}

const times = Array.from({ length: 50 }, (_, time) => String(time))

/** What a listener hears of a retained state and an event of the same tick, fifty times; and one who comes after it. */
async function saidInOneTick(client: BrokerClient, url: string): Promise<void> {
  await client.start()
  const listener = await observe(url, { filter: 'yoto/abc/#' })
  later({ stop: () => listener.leave() })
  await Promise.all(
    times.flatMap((time) => [
      client.publish('yoto/abc/state', time, { retain: true }),
      client.publish('yoto/abc/event', time, { retain: false }),
    ]),
  )
  await listener.until(({ topic, payload }) => topic === 'yoto/abc/event' && payload === times.at(-1))
  expect(
    listener.messages.filter(({ retain }) => !retain).map(({ topic, payload }) => `${topic} ${payload}`),
  ).toEqual(times.flatMap((time) => [`yoto/abc/state ${time}`, `yoto/abc/event ${time}`]))
  const late = await observe(url, { filter: 'yoto/abc/state' })
  later({ stop: () => late.leave() })
  expect(await late.until(({ retain }) => retain)).toMatchObject({ payload: times.at(-1) })
}

test('a state and an event of one tick both arrive, each time, at the embedded broker', async () => {
  const log = recordingLog()
  const broker = later(await startEmbeddedBroker({ host: '127.0.0.1', port: 0, log, clock: systemClock }))
  const endpoint = async () => ({ url: broker.url, open: () => broker.open() })
  await saidInOneTick(later(clientFor(broker.url, log, { endpoint })), broker.url)
  await saidInOneTick(later(clientFor(broker.url, log, { clientId: 'by-the-port' })), broker.url)
})

testWith(['mosquitto'], 'a state and an event of one tick both arrive, each time, at Mosquitto', async () => {
  const broker = later(await startMosquitto())
  await saidInOneTick(later(clientFor(broker.url, recordingLog())), broker.url)
})
