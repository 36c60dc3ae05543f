import { afterEach, describe, expect, test } from 'vitest'
import { emptyQueue } from '../../src/core/queue.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import {
  embedded,
  listened,
  opened,
  retainedOn,
  settled,
  startBridge,
  stopAll,
  watch,
} from './bridge-support.ts'
import { poorBroker } from './poor-broker.ts'
import { eventually, observe, passedOn, player } from './support.ts'
import { brokers, mosquitto, quiet, runMosquitto, seconds, withMosquitto } from './ways.ts'

afterEach(stopAll)

const state = 'yoto/bridge/state'
const info = 'yoto/bridge/info'
const playerState = 'yoto/abc/state'
const bridgeConfig = 'homeassistant/device/yoto_bridge/config'
const playerConfig = 'homeassistant/device/yoto_abc/config'

/** A connection that dies with a last will, as an older one of ours does. */
async function dieWithWill(url: string, payload: string): Promise<void> {
  const dying = await observe(url, {
    filter: 'nothing',
    will: { topic: state, payload: Buffer.from(payload), qos: 1, retain: true },
  })
  dying.mqtt.stream.destroy()
}

describe.each(brokers)('on %s', (_name, start, testHere) => {
  testHere('a late last will of ours is mended at once', async () => {
    const { url, ours } = await start()
    const observer = await watch(url)
    const subject = await startBridge(ours)
    await quiet(subject, observer)
    await dieWithWill(url, 'offline')
    await eventually(() => observer.heard(state).length >= 3)
    expect(observer.heard(state)).toEqual(['online', 'offline', 'online'])
    expect((await retainedOn(url)).get(state)).toBe('online')
    await observer.say(state, 'offline', { retain: true })
    await quiet(subject, observer)
    await seconds(1, subject, observer)
    expect((await retainedOn(url)).get(state)).toBe('online')
    expect(subject.warnings()).toEqual([])
    expect(subject.log.lines.filter(({ message }) => message.includes('is said again'))).toHaveLength(1)
  })

  testHere('what stands in bridge/info is said again when somebody takes it away', async () => {
    const { url, ours } = await start()
    const observer = await watch(url)
    const subject = await startBridge(ours)
    await quiet(subject, observer)
    for (const foreign of ['', '[', '{"instance":7}', '{"instance":"a b"}']) {
      await observer.say(info, foreign, { retain: true })
      await quiet(subject, observer)
      await subject.clock.advance(180_000)
      await settled(subject, observer)
      expect(JSON.parse((await retainedOn(url)).get(info) ?? '{}')).toMatchObject({ instance: 'one' })
    }
    expect(subject.otherInstances).toEqual([])
    expect(subject.warnings()).toEqual([
      expect.objectContaining({ message: expect.stringContaining(`somebody else published to ${info}`) }),
    ])
  })

  testHere('our own words are never taken for those of others, however fast they change', async () => {
    const { url, ours } = await start()
    const observer = await watch(url)
    const subject = await startBridge(ours, { queues: [emptyQueue('dusk')] })
    await quiet(subject, observer)
    const before = observer.heard(playerState).length
    for (let step = 0; step < 100; step += 1) {
      subject.players[0] = player('abc', { volume_step: step % 16, name: `Attic ${step % 2}` })
      subject.bridge.playerChanged(player('abc', { volume_step: step % 16, name: `Attic ${step % 2}` }))
      // Each state is said, for an event tells of it.
      subject.bridge.event({ type: 'online', player: 'abc', at: '2026-11-21T10:00:00+00:00' })
      if (step % 10 === 0) subject.queues.push(emptyQueue(`day${step}`))
      subject.bridge.infoChanged()
    }
    const infos = () => observer.heard(info).length
    await quiet(subject, observer)
    const said = infos()
    await seconds(10, subject, observer)
    expect(observer.heard(playerState).length - before).toBe(100)
    expect(infos()).toBe(said)
    expect(subject.log.lines.filter(({ message }) => /said again|somebody else/.test(message))).toEqual([])
  })

  testHere('two on the same topics notice each other, do not fight, and part in peace', async () => {
    const { url, ours } = await start()
    const clock = new VirtualClock()
    const observer = await watch(url)
    const one = await startBridge(ours, {
      clock,
      players: [player('abc'), player('left')],
      queues: [emptyQueue('dawn')],
    })
    await quiet(one, observer)
    const two = await startBridge(ours, {
      clock,
      instance: 'two',
      version: '2.0.0',
      players: [player('abc'), player('right')],
      queues: [emptyQueue('dusk')],
    })
    await eventually(() => one.otherInstances.length > 0 && two.otherInstances.length > 0)
    expect(one.otherInstances).toEqual([[{ instance: 'two', version: '2.0.0' }]])
    expect(two.otherInstances).toEqual([[{ instance: 'one', version: '1.2.3' }]])

    for (const each of [one, two]) {
      each.bridge.playersListed()
      await quiet(each, observer)
    }

    const minutes = 5
    const before = observer.messages.length
    for (let second = 0; second < 60 * minutes; second += 20) {
      if (second === 60) one.bridge.playerChanged(player('abc', { volume_step: 3 }))
      if (second === 120) two.bridge.playerChanged(player('abc', { volume_step: 9 }))
      await clock.advance(20_000)
      await settled(one, observer)
    }
    const meanwhile = observer.messages.slice(before).filter(({ topic }) => topic !== 'yoto/marker/event')
    const ofInfo = meanwhile.filter(({ topic }) => topic === info)
    expect(ofInfo.length).toBeGreaterThanOrEqual(2 * minutes - 2)
    expect(ofInfo.length).toBeLessThanOrEqual(2 * minutes + 2)
    // The bridge's device belongs to both; the newer one describes it once more without the other's stream.
    const others = meanwhile
      .map(({ topic }) => topic)
      .filter((topic) => ![info, bridgeConfig, 'yoto/bridge/response/set'].includes(topic))
    expect(others).toEqual([playerState, playerState])
    expect(meanwhile.filter(({ topic }) => topic === bridgeConfig).length).toBeLessThanOrEqual(2)
    expect([one, two].map(({ otherInstances }) => otherInstances.length)).toEqual([1, 1])
    expect(one.warnings()).toEqual([
      expect.objectContaining({
        message: expect.stringContaining('give one another mqtt.base_topic'),
        detail: { instance: 'two', version: '2.0.0' },
      }),
    ])

    const shared = await retainedOn(url)
    for (const id of ['abc', 'left', 'right'])
      expect(shared.get(`homeassistant/device/yoto_${id}/config`)).toBeTruthy()
    for (const name of ['dawn', 'dusk']) expect(shared.has(`yoto/stream/${name}/state`)).toBe(true)

    await two.stop()
    await quiet(one, observer)
    expect((await retainedOn(url)).get(state)).toBe('online')
    await clock.advance(179_000)
    await quiet(one, observer)
    expect(one.otherInstances).toHaveLength(1)
    await seconds(1, one, observer)
    expect(one.otherInstances).toEqual([[{ instance: 'two', version: '2.0.0' }], []])
    await quiet(one, observer)
    const stands = await retainedOn(url)
    expect(JSON.parse(stands.get(info) ?? '{}').instance).toBe('one')
    expect(JSON.parse(stands.get(playerState) ?? '{}').volume_step).toBeNull()
    expect(one.warnings()).toHaveLength(1)
  })

  testHere('what an earlier data folder left in bridge/info is no second instance', async () => {
    const { url, ours } = await start()
    const observer = await watch(url)
    await observer.say(info, '{"instance":"before","version":"1.0.0"}', { retain: true })
    const subject = await startBridge(ours)
    await quiet(subject, observer)
    await seconds(3, subject, observer)
    expect(subject.otherInstances).toEqual([])
    expect(subject.warnings()).toEqual([])
  })
})

