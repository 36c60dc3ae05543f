import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Doubts } from '../../src/simulator/doubts.ts'
import { audioServer, serveMp3 } from './support/audio-server.ts'
import { House, streamCard } from './support/house.ts'
import { silentMp3 } from './support/mp3.ts'

let house: House
let audio: Awaited<ReturnType<typeof audioServer>>
const song = silentMp3(12)

beforeEach(async () => {
  audio = await audioServer((request, response) => serveMp3(request, response, song))
})
afterEach(async () => {
  await house.close()
  await audio.stop()
})

async function doubting(doubts: Partial<Doubts>): Promise<void> {
  house = await House.open({
    players: [
      {
        deviceId: 'ysimDoubtful000000000003',
        name: 'Doubtful',
        deviceFamily: 'v3',
        deviceType: 'v3',
        generation: 'gen3',
        formFactor: 'standard',
        doubts,
      },
    ],
  })
}

const songs = (count: number) => Array.from({ length: count }, (_, index) => `${audio.url}/${index + 1}.mp3`)
const asked = () => audio.seen.map(({ method, path }) => `${method} ${path}`)
const arrived = (seconds: number) => house.until(() => house.player().snapshot().arrivedSeconds >= seconds)

test('headBeforeGet probes each track first', async () => {
  await doubting({ headBeforeGet: true })
  await house.player().insert(await house.makeCard(streamCard(songs(1))))
  await arrived(5)
  expect(asked()).toEqual(['HEAD /1.mp3', 'GET /1.mp3'])
  expect(audio.seen[0]?.headers['user-agent']).toBe('ESP32 HTTP Client/1.0')
})

test('lookAhead fetches the next track before this one ends, and only once', async () => {
  await doubting({ lookAhead: true })
  await house.player().insert(await house.makeCard(streamCard(songs(2))))
  await house.until(() => asked().length === 2)
  expect(house.player().snapshot()).toMatchObject({ chapterKey: '01', playing: true })
  await house.play(13)
  expect(house.player().snapshot()).toMatchObject({ chapterKey: '02', playing: true })
  expect(asked()).toEqual(['GET /1.mp3', 'GET /2.mp3'])
})

test('rangeOnResume asks for the rest at a frame, after a pause and after the card was out', async () => {
  await doubting({ rangeOnResume: true })
  const cardId = await house.makeCard(streamCard(songs(1)))
  await house.player().insert(cardId)
  await arrived(5)
  await house.play(3)
  await house.player().pause()
  const { positionSeconds } = house.player().snapshot()
  const byte = Math.floor(positionSeconds / 0.024 + 1e-6) * 384
  await house.player().resume()
  await arrived(5)
  expect(audio.seen[1]?.headers.range).toBe(`bytes=${byte}-`)
  expect(house.player().snapshot().lengthSeconds).toBeCloseTo(12, 1)
  expect(house.player().received()).toEqual(song.subarray(byte, byte + house.player().received().length))
  await house.player().remove()
  await house.player().insert(cardId)
  await house.until(() => audio.seen.length === 3)
  expect(audio.seen[2]?.headers.range).toMatch(/^bytes=[1-9]\d*-$/)
  await house.play(13)
  expect(house.player().snapshot()).toMatchObject({ playback: 'stopped', problem: null })
})

test.each([
  [true, [undefined, 'bytes=48000-']],
  [false, [undefined, undefined]],
])('retryAfterBreak goes on where the transfer broke (rangeOnResume %s)', async (rangeOnResume, ranges) => {
  await doubting({ retryAfterBreak: true, rangeOnResume })
  let breakOff = () => {}
  const broken = await audioServer((request, response) => {
    if (broken.seen.length > 1) return serveMp3(request, response, song)
    response.writeHead(200, { 'Content-Length': song.length })
    response.write(song.subarray(0, 48_000))
    breakOff = () => response.destroy()
  })
  await house.player().insert(await house.makeCard(streamCard([broken.url])))
  await arrived(3)
  breakOff()
  await house.until(() => broken.seen.length === 2)
  await arrived(4)
  await house.play(10)
  expect(broken.seen.map(({ headers }) => headers.range)).toEqual(ranges)
  expect(house.player().snapshot()).toMatchObject({ playback: 'stopped', problem: null })
  await broken.stop()
})

test.each(['late', 'missing'] as const)(
  'mqttKeys %s: the request is sent at once, the keys are not',
  async (mqttKeys) => {
    await doubting({ mqttKeys })
    const ear = await house.listen()
    await ear.command('events/request')
    await house.player().insert(await house.makeCard(streamCard(songs(2))))
    await arrived(5)
    await house.player().press('right')
    await house.until(() => audio.seen.length === 2)
    await house.play(2)
    await ear.caughtUp()
    const told = () => ear.on('data/events').some((event) => event.chapterKey === '02')
    expect(told()).toBe(false)
    await house.play(2)
    await ear.caughtUp()
    expect(told()).toBe(mqttKeys === 'late')
    expect(ear.on('data/events').some((event) => 'chapterKey' in event)).toBe(mqttKeys === 'late')
  },
)

test('losesStatusReplies answers the first of two hasty requests only', async () => {
  await doubting({ losesStatusReplies: true })
  const ear = await house.listen()
  await ear.command('status/request')
  await ear.command('status', { requestId: 'x' })
  await house.until(() => ear.on('data/status').length === 1)
  await house.clock.advance(1_000)
  await ear.caughtUp()
  expect(ear.on('status/full')).toEqual([])
  expect(ear.on('response')).toHaveLength(2)
  await ear.command('status', { requestId: 'x' })
  await house.until(() => ear.on('status/full').length === 1)
})

test('refusesCommands answers FAIL and does nothing', async () => {
  await doubting({ refusesCommands: true })
  const ear = await house.listen()
  await ear.command('volume/set', { volume: 100 })
  await ear.command('events/request')
  await house.until(() => ear.on('data/events').length === 1)
  expect(ear.on('response')).toMatchObject([
    { status: { 'set-volume': 'FAIL' } },
    { status: { events: 'OK' } },
  ])
  expect(house.player().snapshot().volume).toBe(8)
})
