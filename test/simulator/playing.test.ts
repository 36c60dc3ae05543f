import { afterEach, beforeEach, expect, test } from 'vitest'
import { audioServer, serveMp3 } from './support/audio-server.ts'
import { House, streamCard } from './support/house.ts'
import { silentMp3 } from './support/mp3.ts'

let house: House
let audio: Awaited<ReturnType<typeof audioServer>>
const song = silentMp3(12)

beforeEach(async () => {
  house = await House.open()
  audio = await audioServer((request, response) => serveMp3(request, response, song))
})
afterEach(async () => {
  await house.close()
  await audio.stop()
})

const songs = (count: number) => Array.from({ length: count }, (_, index) => `${audio.url}/${index + 1}.mp3`)
const place = () => {
  const { chapterKey, trackKey, playback } = house.player().snapshot()
  return [chapterKey, trackKey, playback]
}

test('a card put in is fetched and played, skipped by a press, and stops at its end', async () => {
  const cardId = await house.makeCard(streamCard(songs(2)))
  const ear = await house.listen()
  await ear.command('events/request')
  await house.until(() => ear.on('data/events').length === 1)
  await house.player().insert(cardId)
  await house.until(() => house.player().snapshot().arrivedSeconds > 2)
  expect(audio.seen[0]).toMatchObject({ method: 'GET', path: '/1.mp3' })
  expect(audio.seen[0]?.headers).toMatchObject({ 'user-agent': 'Yoto v2 FW; version v2.23.4' })
  expect(audio.seen[0]?.headers).not.toHaveProperty('range')
  await house.play(6)
  expect(house.player().snapshot().positionSeconds).toBeGreaterThan(5)
  const told = () => ear.on('data/events')
  expect(told()[1]).toMatchObject({
    cardId,
    source: 'card',
    playbackStatus: 'playing',
    streaming: true,
    chapterKey: '01',
  })
  expect(told()[1]).not.toHaveProperty('volume')
  expect(told().some((event) => event.trackLength === 12)).toBe(true)
  expect(told().some((event) => event.cardId === cardId && Number(event.position) >= 4)).toBe(true)

  await house.player().press('right')
  await house.play(1)
  expect(audio.seen.map(({ path }) => path)).toEqual(['/1.mp3', '/2.mp3'])
  const skip = told().find((event) => event.chapterKey === '02')
  expect(skip).toMatchObject({ trackKey: '02', trackTitle: 'Track 02', position: 0 })
  expect(skip).not.toHaveProperty('cardId')

  await house.play(13)
  expect(place()).toEqual([null, null, 'stopped'])
  await house.until(() => told().at(-1)?.playbackStatus === 'stopped')
  expect(told().at(-1)).toMatchObject({ cardId: 'none', playbackStatus: 'stopped', streaming: false })
  expect(house.player().received()).toEqual(song)
  expect(house.player().snapshot()).toMatchObject({ bytesReceived: song.length, problem: null })
})

test('tracks follow one another by themselves, and each lasts as long as its bytes', async () => {
  await house.player().insert(await house.makeCard(streamCard(songs(2))))
  await house.until(() => house.player().snapshot().arrivedSeconds > 2)
  const started = house.clock.now().getTime() - house.player().snapshot().positionSeconds * 1000
  while (place()[0] === '01') await house.play(0.25)
  expect((house.clock.now().getTime() - started) / 1000).toBeGreaterThanOrEqual(12)
  expect((house.clock.now().getTime() - started) / 1000).toBeLessThan(13)
  expect(place()).toEqual(['02', '02', 'playing'])
})

test('a player reads only a little ahead', async () => {
  const long = silentMp3(600)
  const body = await audioServer((request, response) => serveMp3(request, response, long))
  await house.player().insert(await house.makeCard(streamCard([body.url])))
  await house.until(() => house.player().snapshot().arrivedSeconds > 5)
  // Whoever reads on has everything by now.
  const reader = await fetch(body.url)
  expect((await reader.arrayBuffer()).byteLength).toBe(long.length)
  expect(house.player().snapshot()).toMatchObject({ lengthSeconds: 600 })
  expect(house.player().snapshot().arrivedSeconds).toBeLessThan(20)
  await body.stop()
})

test('a jump of the clock never carries playback past what has arrived', async () => {
  let sendRest = () => {}
  const slow = await audioServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'audio/mpeg' })
    response.write(song.subarray(0, song.length / 2))
    sendRest = () => response.end(song.subarray(song.length / 2))
  })
  await house.player().insert(await house.makeCard(streamCard([slow.url])))
  await house.until(() => house.player().snapshot().arrivedSeconds === 6)
  await house.clock.advance(60_000)
  expect(house.player().snapshot()).toMatchObject({
    positionSeconds: 6,
    stalled: true,
    playing: true,
    lengthSeconds: null,
  })
  sendRest()
  await house.until(() => house.player().snapshot().positionSeconds > 7)
  expect(house.player().snapshot().positionSeconds).toBeLessThan(8)
  await house.play(6)
  expect(house.player().snapshot()).toMatchObject({ playback: 'stopped', problem: null })
  await slow.stop()
})

