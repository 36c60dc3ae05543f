import { afterEach, describe, expect, test } from 'vitest'
import type { Stood } from '../../src/broker/standing.ts'
import { emptyQueue } from '../../src/core/queue.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { embedded, opened, retainedOn, settled, startBridge, stopAll, watch } from './bridge-support.ts'
import { poorBroker } from './poor-broker.ts'
import { eventually, type Observer, passedOn, player } from './support.ts'
import { brokers, quiet, type Subject, seconds } from './ways.ts'

afterEach(stopAll)

const info = 'yoto/bridge/info'
const bridgeConfig = 'homeassistant/device/yoto_bridge/config'
const patience = 15
const silence = 180

const all = ['a', 'b', 'c'] as const
type Name = (typeof all)[number]
const ends = [
  ['a', 'b', 'die', 'stop'],
  ['c', 'a', 'stop', 'die'],
  ['b', 'c', 'die', 'die'],
] as const

/** Products on one broker, each with a player and a stream of its own, and a player that all have. */
function neighbours(ways: { url: string; ours: string }, observer: Observer) {
  const clock = new VirtualClock()
  const standing = {
    a: memoryCollection<Stood>(),
    b: memoryCollection<Stood>(),
    c: memoryCollection<Stood>(),
  }
  const alive = new Map<Name, Subject>()
  return {
    clock,
    standing,
    alive,
    async start(name: Name, base?: string): Promise<Subject> {
      const subject = await startBridge(ways.ours, {
        clock,
        instance: name,
        standing: standing[name],
        players: [player('abc'), player(`player-${name}`)],
        queues: [emptyQueue(`stream-${name}`)],
        ...(base === undefined ? {} : { base }),
      })
      alive.set(name, subject)
      subject.bridge.playersListed()
      if (base !== undefined) return subject
      await settled(subject, observer)
      await eventually(() => (others(subject) ?? []).length === alive.size - 1)
      return subject
    },
    async end(name: Name, how: 'stop' | 'die'): Promise<void> {
      await alive.get(name)?.[how]()
      alive.delete(name)
      await passedOn(observer)
    },
    /** Virtual seconds, with turns for the broker between. */
    async pass(count: number): Promise<void> {
      const [one] = alive.values()
      for (let second = 0; second < count; second += 20) {
        await clock.advance(20_000)
        if (one !== undefined) await settled(one, observer)
      }
    },
    /** Whose topics stand, in part or as a whole. */
    async stands() {
      const topics = [...(await retainedOn(ways.url)).keys()]
      return all.flatMap((name) => {
        const count = topics.filter((topic) => topic.includes(`-${name}/`)).length
        return count === 0 ? [] : [count === 9 ? name : `${name}: ${count}`]
      })
    },
  }
}

const others = (subject: Subject | undefined) =>
  subject?.otherInstances.at(-1)?.map(({ instance }) => instance)

// For this a broker that ignores noLocal is like any other.
const able = brokers.filter(([name]) => !name.includes('noLocal'))

