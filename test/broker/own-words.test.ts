import { afterEach, describe, expect, test } from 'vitest'
import { Echoes } from '../../src/broker/echoes.ts'
import { retainedOn, startBridge, stopAll, watch } from './bridge-support.ts'
import { player } from './support.ts'
import { brokers, mosquitto, quiet, seconds, withMosquitto } from './ways.ts'

afterEach(stopAll)

const info = 'yoto/bridge/info'
const playerState = 'yoto/abc/state'

withMosquitto('what somebody publishes as we have said it does not end the mending', async () => {
  const { url } = await mosquitto()
  const observer = await watch(url)
  const subject = await startBridge(url)
  await quiet(subject, observer)
  const before = await retainedOn(url)
  for (const [topic, payload] of before) await observer.say(topic, payload, { retain: true })
  await observer.say(playerState, 'foreign', { retain: true })
  await quiet(subject, observer)
  await seconds(1, subject, observer)
  expect(await retainedOn(url)).toEqual(before)
})

withMosquitto('a broker that ignores noLocal tells us no strangers from ourselves', async () => {
  const { url, ours } = await mosquitto('noLocal')
  const observer = await watch(url)
  const subject = await startBridge(ours)
  await quiet(subject, observer)
  await observer.say(playerState, 'foreign', { retain: true })
  for (let step = 0; step < 20; step += 1)
    subject.bridge.playerChanged(player('abc', { volume_step: step % 16 }))
  await quiet(subject, observer)
  const said = observer.heard(playerState).length
  await seconds(5, subject, observer)
  expect(observer.heard(playerState).length).toBe(said)
})

describe.each(brokers)('on %s', (_name, start, testHere) => {
  testHere('a bridge/info with our own instance that is not as we said it is mended', async () => {
    const { url, ours } = await start()
    const observer = await watch(url)
    const subject = await startBridge(ours)
    await quiet(subject, observer)
    const before = (await retainedOn(url)).get(info) ?? '{}'
    subject.players.push(player('def'))
    subject.bridge.infoChanged()
    await quiet(subject, observer)
    const now = (await retainedOn(url)).get(info)
    expect(now).not.toBe(before)
    // As it was a while ago, and as it never was.
    for (const forged of [before, '{"instance":"one","version":"6.6.6"}']) {
      await observer.say(info, forged, { retain: true })
      await quiet(subject, observer)
      await seconds(3, subject, observer)
      expect((await retainedOn(url)).get(info)).toBe(now)
    }
    expect(subject.otherInstances).toEqual([])
    expect(subject.warnings()).toHaveLength(1)
  })
})

test('each own word comes back once, in the order in which they were said', () => {
  const echoes = new Echoes()
  for (const payload of ['one', 'two', 'two', 'three', 'lost']) echoes.await('topic', payload)
  echoes.giveUp('topic', 'lost')
  const heard = ['foreign', 'two', 'one', 'two', 'two', 'lost', 'three', 'three']
  expect(heard.filter((payload) => echoes.take('topic', payload))).toEqual(['two', 'two', 'three'])
  expect(echoes.take('other topic', 'one')).toBe(false)
})
