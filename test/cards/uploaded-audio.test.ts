import type { Readable } from 'node:stream'
import { beforeEach, expect, test } from 'vitest'
import { UploadedAudio } from '../../src/cards/uploaded-audio.ts'
import type { CardMedia } from '../../src/core/card-plan.ts'
import type { AudioToUpload } from '../../src/core/card-upload.ts'
import type { Collection } from '../../src/core/collection.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { dayMs } from './household.ts'

let records: Collection<unknown>
let clock: VirtualClock
let sent: string[]
let fault: Error | null
let hold: Promise<void>

beforeEach(() => {
  records = memoryCollection()
  clock = new VirtualClock()
  sent = []
  fault = null
  hold = Promise.resolve()
})

const mediaOf = (sha256: string): CardMedia => ({
  id: `media-of-${sha256}`,
  duration_s: 10,
  bytes: 120_000,
  format: 'opus',
  channels: 'stereo',
})

async function start(): Promise<UploadedAudio> {
  const uploaded = new UploadedAudio({
    records,
    async upload({ sha256 }) {
      sent.push(sha256)
      await hold
      if (fault !== null) throw fault
      return mediaOf(sha256)
    },
    clock,
    log: recordingLog(),
  })
  await uploaded.start()
  return uploaded
}

const audioOf = (sha256: string): AudioToUpload<Readable> => ({
  ...{ sha256, filename: `${sha256}.mp3`, type: 'audio/mpeg', size: 384 },
  open: () => Promise.reject(new Error('nobody reads it here')),
})
const sending = { signal: new AbortController().signal, onProgress: () => undefined }

test('the same bytes are sent once: by one after the other, by two at once, and after a restart', async () => {
  const uploaded = await start()
  expect(uploaded.find('a')).toBeUndefined()
  const two = await Promise.all([
    uploaded.ensure(audioOf('a'), sending),
    uploaded.ensure(audioOf('a'), sending),
  ])
  expect(two).toEqual([mediaOf('a'), mediaOf('a')])
  expect(await uploaded.ensure(audioOf('a'), sending)).toEqual(mediaOf('a'))
  expect(sent).toEqual(['a'])
  await uploaded.ensure(audioOf('b'), sending)
  const again = await start()
  expect(again.find('a')).toEqual(mediaOf('a'))
  expect(await again.ensure(audioOf('a'), sending)).toEqual(mediaOf('a'))
  expect(sent).toEqual(['a', 'b'])
})

test('what failed is sent the next time, for both who had waited', async () => {
  const uploaded = await start()
  fault = new Error('the line is bad')
  const both = [uploaded.ensure(audioOf('a'), sending), uploaded.ensure(audioOf('a'), sending)]
  for (const one of both) await expect(one).rejects.toThrow('the line is bad')
  fault = null
  expect(await uploaded.ensure(audioOf('a'), sending)).toEqual(mediaOf('a'))
  expect(sent).toEqual(['a', 'a'])
  expect(await records.entries()).toHaveLength(1)
})

test('what the account has lost, or another account had, is sent again', async () => {
  const uploaded = await start()
  for (const sha256 of ['a', 'b']) await uploaded.ensure(audioOf(sha256), sending)
  await uploaded.forget(new Set(['media-of-a', 'media-of-nobody']))
  expect([uploaded.find('a'), uploaded.find('b')]).toEqual([undefined, mediaOf('b')])
  expect((await start()).find('a')).toBeUndefined()
  await uploaded.forgetAll()
  expect(uploaded.find('b')).toBeUndefined()
  expect(await records.entries()).toEqual([])
})

test('what is under way when the account is signed out is not kept for the next', async () => {
  const uploaded = await start()
  let release: () => void = () => undefined
  hold = new Promise((resolve) => {
    release = resolve
  })
  const before = uploaded.ensure(audioOf('a'), sending)
  await uploaded.forgetAll()
  const after = uploaded.ensure(audioOf('a'), sending)
  expect(sent, 'the next account needs it for itself').toEqual(['a', 'a'])
  fault = new Error('the next account says no')
  release()
  await expect(after).rejects.toThrow('the next account says no')
  await Promise.allSettled([before])
  expect(uploaded.find('a')).toBeUndefined()

  fault = null
  hold = new Promise((resolve) => {
    release = resolve
  })
  const other = uploaded.ensure(audioOf('b'), sending)
  await uploaded.forgetAll()
  release()
  expect(await other).toEqual(mediaOf('b'))
  expect(uploaded.find('b')).toBeUndefined()
  expect(await records.entries()).toEqual([])
})

test('what is being stored when the account is signed out is not kept either', async () => {
  const { set } = records
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  let stores = 0
  records.set = async (key, value) => {
    stores++
    await held
    await set.call(records, key, value)
  }
  const uploaded = await start()
  const storing = uploaded.ensure(audioOf('a'), sending)
  await expect.poll(() => stores).toBe(1)
  await uploaded.forgetAll()
  release()
  await storing
  expect(uploaded.find('a')).toBeUndefined()
  expect(await records.entries()).toEqual([])
})

test('what cannot be read is not believed, and what nobody has needed for long is forgotten', async () => {
  const uploaded = await start()
  for (const sha256 of ['old', 'used']) await uploaded.ensure(audioOf(sha256), sending)
  const [[key = '', stored] = []] = await records.entries()
  await records.set(`x${key}`, { ...(stored as object), media: { id: 7 } })
  await records.set('y', 'nonsense')
  await clock.advance(300 * dayMs)
  await uploaded.ensure(audioOf('used'), sending)
  await clock.advance(300 * dayMs)
  const again = await start()
  expect([again.find('old'), again.find('used')]).toEqual([undefined, mediaOf('used')])
  expect(await records.entries()).toHaveLength(1)
  expect(sent).toEqual(['old', 'used'])
})
