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
  house = await House.open({ doubts })
}

const songs = (count: number) => Array.from({ length: count }, (_, index) => `${audio.url}/${index + 1}.mp3`)
const asked = () => audio.seen.map(({ method, path }) => `${method} ${path}`)
const arrived = (seconds: number) => house.until(() => house.player().snapshot().arrivedSeconds >= seconds)

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

test('refusesSomeCommands answers every fourth with FAIL and does not do it', async () => {
  await doubting({ refusesSomeCommands: true })
  const ear = await house.listen()
  for (const volume of [0, 25, 50, 100]) await ear.command('volume/set', { volume })
  await house.until(() => ear.on('response').length === 4)
  const words = ear.on('response').map(({ status }) => (status as Record<string, string>)['set-volume'])
  expect(words).toEqual(['OK', 'OK', 'OK', 'FAIL'])
  expect(house.player().snapshot().volume).toBe(8)
})

test('answersLate obeys at once and says so six seconds later', async () => {
  await doubting({ answersLate: true })
  const ear = await house.listen()
  await ear.command('volume/set', { volume: 25 })
  await house.until(() => house.player().snapshot().volume === 4)
  await house.clock.advance(5_800)
  expect(ear.on('response')).toEqual([])
  await house.until(() => ear.on('response').length === 1)
})

test('answersInDisorder lets a later answer overtake', async () => {
  await doubting({ answersInDisorder: true })
  const ear = await house.listen()
  for (const volume of [25, 50]) await ear.command('volume/set', { volume })
  await house.until(() => ear.on('response').length === 2)
  const bodies = ear.on('response').map(({ status }) => (status as Record<string, string>).req_body)
  expect(bodies).toEqual(['{"volume":50}', '{"volume":25}'])
})

test('losesSomeReplies leaves every fifth status question without an answer', async () => {
  await doubting({ losesSomeReplies: true })
  const ear = await house.listen()
  for (let question = 0; question < 6; question++) {
    await ear.command('status/request')
    await house.until(() => ear.on('response').length === question + 1)
    await house.clock.advance(1_000)
  }
  await house.until(() => ear.on('data/status').length === 5)
})

test('startsSilently says only what it plays, unasked', async () => {
  await doubting({ startsSilently: true })
  const ear = await house.listen()
  await house.player().power(false)
  await house.player().power(true)
  await house.until(() => ear.on('presence').length === 1)
  ear.messages.length = 0
  await house.clock.advance(6_000)
  await house.until(() => ear.on('data/events').length === 1)
  expect(ear.messages.map(({ topic }) => topic)).toEqual(['events', 'data/events'])
})
