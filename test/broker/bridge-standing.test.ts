import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { Stood } from '../../src/broker/standing.ts'
import { emptyQueue } from '../../src/core/queue.ts'
import { freePort } from '../support/free-port.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { startMosquitto } from '../support/mosquitto.ts'
import { testWith } from '../support/programs.ts'
import { embedded, opened, retainedOn, settled, startBridge, stopAll, watch } from './bridge-support.ts'
import { eventually, type Observer, player } from './support.ts'

afterEach(stopAll)

const bridgeConfig = 'homeassistant/device/yoto_bridge/config'
const playerConfig = 'homeassistant/device/yoto_abc/config'
type Subject = Awaited<ReturnType<typeof startBridge>>

/** The keys of the stream's components in each description of the bridge so far: `name: platform` where that is all. */
function componentsOf(observer: Observer, name: string): string[][] {
  return observer
    .heard(bridgeConfig)
    .filter((payload) => payload !== '')
    .map((payload) =>
      Object.entries(JSON.parse(payload).components as Record<string, Record<string, unknown>>)
        .filter(([key]) => key.startsWith(`stream_${name}__`))
        .map(([key, component]) =>
          Object.keys(component).length === 1 ? `${key}: ${component.platform}` : key,
        ),
    )
}

function remove(subject: Subject, name: string): void {
  subject.queues.splice(
    subject.queues.findIndex((queue) => queue.name === name),
    1,
  )
  subject.bridge.queueRemoved(name)
}

const ofDusk = ['now_playing', 'why', 'closed', 'skip', 'restart', 'button'].map(
  (key) => `stream_dusk__${key}`,
)

async function untilRetained(
  url: string,
  fits: (stands: ReadonlyMap<string, string>) => boolean,
): Promise<void> {
  const end = Date.now() + 5000
  while (!fits(await retainedOn(url))) if (Date.now() > end) throw new Error('it does not stand there')
}

async function mosquitto() {
  const broker = await startMosquitto()
  opened.push(broker)
  return broker
}

const brokers = [
  ['the embedded broker', embedded, test],
  ['Mosquitto', mosquitto, (name: string, run: () => Promise<void>) => testWith(['mosquitto'], name, run)],
] as const