withMosquitto('with MQTT 5 all that is ours is said again when others overwrite it', async () => {
  const { url } = await mosquitto()
  const observer = await watch(url)
  const subject = await startBridge(url, { queues: [emptyQueue('dusk')] })
  await quiet(subject, observer)
  const before = await retainedOn(url)
  expect(before.size).toBeGreaterThan(8)
  const topics = [...before.keys()].filter((topic) => topic !== state)
  for (const [index, topic] of topics.entries()) {
    // Empty on a discovery topic would be the end of the device.
    const foreign = index % 2 === 0 || topic.endsWith('/config') ? 'foreign' : ''
    await observer.say(topic, foreign, { retain: true })
  }
  await quiet(subject, observer)
  await subject.clock.advance(1000)
  await settled(subject, observer)
  expect(await retainedOn(url)).toEqual(before)
  expect(subject.warnings()).toHaveLength(1)
  expect(topics.some((topic) => subject.warnings()[0]?.message.includes(`published to ${topic},`))).toBe(true)
})

withMosquitto('with MQTT 5 the last word stands, also when it was said while another came in', async () => {
  const { url } = await mosquitto()
  const observer = await watch(url)
  const subject = await startBridge(url)
  await quiet(subject, observer)
  await observer.say(playerState, 'foreign', { retain: true })
  subject.bridge.playerChanged(player('abc', { volume_step: 7 }))
  await quiet(subject, observer)
  await observer.say(playerState, 'foreign', { retain: true })
  await quiet(subject, observer)
  subject.bridge.playerChanged(player('abc', { volume_step: 8 }))
  await seconds(3, subject, observer)
  expect(JSON.parse((await retainedOn(url)).get(playerState) ?? '{}').volume_step).toBe(8)
})

