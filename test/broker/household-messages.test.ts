import { afterEach, describe, expect, onTestFinished } from 'vitest'
import { HouseholdMessages } from '../../src/broker/household-messages.ts'
import { startMosquitto } from '../support/mosquitto.ts'
import { testWith } from '../support/programs.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { embedded, stopAll, watch } from './bridge-support.ts'
import { clientFor, eventually, pause } from './support.ts'

afterEach(stopAll)

async function hearing(url: string) {
  const log = recordingLog()
  const client = clientFor(url, log, { clientId: 'yoto-test-household' })
  const messages = new HouseholdMessages({ client, fault: () => null, clock: new VirtualClock(), log })
  await client.start()
  onTestFinished(async () => {
    messages.stop()
    await client.stop()
  })
  const heard: string[] = []
  const listen = (filter: string) =>
    messages.listen(filter, ({ topic, payload }) => heard.push(`${filter} ${topic} ${payload.slice(0, 9)}`))
  const observer = await watch(url)
  listen('last/+')
  /** Resolves when all that was said and listened to before was heard; until the first is heard it is said again. */
  const settled = async (name: string) => {
    for (let tries = 0; tries < 50 && !heard.some((line) => line.includes(`last/${name}`)); tries += 1) {
      await observer.say(`last/${name}`, 'x')
      await pause(20)
    }
    expect(heard.join()).toContain(`last/${name}`)
    return heard.filter((line) => !line.startsWith('last/'))
  }
  return { listen, say: observer.say, settled, heard, log }
}

describe.each([
  ['the broker that comes with the product', [], embedded],
  ['Mosquitto', ['mosquitto'], startMosquitto],
] as const)('what is said on %s', (_name, programs, start) => {
  testWith([...programs], 'is heard once by each filter, until that is let go', async () => {
    const broker = await start()
    onTestFinished(() => broker.stop())
    const { listen, say, settled } = await hearing(broker.url)
    const all = listen('home/#')
    listen('home/party/+')
    listen('home/party/set')
    await settled('first')
    await say('home/party/set', 'ON')
    expect((await settled('second')).toSorted()).toEqual([
      'home/# home/party/set ON',
      'home/party/+ home/party/set ON',
      'home/party/set home/party/set ON',
    ])
    all()
    await settled('third')
    await say('home/party/set', 'OFF')
    expect((await settled('fourth')).slice(3).toSorted()).toEqual([
      'home/party/+ home/party/set OFF',
      'home/party/set home/party/set OFF',
    ])
  })

  testWith([...programs], 'is left out, and named in the log, where it is too long or too much', async () => {
    const broker = await start()
    onTestFinished(() => broker.stop())
    const { listen, say, settled, log } = await hearing(broker.url)
    listen('home/#')
    await settled('first')
    await say('home/long', 'x'.repeat(65_537))
    for (let count = 0; count < 210; count += 1) await say('home/flood', 'x')
    await eventually(
      () => log.lines.filter(({ message }) => message === 'no rule hears of an MQTT message').length > 1,
    )
    expect(JSON.stringify(log.lines)).toContain('it has 65537 characters')
    expect(JSON.stringify(log.lines)).toContain('more than 200 came within 10 s')
  })
})