describe.each(brokers)('on %s', (_name, start, testHere) => {
  testHere(
    'a stream that is deleted is taken back once, then left out, and nothing of it stays',
    async () => {
      const { url } = await start()
      const observer = await watch(url)
      const subject = await startBridge(url, { queues: [emptyQueue('dusk')] })
      await settled(subject, observer)
      expect(componentsOf(observer, 'dusk')).toEqual([ofDusk])
      remove(subject, 'dusk')
      for (const waitMs of [2000, 2000, 10_000]) {
        await subject.clock.advance(waitMs)
        await settled(subject, observer)
      }
      expect(componentsOf(observer, 'dusk').slice(1)).toEqual([
        [
          'stream_dusk__now_playing: sensor',
          'stream_dusk__why: sensor',
          'stream_dusk__closed: switch',
          'stream_dusk__skip: button',
          'stream_dusk__restart: button',
          'stream_dusk__button: event',
        ],
        [],
      ])
      const left = [...(await retainedOn(url))].filter(([topic, payload]) =>
        `${topic}${payload}`.includes('dusk'),
      )
      expect(left).toEqual([])
    },
  )

  testHere('the button to restart is taken back where nobody starts the product again', async () => {
    const { url } = await start()
    const standing = memoryCollection<Stood>()
    const hasRestart = (payload = '') => payload.includes('"restart":')
    const subject = await startBridge(url, { standing })
    await untilRetained(url, (stands) => hasRestart(stands.get(bridgeConfig)))
    await subject.die()
    const observer = await watch(url)
    const again = await startBridge(url, { standing, isStartedAgain: false })
    for (const waitMs of [2000, 2000, 10_000]) {
      await again.clock.advance(waitMs)
      await settled(again, observer)
    }
    const said = observer.heard(bridgeConfig).map((payload) => JSON.parse(payload).components.restart)
    expect(said.slice(-2)).toEqual([{ platform: 'button' }, undefined])
    expect(hasRestart((await retainedOn(url)).get(bridgeConfig))).toBe(false)
  })

  testHere('what was deleted just before a kill is taken back by the next run', async () => {
    const { url } = await start()
    const standing = memoryCollection<Stood>()
    const subject = await startBridge(url, {
      queues: [emptyQueue('dusk')],
      players: [player('abc'), player('def')],
      standing,
    })
    await untilRetained(url, (stands) => stands.has('yoto/stream/dusk/state'))
    await subject.die()

    const again = await startBridge(url, { queues: [], players: [], standing })
    const observer = await watch(url)
    await again.clock.advance(2000)
    await settled(again, observer)
    await again.clock.advance(2000)
    await settled(again, observer)
    expect([...(await retainedOn(url)).keys()].filter((topic) => topic.includes('stream'))).toEqual([])
    expect((await retainedOn(url)).has('homeassistant/device/yoto_def/config')).toBe(true)
    again.players.push(player('abc'))
    again.bridge.playersListed()
    again.bridge.playerChanged(player('abc'))
    await settled(again, observer)
    const stands = await retainedOn(url)
    expect([...stands.keys()].filter((topic) => topic.includes('def'))).toEqual([])
    expect(stands.has(playerConfig)).toBe(true)
    expect([...stands.values()].filter((payload) => payload.includes('dusk'))).toEqual([])
    expect((await standing.entries()).filter(([topic]) => /def|dusk/.test(topic))).toEqual([])
  })

  testHere('what the broker kept is taken back also where nobody remembers it', async () => {
    const { url } = await start()
    const first = await startBridge(url, {
      queues: [emptyQueue('dusk')],
      players: [player('abc'), player('def')],
    })
    await untilRetained(url, (stands) => stands.has('yoto/stream/dusk/state'))
    await first.die()

    const second = await startBridge(url, { players: [player('abc')] })
    const observer = await watch(url)
    second.bridge.playersListed()
    for (const waitMs of [15_000, 2000, 2000]) {
      await second.clock.advance(waitMs)
      await settled(second, observer)
    }
    const stands = await retainedOn(url)
    expect([...stands.keys()].filter((topic) => /dusk|_def|\/def/.test(topic))).toEqual([])
    expect([...stands.values()].filter((payload) => payload.includes('dusk'))).toEqual([])
  })

  testHere('players of a run that cannot list them stay', async () => {
    const { url } = await start()
    const standing = memoryCollection<Stood>()
    const first = await startBridge(url, { standing })
    await untilRetained(url, (stands) => stands.has('yoto/abc/state'))
    await first.stop()
    const second = await startBridge(url, { standing, players: [] })
    await settled(second, await watch(url))
    expect((await retainedOn(url)).has(playerConfig)).toBe(true)
    await second.stop()
    const third = await startBridge(url, { standing, players: [], origin: 'simulator' })
    await settled(third, await watch(url))
    expect([...(await retainedOn(url)).keys()].filter((topic) => topic.includes('abc'))).toEqual([])
  })

  testHere('another base topic leaves nothing under the old one', async () => {
    const { url } = await start()
    const standing = memoryCollection<Stood>()
    const first = await startBridge(url, { standing, queues: [emptyQueue('dusk')] })
    await untilRetained(url, (stands) => stands.has('yoto/stream/dusk/state'))
    await first.stop()
    const second = await startBridge(url, { standing, queues: [emptyQueue('dusk')], base: 'house/toys' })
    await untilRetained(url, (stands) => stands.has('house/toys/stream/dusk/state'))
    await second.clock.advance(0)
    await untilRetained(url, (stands) => ![...stands.keys()].some((topic) => /yoto[_/]/.test(topic)))
  })

  testHere('a device that is deleted in Home Assistant stays away until it is asked for', async () => {
    const { url } = await start()
    const observer = await watch(url)
    const subject = await startBridge(url, { random: 0 })
    await settled(subject, observer)
    await observer.say(playerConfig, '', { retain: true })
    await eventually(() =>
      subject.log.lines.some(({ message }) => message.includes('was deleted in Home Assistant')),
    )
    subject.bridge.playerChanged(player('abc', { name: 'Attic' }))
    await observer.say('homeassistant/status', 'online')
    await subject.clock.advance(0)
    for (let second = 0; second < 10; second += 1) {
      await subject.clock.advance(1000)
      await settled(subject, observer)
    }
    expect((await retainedOn(url)).has(playerConfig)).toBe(false)
    expect(subject.log.lines.filter(({ message }) => message.includes('was deleted'))).toHaveLength(1)
    subject.players[0] = player('abc', { name: 'Attic' })
    subject.bridge.discoverAgain()
    await subject.clock.advance(2000)
    await settled(subject, observer)
    expect(JSON.parse((await retainedOn(url)).get(playerConfig) ?? '{}').device.name).toBe('Attic')
  })

  testHere('our own clearing is not taken for that of Home Assistant', async () => {
    const { url } = await start()
    const observer = await watch(url)
    const subject = await startBridge(url)
    await settled(subject, observer)
    for (let round = 0; round < 5; round += 1) {
      subject.bridge.playerRemoved('abc')
      subject.bridge.playerChanged(player('abc', { volume_step: round }))
    }
    await settled(subject, observer)
    await subject.clock.advance(5000)
    await settled(subject, observer)
    expect((await retainedOn(url)).has(playerConfig)).toBe(true)
    expect(subject.log.lines.filter(({ message }) => message.includes('was deleted'))).toEqual([])
  })
})