test('left goes back to the start of the track, and soon after a start to the track before', async () => {
  await house.player().insert(await house.makeCard(streamCard(songs(3))))
  await house.player().press('right')
  await house.until(() => house.player().snapshot().arrivedSeconds > 5)
  await house.play(5)
  await house.player().press('left')
  expect(place()).toEqual(['02', '02', 'playing'])
  expect(house.player().snapshot().positionSeconds).toBe(0)
  await house.player().press('left')
  expect(place()).toEqual(['01', '01', 'playing'])
  await house.player().turn('right', 2)
  expect(place()).toEqual(['03', '03', 'playing'])
})

test('disableTrackNav keeps the knobs from skipping', async () => {
  await house.player().insert(await house.makeCard(streamCard(songs(2), { disableTrackNav: true })))
  await house.player().press('right')
  await house.player().turn('right', 1)
  expect(place()).toEqual(['01', '01', 'playing'])
})

test.each([
  ['repeat', ['01', '01', 'playing']],
  ['none', [null, null, 'stopped']],
  ['true', ['02', '02', 'playing']],
])('autoadvance %s is honoured at the end of a track', async (autoadvance, expected) => {
  await house.player().insert(await house.makeCard(streamCard(songs(2), { autoadvance })))
  await house.until(() => house.player().snapshot().arrivedSeconds > 5)
  await house.play(13)
  expect(place()).toEqual(expected)
})

test('a card taken out is silent; put in again it goes on where it was, unless that was too long ago', async () => {
  const cardId = await house.makeCard(streamCard(songs(2), { resumeTimeout: 60 }))
  const ear = await house.listen()
  await ear.command('events/request')
  await house.until(() => ear.on('data/events').length === 1)
  await house.player().insert(cardId)
  await house.player().press('right')
  await house.until(() => house.player().snapshot().arrivedSeconds > 5)
  await house.play(4)
  const { positionSeconds } = house.player().snapshot()
  await house.player().remove()
  expect(house.player().snapshot()).toMatchObject({ cardInSlot: null, card: null, playback: 'stopped' })
  await house.until(() => ear.on('data/events').at(-1)?.cardId === 'none')
  expect(ear.on('data/events').at(-1)).toMatchObject({ playbackStatus: 'stopped' })

  await house.clock.advance(50_000)
  await house.player().insert(cardId)
  expect(place()).toEqual(['02', '02', 'playing'])
  expect(house.player().snapshot().positionSeconds).toBeCloseTo(positionSeconds)
  expect(audio.seen.at(-1)?.headers).not.toHaveProperty('range')
  await house.until(() => house.player().snapshot().positionSeconds > positionSeconds + 1)
  await house.player().remove()
  await house.clock.advance(61_000)
  await house.player().insert(cardId)
  expect(place()).toEqual(['01', '01', 'playing'])
})

test('pause holds the transfer and resume goes on with it', async () => {
  await house.player().insert(await house.makeCard(streamCard(songs(1))))
  await house.until(() => house.player().snapshot().positionSeconds > 2)
  await house.player().pause()
  const { positionSeconds } = house.player().snapshot()
  await house.clock.advance(30_000)
  expect(house.player().snapshot()).toMatchObject({ positionSeconds, playback: 'paused' })
  await house.player().resume()
  await house.play(1)
  expect(house.player().snapshot().positionSeconds).toBeGreaterThan(positionSeconds + 0.9)
  expect(audio.seen).toHaveLength(1)
})

test('a card is started from afar at a place in it, and any button can stop it', async () => {
  const cardId = await house.makeCard(streamCard(songs(3)))
  const ear = await house.listen()
  const uri = `https://yoto.io/${cardId}`
  await ear.command('card/start', {
    uri,
    chapterKey: '02',
    trackKey: '02',
    secondsIn: 5,
    anyButtonStop: true,
  })
  await house.until(() => house.player().snapshot().positionSeconds > 5)
  expect(house.player().snapshot()).toMatchObject({ source: 'remote', chapterKey: '02', cardInSlot: null })
  await ear.command('status/request')
  await house.until(() => ear.on('data/status').length === 1)
  expect(ear.on('data/status')[0]).toMatchObject({ status: { cardInserted: 2, activeCard: cardId } })
  await ear.command('card/pause')
  await house.until(() => !house.player().snapshot().playing)
  await ear.command('card/resume')
  await house.until(() => house.player().snapshot().playing)
  await house.player().press('left')
  expect(house.player().snapshot()).toMatchObject({ playback: 'stopped', card: null })
})

