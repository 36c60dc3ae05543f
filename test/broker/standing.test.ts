import { afterEach, expect, test } from 'vitest'
import type { Stood } from '../../src/broker/standing.ts'
import type { Collection } from '../../src/core/collection.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { embedded, settled, startBridge, stopAll, watch } from './bridge-support.ts'
import { pause } from './support.ts'

afterEach(stopAll)

test('topics are noted before anything is published there', async () => {
  const { url } = await embedded()
  const observer = await watch(url)
  const standing = memoryCollection<Stood>()
  let note = (): void => undefined
  const noted = new Promise<void>((resolve) => {
    note = resolve
  })
  const slow: Collection<Stood> = {
    ...standing,
    set: async (topic, stood) => {
      await noted
      await standing.set(topic, stood)
    },
  }
  await startBridge(url, { standing: slow })
  await pause(100)
  expect(observer.messages).toEqual([])
  note()
  await observer.until(({ topic }) => topic === 'yoto/abc/state')
  expect((await standing.entries()).map(([topic]) => topic)).toEqual(
    expect.arrayContaining(observer.messages.map(({ topic }) => topic)),
  )
  expect(observer.messages[0]?.topic).toBe('yoto/bridge/state')
})

test('a store that fails costs a line of the log and no entity', async () => {
  const { url } = await embedded()
  const observer = await watch(url)
  const broken: Collection<Stood> = {
    ...memoryCollection<Stood>(),
    set: () => Promise.reject(new Error('the disk is full')),
    entries: () => Promise.reject(new Error('the disk is full')),
  }
  const { warnings } = await startBridge(url, { standing: broken })
  await observer.until(({ topic }) => topic === 'yoto/abc/state')
  expect(warnings().length).toBeGreaterThan(0)
})

test('a component that is gone is remembered until the device was described without it', async () => {
  const { url } = await embedded()
  const observer = await watch(url)
  const config = 'homeassistant/device/yoto_bridge/config'
  const standing = memoryCollection<Stood>()
  await standing.set(config, { owner: { kind: 'bridge' }, components: { stream_gone__why: 'sensor' } })
  const isRemembered = async () => 'stream_gone__why' in ((await standing.get(config))?.components ?? {})
  const subject = await startBridge(url, { standing })
  await settled(subject, observer)
  expect(JSON.parse(observer.heard(config)[0] ?? '{}').components.stream_gone__why).toEqual({
    platform: 'sensor',
  })
  expect(await isRemembered()).toBe(true)
  await subject.clock.advance(3000)
  await settled(subject, observer)
  expect(observer.heard(config)).toHaveLength(2)
  expect(observer.heard(config)[1]).not.toContain('stream_gone__why')
  expect(await isRemembered()).toBe(false)
})

test('a component whose platform has changed comes back under another key, also in the next run', async () => {
  const { url } = await embedded()
  const observer = await watch(url)
  const config = 'homeassistant/device/yoto_bridge/config'
  const standing = memoryCollection<Stood>()
  await standing.set(config, { owner: { kind: 'bridge' }, components: { version: 'text' } })
  const described = () =>
    observer.heard(config).map((payload) => {
      const { version, version_sensor } = JSON.parse(payload).components
      return [version, version_sensor?.unique_id]
    })
  for (let run = 0; run < 2; run += 1) {
    const subject = await startBridge(url, { standing })
    await settled(subject, observer)
    await subject.clock.advance(3000)
    await settled(subject, observer)
    await subject.stop()
  }
  expect(described()).toEqual([
    [{ platform: 'text' }, undefined],
    [undefined, 'yoto_bridge_version'],
    [undefined, 'yoto_bridge_version'],
  ])
})