describe.each(able)('on %s', (_name, start, testHere) => {
  testHere('a restart of one that is known takes nothing of the other away', async () => {
    const ways = await start()
    const observer = await watch(ways.url)
    const { start: run, end, pass, stands } = neighbours(ways, observer)
    const one = await run('a')
    await run('b')
    await eventually(() => others(one) !== undefined)
    await pass(20)
    await end('b', 'die')
    const again = await run('b')
    await eventually(() => others(again) !== undefined)
    expect(others(again)).toEqual(['a'])
    await pass(20)
    expect(await stands()).toEqual(['a', 'b'])
    expect(one.otherInstances).toHaveLength(1)
  })

  for (const [first, second, how, how2] of ends)
    testHere(
      `three know each other; when ${first} and ${second} have gone, nothing of theirs is left`,
      async () => {
        const ways = await start()
        const observer = await watch(ways.url)
        const { start: run, end, pass, stands, alive } = neighbours(ways, observer)
        for (const name of all) await run(name)
        for (const [name, subject] of alive) {
          await eventually(() => others(subject)?.length === 2)
          expect(new Set(others(subject))).toEqual(new Set(all.filter((each) => each !== name)))
        }
        await pass(20)
        expect(await stands()).toEqual(all)

        await end(first, how)
        await pass(40)
        await run(first)
        await pass(20)
        expect(await stands()).toEqual(all)

        await end(first, how)
        await pass(silence + 20)
        // Two are left, and nobody can tell whose the rest is.
        const two = all.filter((each) => each !== first)
        expect(await stands()).toEqual(expect.arrayContaining(two))
        for (const [name, subject] of alive)
          expect(others(subject)).toEqual(two.filter((each) => each !== name))

        await end(second, how2)
        await pass(60)
        expect(await stands()).toEqual(expect.arrayContaining(two))
        await pass(silence - 60 + 20)
        const last = two.filter((each) => each !== second)
        expect(await stands()).toEqual(last)
        for (const subject of alive.values()) expect(others(subject)).toEqual([])
        const kept = await retainedOn(ways.url)
        expect(JSON.parse(kept.get(info) ?? '{}')).toMatchObject({ instance: last[0], other_instances: [] })
        expect(kept.get(bridgeConfig)).not.toMatch(new RegExp(`stream-(${first}|${second})`))
      },
    )

  testHere(
    'one that has moved to another base topic does not take the devices of the other along',
    async () => {
      const ways = await start()
      const observer = await watch(ways.url)
      const { start: run, end, pass } = neighbours(ways, observer)
      await run('a')
      await run('b')
      await pass(30)
      await end('b', 'stop')
      await run('b', 'house')
      const devicesOf = (base: string, name: Name) =>
        ['bridge', 'abc', `player-${name}`].map((id) => `homeassistant/device/${base}_${id}/config`)
      const standing = async () => [...(await retainedOn(ways.url)).keys()]
      await expect.poll(standing, { timeout: 5000 }).toEqual(expect.arrayContaining(devicesOf('house', 'b')))
      await pass(silence + 20)
      const stands = await standing()
      expect(stands).toEqual(expect.arrayContaining([...devicesOf('yoto', 'a'), ...devicesOf('house', 'b')]))
      expect(stands.filter((topic) => /^yoto.*-b|yoto_player-b/.test(topic))).toEqual([])
    },
  )

  testHere('one that does not name us is answered within a second, and once a second at most', async () => {
    const { url, ours } = await start()
    const observer = await watch(url)
    const subject = await startBridge(ours)
    await quiet(subject, observer)
    const ownInfos = () => observer.heard(info).filter((payload) => payload.includes('"one","other')).length
    const started = '{"instance":"two","version":"2.0.0"}'
    await observer.say(info, started, { retain: true })
    await quiet(subject, observer)
    expect(others(subject)).toEqual(['two'])
    await seconds(3, subject, observer)
    let before = ownInfos()
    await observer.say(info, started, { retain: true })
    await quiet(subject, observer)
    expect(ownInfos() - before).toBe(1)
    before = ownInfos()
    for (let second = 0; second < 3; second += 1) {
      for (let time = 0; time < 10; time += 1) await observer.say(info, started, { retain: true })
      await quiet(subject, observer)
      await seconds(1, subject, observer)
    }
    expect(ownInfos() - before).toBe(3)
    await seconds(2, subject, observer)
    before = ownInfos()
    const knowing = '{"instance":"two","version":"2.0.0","other_instances":["one"]}'
    await observer.say(info, knowing, { retain: true })
    await quiet(subject, observer)
    await seconds(3, subject, observer)
    expect(ownInfos()).toBe(before)
  })

  testHere('what the broker kept stays when its owner speaks but seconds after us', async () => {
    const { url, ours } = await start()
    const observer = await watch(url)
    await observer.say('yoto/stream/foreign/state', '{}', { retain: true })
    const subject = await startBridge(ours)
    await quiet(subject, observer)
    await seconds(10, subject, observer)
    await observer.say(info, '{"instance":"two"}', { retain: true })
    await quiet(subject, observer)
    await seconds(10, subject, observer)
    expect((await retainedOn(url)).has('yoto/stream/foreign/state')).toBe(true)
  })

  testHere('made-up instances are counted up to ten, and nothing is swept while one speaks', async () => {
    const { url, ours } = await start()
    const observer = await watch(url)
    const subject = await startBridge(ours)
    await quiet(subject, observer)
    for (let each = 0; each < 30; each += 1)
      await observer.say(info, `{"instance":"i${each}","other_instances":[1,{}]}`, { retain: true })
    await observer.say('yoto/stream/foreign/state', '{}', { retain: true })
    await quiet(subject, observer)
    expect(others(subject)).toHaveLength(10)
    await subject.clock.advance(179_000)
    await observer.say(info, '{"instance":"i3","other_instances":"one"}', { retain: true })
    await quiet(subject, observer)
    await subject.clock.advance(178_000)
    await quiet(subject, observer)
    expect(others(subject)).toEqual(['i3'])
    expect((await retainedOn(url)).has('yoto/stream/foreign/state')).toBe(true)
    await subject.clock.advance(2000)
    await quiet(subject, observer)
    await subject.clock.advance(patience * 1000)
    await quiet(subject, observer)
    expect(others(subject)).toEqual([])
    expect((await retainedOn(url)).has('yoto/stream/foreign/state')).toBe(false)
  })
})

test('who has lost the broker itself does not take the others for gone', async () => {
  const broker = await embedded()
  const way = await poorBroker(broker.port, 'hang-ups')
  opened.push(way)
  const observer = await watch(broker.url)
  const { start: run, pass, stands, clock } = neighbours({ url: broker.url, ours: broker.url }, observer)
  await run('a')
  const one = await startBridge(way.url, { clock, instance: 'one', players: [], queues: [] })
  one.bridge.playersListed()
  await eventually(() => others(one)?.length === 1)
  way.cut()
  await eventually(() => !one.client.connected)
  await clock.advance((silence + 20) * 1000)
  await eventually(() => one.client.connected)
  await pass(patience + 5)
  expect(one.otherInstances).toHaveLength(1)
  expect(await stands()).toEqual(['a'])
})