test('the sleep timer counts down and pauses', async () => {
  await house.player().insert(await house.makeCard(streamCard(songs(1), { autoadvance: 'repeat' })))
  const ear = await house.listen()
  await ear.command('events/request')
  await house.until(() => ear.on('data/events').length === 1)
  await ear.command('sleep-timer/set', { seconds: 30 })
  await house.until(() =>
    ear.on('data/events').some((event) => event.sleepTimerActive === true && event.sleepTimerSeconds === 30),
  )
  await house.clock.advance(10_000)
  expect(house.player().snapshot().sleepTimerSeconds).toBeLessThanOrEqual(20)
  await house.clock.advance(20_000)
  await house.until(() => ear.on('data/events').at(-1)?.sleepTimerActive === false)
  expect(ear.on('data/events').at(-1)).toMatchObject({ sleepTimerSeconds: 0, playbackStatus: 'paused' })
})

test('a card in the slot plays again after the power was off', async () => {
  await house.player().insert(await house.makeCard(streamCard(songs(2))))
  await house.player().press('right')
  await house.player().power(false)
  expect(house.player().snapshot()).toMatchObject({
    on: false,
    playback: 'stopped',
    cardInSlot: expect.any(String),
  })
  await house.player().power(true)
  await house.until(() => house.player().snapshot().playing)
  expect(place()).toEqual(['02', '02', 'playing'])
})

test('uploaded audio is silence of the length that the card gives', async () => {
  const track = { key: '01', title: 'One', type: 'audio', format: 'aac', trackUrl: 'yoto:#abc', duration: 90 }
  const chapters = [{ key: '01', title: 'One', tracks: [track] }]
  await house.player().insert(await house.makeCard({ title: 'Uploaded', content: { chapters } }))
  await house.clock.advance(89_000)
  expect(house.player().snapshot()).toMatchObject({ playing: true, positionSeconds: 89, lengthSeconds: 90 })
  await house.clock.advance(1_000)
  expect(house.player().snapshot()).toMatchObject({ playing: false, lastRequest: null })
})

test.each([
  ['answered 404', 404, ''],
  ['no MP3 audio in the answer', 200, ''],
  ['no MP3 audio in the answer', 200, '<html>'.repeat(20_000)],
])('what is no audio stops the player: %s', async (problem, status, body) => {
  const bad = await audioServer((_, response) => response.writeHead(status).end(body))
  await house.player().insert(await house.makeCard(streamCard([bad.url])))
  await house.until(() => !house.player().snapshot().playing)
  expect(house.player().snapshot()).toMatchObject({ playback: 'stopped', problem, on: true })
  expect(house.lines.filter((line) => line.level === 'warn')).toMatchObject([
    { part: 'Nursery', detail: { failure: problem } },
  ])
  await bad.stop()
})

test.each(['http://127.0.0.1:1/x.mp3', 'file:///etc/hostname', 'nonsense'])(
  'an address that leads nowhere stops the player: %s',
  async (url) => {
    await house.player().insert(await house.makeCard(streamCard([url])))
    await house.until(() => !house.player().snapshot().playing)
    expect(house.player().snapshot().problem).not.toBeNull()
  },
)

test('a transfer that breaks off plays to where it came and stops', async () => {
  let breakOff = () => {}
  const broken = await audioServer((_, response) => {
    response.writeHead(200, { 'Content-Length': song.length })
    response.write(song.subarray(0, song.length / 4))
    breakOff = () => response.destroy()
  })
  await house.player().insert(await house.makeCard(streamCard([broken.url])))
  await house.until(() => house.player().snapshot().arrivedSeconds === 3)
  breakOff()
  await house.play(4)
  expect(house.player().snapshot()).toMatchObject({ playback: 'stopped', problem: 'aborted' })
  await broken.stop()
})

test('redirects are followed, unless the card says not to', async () => {
  const away = await audioServer((_, response) =>
    response.writeHead(302, { location: `${audio.url}/there.mp3` }).end(),
  )
  await house.player().insert(await house.makeCard(streamCard([away.url])))
  await house.until(() => house.player().snapshot().arrivedSeconds > 5)
  await house.player().insert(await house.makeCard(streamCard([away.url], { skipRedirects: true })))
  await house.until(() => !house.player().snapshot().playing)
  expect(house.player().snapshot().problem).toBe('answered 302')
  await away.stop()
})