withMosquitto('a stranger who overwrites for ever is answered ever more seldom, and named once', async () => {
  const { url } = await mosquitto()
  const observer = await watch(url)
  const subject = await startBridge(url)
  await quiet(subject, observer)
  const ours = () => observer.heard(playerState).filter((payload) => payload !== 'foreign').length
  const overwrite = async (times: number, everySeconds: number) => {
    const mended = ours()
    for (let time = 0; time < times; time += 1) {
      await observer.say(playerState, 'foreign', { retain: true })
      await listened(subject, observer)
      await subject.clock.advance(everySeconds * 1000)
    }
    await settled(subject, observer)
    return ours() - mended
  }
  // After 1 s, and then with 1, 2, 4, 8 and 16 s between them.
  expect(await overwrite(32, 1)).toBe(6)
  const inFourMinutes = await overwrite(8, 30)
  expect(inFourMinutes).toBeGreaterThanOrEqual(4)
  expect(inFourMinutes).toBeLessThanOrEqual(5)
  expect(subject.warnings()).toHaveLength(1)
  await subject.clock.advance(180_000)
  await settled(subject, observer)
  expect(JSON.parse((await retainedOn(url)).get(playerState) ?? '{}').id).toBe('abc')
  expect(await overwrite(2, 1)).toBe(2)
})

withMosquitto('with MQTT 5 a device that is deleted in Home Assistant is not brought back', async () => {
  const { url } = await mosquitto()
  const observer = await watch(url)
  const subject = await startBridge(url)
  await quiet(subject, observer)
  await observer.say(playerConfig, '', { retain: true })
  await quiet(subject, observer)
  await seconds(3, subject, observer)
  await observer.say(playerConfig, 'foreign', { retain: true })
  await quiet(subject, observer)
  await seconds(3, subject, observer)
  const stands = await retainedOn(url)
  expect(stands.get(playerConfig)).toBe('foreign')
  expect(stands.has(bridgeConfig)).toBe(true)
})

const halfOpen = [
  ['the embedded broker', embedded, test],
  ['Mosquitto', runMosquitto, withMosquitto],
] as const

describe.each(halfOpen)('on %s', (_name, start, testHere) => {
  testHere('we are online after each return to a broker that had not noticed our going', async () => {
    const broker = await start()
    const way = await poorBroker(broker.port, 'hang-ups')
    opened.push(way)
    const observer = await watch(broker.url)
    const subject = await startBridge(way.url)
    const connects = () => subject.log.lines.filter(({ message }) => message.startsWith('connected')).length
    for (const round of [2, 3]) {
      await quiet(subject, observer)
      way.cut()
      await eventually(() => connects() === round)
    }
    await quiet(subject, observer)
    expect(observer.heard(state)).toContain('offline')
    expect((await retainedOn(broker.url)).get(state)).toBe('online')
  })
})

test('nothing is mended any more after the goodbye', async () => {
  const { url } = await embedded()
  const observer = await watch(url)
  const subject = await startBridge(url)
  await quiet(subject, observer)
  await observer.say(info, 'foreign', { retain: true })
  await listened(subject, observer)
  await subject.stop()
  await observer.say(state, 'offline', { retain: true })
  await subject.clock.advance(600_000)
  await passedOn(observer)
  expect((await retainedOn(url)).get(state)).toBe('offline')
  expect((await retainedOn(url)).get(info)).toBe('foreign')
})
