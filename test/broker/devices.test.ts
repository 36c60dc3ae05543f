import { expect, test } from 'vitest'
import { Devices } from '../../src/broker/devices.ts'
import { Outbox } from '../../src/broker/outbox.ts'
import { Standing, type Stood } from '../../src/broker/standing.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const topic = 'homeassistant/device/yoto_abc/config'
const owner = { kind: 'player', id: 'abc', origin: 'account' } as const

/** One device that lost a component since the last run, told to a broker that takes its time. */
async function subject() {
  const log = recordingLog()
  const clock = new VirtualClock()
  const standing = new Standing({ records: memoryCollection<Stood>(), log })
  await standing.note(topic, owner, new Map([['old', 'sensor']]))
  const said: { readonly payload: string; readonly taken: () => void }[] = []
  const client = {
    connected: true,
    publish: (_topic: string, payload: string) =>
      new Promise<void>((taken) => {
        said.push({ payload, taken })
      }),
  }
  const outbox = new Outbox({ client, standing, log, isEchoed: () => false, leftOut: () => {} })
  const devices = new Devices({ outbox, standing, clock, log })
  const written: string[] = []
  const device = (name: string) => ({
    topic,
    owner,
    facts: name,
    discovery() {
      written.push(name)
      return { device: { name }, origin: {}, components: { new: { platform: 'sensor' } } }
    },
  })
  devices.say(device('Nursery'))
  await settle()
  return { clock, devices, outbox, said, written, device }
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

test('a component that is gone is taken back, and left out two seconds later', async () => {
  const { clock, said } = await subject()
  said[0]?.taken()
  await settle()
  await clock.advance(2000)
  await settle()
  expect(said.map(({ payload }) => Object.keys(JSON.parse(payload).components))).toEqual([
    ['new', 'old'],
    ['new'],
  ])
})

test('a description is written out again only where what it tells of has changed', async () => {
  const { clock, devices, said, written, device } = await subject()
  said[0]?.taken()
  await clock.advance(2000)
  said[1]?.taken()
  for (let second = 0; second < 10; second += 1) {
    devices.changed(device('Nursery'))
    await clock.advance(1000)
  }
  expect(written).toHaveLength(2)
  devices.changed(device('Attic'))
  devices.changed(device('Den'))
  await clock.advance(1000)
  expect(written.slice(2)).toEqual(['Den'])
  expect(JSON.parse(said[2]?.payload ?? '{}').device).toEqual({ name: 'Den' })
})

/** The names that were said, and the clearings between them. */
const namesOf = (said: readonly { readonly payload: string }[]) =>
  said.map(({ payload }) => (payload === '' ? '' : JSON.parse(payload).device.name))

test('a device that was removed comes back two seconds later at the soonest, however often it is asked for', async () => {
  const { clock, devices, said, device } = await subject()
  said[0]?.taken()
  await settle()
  devices.removed(topic)
  devices.say(device('Attic'))
  devices.changed(device('Den'))
  await settle()
  await clock.advance(1999)
  said[1]?.taken()
  await settle()
  expect(namesOf(said)).toEqual(['Nursery', ''])
  await clock.advance(1)
  await settle()
  expect(namesOf(said)).toEqual(['Nursery', '', 'Den'])
})

test('nor sooner after a new connection, on which it is cleared once more', async () => {
  const { clock, devices, outbox, said, device } = await subject()
  said[0]?.taken()
  await settle()
  devices.removed(topic)
  devices.say(device('Attic'))
  await clock.advance(1500)
  said[1]?.taken()
  await settle()
  outbox.connected()
  devices.forgetSaid()
  outbox.clearAgain()
  devices.say(device('Attic'))
  await settle()
  await clock.advance(1999)
  said[2]?.taken()
  await settle()
  expect(namesOf(said)).toEqual(['Nursery', '', ''])
  await clock.advance(1)
  await settle()
  expect(namesOf(said)).toEqual(['Nursery', '', '', 'Attic'])
})

test.each([
  ['removed', (devices: Devices) => devices.removed(topic), ['']],
  ['deleted in Home Assistant', (devices: Devices) => devices.cleared(topic, { isShared: false }), ['']],
  ['stopped', (devices: Devices) => devices.stop(), []],
] as const)(
  'what is %s while the broker takes its description does not come back',
  async (_what, end, more) => {
    const { clock, devices, said } = await subject()
    end(devices)
    for (const { taken } of said) taken()
    await settle()
    await clock.advance(10_000)
    await settle()
    expect(said.slice(1).map(({ payload }) => payload)).toEqual(more)
  },
)