test('what others say under our discovery topics is no device of ours', async () => {
  const { url } = await embedded()
  const observer = await watch(url)
  const config = (id: string) => `homeassistant/device/${id}/config`
  const foreign = JSON.stringify({
    origin: { name: 'other' },
    device: {},
    state_topic: 'yoto/xyz/state',
    components: { x: { platform: 'sensor' } },
  })
  const otherBase = JSON.stringify({
    origin: { name: 'Yoto Smart Stream' },
    device: {},
    components: { x: { platform: 'sensor' } },
    state_topic: 'yoto_kids/abc/state',
  })
  const hostile = JSON.stringify({
    origin: { name: 'Yoto Smart Stream' },
    components: { __proto__: { platform: 'sensor' }, 'a b': { platform: 'x' }, c: { platform: 7 }, d: null },
  })
  await observer.say(config('yoto_xyz'), foreign, { retain: true })
  await observer.say(config('yoto_kids_abc'), otherBase, { retain: true })
  await observer.say(config('other_device'), '{', { retain: true })
  await observer.say(bridgeConfig, hostile, { retain: true })
  const subject = await startBridge(url)
  subject.bridge.playersListed()
  await subject.clock.advance(5000)
  await settled(subject, observer)
  const stands = await retainedOn(url)
  for (const id of ['yoto_xyz', 'yoto_kids_abc', 'other_device']) expect(stands.has(config(id))).toBe(true)
  expect(subject.warnings()).toEqual([])
  expect(Object.keys(JSON.parse(stands.get(bridgeConfig) ?? '{}').components)).toContain('connection')
})

testWith(
  ['mosquitto'],
  'what is deleted while the broker is away is taken back when it returns',
  async () => {
    const port = await freePort()
    const persistence = await mkdtemp(join(tmpdir(), 'kept-'))
    opened.push({ stop: () => rm(persistence, { recursive: true, force: true }) })
    const first = await startMosquitto({ port, persistence })
    const subject = await startBridge(first.url, { queues: [emptyQueue('dusk'), emptyQueue('day')] })
    await untilRetained(first.url, (stands) => stands.has('yoto/stream/dusk/state'))
    await first.stop('gently')
    await eventually(() => !subject.client.connected)
    remove(subject, 'dusk')
    const second = await startMosquitto({ port, persistence })
    opened.unshift(second)
    const observer = await watch(second.url)
    await eventually(() => subject.client.connected)
    await subject.clock.advance(2000)
    await settled(subject, observer)
    await subject.clock.advance(2000)
    await settled(subject, observer)
    const stands = [...(await retainedOn(second.url))]
    expect(stands.filter(([topic, payload]) => `${topic}${payload}`.includes('dusk'))).toEqual([])
    expect(stands.some(([topic]) => topic === 'yoto/stream/day/state')).toBe(true)
  },
)
