/** @module-tag slow */
import { afterEach, expect, test } from 'vitest'
import { emptyQueue } from '../../src/core/queue.ts'
import { embedded, listened, settled, startBridge, stopAll, watch } from './bridge-support.ts'
import { type Observer, player } from './support.ts'

afterEach(stopAll)

const bridgeConfig = 'homeassistant/device/yoto_bridge/config'
const playerConfig = 'homeassistant/device/yoto_abc/config'

async function house(more: Parameters<typeof startBridge>[1] = {}) {
  const { url } = await embedded()
  const observer = await watch(url)
  const subject = await startBridge(url, more)
  await settled(subject, observer)
  /** When each description came, in seconds of the clock, while so many pass. */
  const describedIn = async (seconds: number, topic: string) => {
    const at: number[] = []
    for (let tenth = 1; tenth <= seconds * 10; tenth += 1) {
      const before = observer.heard(topic).length
      await subject.clock.advance(100)
      await settled(subject, observer)
      for (let count = observer.heard(topic).length; count > before; count -= 1) at.push(tenth / 10)
    }
    return at
  }
  return { ...subject, observer, describedIn }
}

const streamsIn = (observer: Observer) =>
  Object.keys(JSON.parse(observer.heard(bridgeConfig).at(-1) ?? '{}').components).filter((key) =>
    key.endsWith('__why'),
  )

test('many new streams are told in one description, and only once', async () => {
  const { bridge, queues, observer, describedIn } = await house()
  for (const name of ['a', 'b', 'c', 'd']) {
    queues.push(emptyQueue(name))
    bridge.queueChanged(emptyQueue(name))
  }
  expect(await describedIn(6, bridgeConfig)).toEqual([2])
  expect(streamsIn(observer)).toEqual(['a', 'b', 'c', 'd'].map((name) => `stream_${name}__why`))
})

test('a stream that keeps changing is described only when what is described changes', async () => {
  const { bridge, queues, describedIn } = await house({ queues: [emptyQueue('a')] })
  for (let version = 1; version < 20; version += 1) bridge.queueChanged({ ...emptyQueue('a'), version })
  expect(await describedIn(4, bridgeConfig)).toEqual([])
  queues[0] = { ...emptyQueue('a'), title: 'Other' }
  bridge.queueChanged(queues[0])
  expect(await describedIn(4, bridgeConfig)).toEqual([1])
})

test('descriptions of one device are two seconds apart, and the last word is said', async () => {
  const { bridge, clock, observer, describedIn } = await house()
  await clock.advance(10_000)
  const said = observer.heard(playerConfig).length
  const at: number[] = []
  for (let second = 0; second < 5; second += 1) {
    bridge.playerChanged(player('abc', { name: `Name ${second}` }))
    at.push(...(await describedIn(1, playerConfig)).map((after) => second + after))
  }
  at.push(...(await describedIn(5, playerConfig)).map((after) => 5 + after))
  expect(at).toEqual([1, 3, 5])
  const names = observer
    .heard(playerConfig)
    .slice(said)
    .map((payload) => JSON.parse(payload).device.name)
  expect(names).toEqual(['Name 0', 'Name 2', 'Name 4'])
})

test('a player whose state alone changes is not described again', async () => {
  const { bridge, describedIn } = await house()
  for (let volume_step = 0; volume_step < 16; volume_step += 1)
    bridge.playerChanged(player('abc', { volume_step }))
  expect(await describedIn(5, playerConfig)).toEqual([])
})

test('a new player is described at once', async () => {
  const { bridge, observer } = await house()
  bridge.playerChanged(player('new'))
  await observer.until(({ topic }) => topic === 'homeassistant/device/yoto_new/config')
})

test('a birth just after our own announcement is answered once, and not too soon after it', async () => {
  const subject = await house({ random: 0 })
  await subject.observer.say('homeassistant/status', 'online')
  await listened(subject, subject.observer)
  expect(await subject.describedIn(10, playerConfig)).toEqual([2])
})

test('a birth while a stream is being taken back is answered, and the stream stays away', async () => {
  const subject = await house({ queues: [emptyQueue('a')], random: 0 })
  const { bridge, queues, observer, describedIn } = subject
  queues.pop()
  bridge.queueRemoved('a')
  await subject.clock.advance(2000)
  await observer.say('homeassistant/status', 'online')
  await listened(subject, observer)
  expect(await describedIn(10, bridgeConfig)).toEqual([2])
  expect(streamsIn(observer)).toEqual([])
})

test('streams that go one after the other are each taken back once', async () => {
  const { bridge, queues, observer, describedIn } = await house({
    queues: [emptyQueue('a'), emptyQueue('b')],
  })
  queues.shift()
  bridge.queueRemoved('a')
  const at = await describedIn(3, bridgeConfig)
  queues.shift()
  bridge.queueRemoved('b')
  at.push(...(await describedIn(20, bridgeConfig)).map((after) => 3 + after))
  expect(at).toEqual([2, 4, 6])
  expect(streamsIn(observer)).toEqual([])
})

test('a stream that comes back while it is taken back stays, and can be taken back again', async () => {
  const { bridge, queues, observer, describedIn } = await house({
    queues: [emptyQueue('a'), emptyQueue('b')],
  })
  const [a, b] = queues.splice(0)
  if (a === undefined || b === undefined) throw new Error('no queues')
  bridge.queueRemoved('a')
  bridge.queueRemoved('b')
  await describedIn(3, bridgeConfig)
  queues.push(a)
  bridge.queueChanged(a)
  await describedIn(10, bridgeConfig)
  expect(streamsIn(observer)).toEqual(['stream_a__why'])
  queues.pop()
  bridge.queueRemoved('a')
  await describedIn(10, bridgeConfig)
  expect(streamsIn(observer)).toEqual([])
  const lastButOne = JSON.parse(observer.heard(bridgeConfig).at(-2) ?? '{}')
  expect(lastButOne.components.stream_a__why).toEqual({ platform: 'sensor' })
})
