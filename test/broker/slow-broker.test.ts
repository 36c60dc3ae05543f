/** @module-tag slow */
import { afterEach, expect, test } from 'vitest'
import { emptyQueue } from '../../src/core/queue.ts'
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
import { slowRelay } from './slow-relay.ts'
import { eventually, pause, player } from './support.ts'

afterEach(stopAll)

const bridgeConfig = 'homeassistant/device/yoto_bridge/config'
const streamState = 'yoto/stream/night/state'

/** A bridge at a broker that takes one message in a while. */
async function house(delayMs: number) {
  const broker = await embedded()
  const relay = await slowRelay(broker.port, delayMs)
  opened.push(relay)
  const observer = await watch(broker.url)
  const subject = await startBridge(relay.url, { queues: [emptyQueue('night')] })
  await settled(subject, observer)
  // The broker has acknowledged what it has passed on.
  await subject.client.publish('marker', '', { retain: false })
  return { broker, relay, observer, ...subject }
}

test('of a stream that changes faster than the broker takes it, the last word is said soon', async () => {
  const { bridge, observer } = await house(20)
  const before = observer.heard(streamState).length
  const flood = 1000
  for (let n = 1; n <= flood; n += 1) bridge.queueChanged({ ...emptyQueue('night'), title: `Title ${n}` })
  await eventually(() => observer.heard(streamState).at(-1)?.includes(`"Title ${flood}"`))
  expect(observer.heard(streamState).length - before).toBeLessThanOrEqual(2)
})

test('of a flood of events the newest are said, each after its state, and the log says once that some are not', async () => {
  const { bridge, observer, warnings } = await house(1)
  const flood = 1000
  for (let n = 1; n <= flood; n += 1) {
    bridge.playerChanged(player('abc', { battery_percent: n / 10 }))
    bridge.event({
      type: 'battery_low',
      player: 'abc',
      at: '2026-11-21T10:00:00+00:00',
      battery_percent: n / 10,
    })
  }
  const events = () => observer.heard('yoto/abc/event').map((each) => JSON.parse(each).battery_percent)
  await expect.poll(() => events().at(-1), { timeout: 20_000 }).toBe(100)
  expect(events().length).toBeLessThan(400)
  let state = 0
  for (const { topic, payload } of observer.messages) {
    if (topic === 'yoto/abc/state') state = JSON.parse(payload).battery_percent
    if (topic === 'yoto/abc/event') expect(state).toBe(JSON.parse(payload).battery_percent)
  }
  expect(warnings().filter(({ message }) => message.includes('events are left out'))).toHaveLength(1)
})

test('however often discovery is asked for, it is said again once', async () => {
  const subject = await house(0)
  const { bridge, clock, observer } = subject
  await clock.advance(10_000)
  await settled(subject, observer)
  const before = observer.heard(bridgeConfig).length
  for (let n = 0; n < 2000; n += 1) bridge.discoverAgain()
  await observer.say('homeassistant/status', 'online')
  await listened(subject, observer)
  for (let second = 0; second < 10; second += 1) {
    await clock.advance(1000)
    await settled(subject, observer)
  }
  expect(observer.heard(bridgeConfig).length - before).toBe(1)
})

test('who stops with much to say gives it up, and is offline', async () => {
  const { broker, bridge, stop, log } = await house(100)
  for (let n = 0; n < 300; n += 1) bridge.queueChanged(emptyQueue(`stream-${n}`))
  await stop()
  expect((await retainedOn(broker.url)).get('yoto/bridge/state')).toBe('offline')
  expect(log.lines.filter(({ level }) => level === 'error')).toEqual([])
})

test('who stops while the broker acknowledges nothing is offline by the last will', async () => {
  const { broker, bridge, clock, client, relay, observer } = await house(0)
  relay.hold()
  bridge.queueChanged({ ...emptyQueue('night'), title: 'Under way' })
  await observer.until(({ payload }) => payload.includes('Under way'))
  bridge.queueChanged({ ...emptyQueue('night'), title: 'Waiting' })
  const stopped = bridge.stop()
  await clock.advance(2000)
  await stopped
  await client.stop()
  await eventually(() => observer.heard('yoto/bridge/state').at(-1) === 'offline')
  expect((await retainedOn(broker.url)).get('yoto/bridge/state')).toBe('offline')
  expect(observer.messages.filter(({ payload }) => payload.includes('Waiting'))).toEqual([])
})

test('what is to be said last is waited for before the goodbye', async () => {
  const { broker, bridge, clock, client, relay, observer } = await house(0)
  relay.hold()
  bridge.queueChanged({ ...emptyQueue('night'), title: 'Under way' })
  await observer.until(({ payload }) => payload.includes('Under way'))
  const stopped = bridge.stop()
  await clock.advance(2000)
  await stopped
  const ended = client.stop()
  await pause(50)
  relay.release()
  await ended
  expect((await retainedOn(broker.url)).get('yoto/bridge/state')).toBe('offline')
})
