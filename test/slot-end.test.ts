import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { frames, put } from './audio/sound.ts'
import { type RunningApp, runApp, until } from './support/running-app.ts'
import { SleepingClock } from './support/sleeping-clock.ts'

const opened: RunningApp[] = []

afterEach(async () => {
  for (const running of opened.splice(0).reverse()) await running.remove()
})

const bytesPerFrame = 384
// 24 ms a frame: a minute.
const minuteFrames = 2_500
const minuteMs = 60_000
const songs = ['one', 'two', 'three', 'four', 'five']
const audio = new Map(
  [...songs, 'moon', 'stars', 'sleepy'].map((name, index) => [name, frames(minuteFrames, index + 1)]),
)
const soundOf = (...names: string[]) => Buffer.concat(names.map((name) => audio.get(name) ?? Buffer.alloc(0)))

const files = (names: readonly string[]) => names.map((name) => `${name}.mp3`)
const rules = `
playlists:
  day: [${files(songs).join(', ')}]
  lullabies: [moon.mp3, stars.mp3]

schedules:
  bedroom:
    default: day
    slots:
      early: {from: "16:00", to: "17:00", play: day}
      night: {from: "19:00", to: "06:30", play: lullabies}
  den:
    default: day
    slots:
      quiet: {from: "19:00", to: "20:00", play: none, if_pressed: sleepy.mp3}
  whole-days:
    slots:
      weekday: {days: weekdays, play: day}
      weekend: {days: weekends, play: day}
`

/**
 * The whole product at a time of its own: later than its files were written, for one that has just been written is
 * waited for. There are five songs of a minute each in what its schedules play by day.
 */
async function houseAt(time: string) {
  const data = await mkdtemp(join(tmpdir(), 'yoto-slot-end-'))
  await mkdir(join(data, 'config'), { recursive: true })
  await writeFile(join(data, 'config', 'day.yaml'), rules)
  await put(
    join(data, 'media'),
    Object.fromEntries([...audio].map(([name, bytes]) => [`${name}.mp3`, bytes])),
  )
  const clock = new SleepingClock(time)
  const house = await runApp({ data, clock, env: { YOTO_STREAM_SIMULATE: 'never' } })
  opened.push(house)
  const { app, call } = house
  const url = async (stream: string) =>
    (await call('GET', `/streams/${stream}/queue`).then(({ body }) => body as { url: string })).url
  return {
    ...house,
    clock,
    setClock: (time: string) => clock.pass(Date.parse(time) - clock.now().getTime()),
    url,
    playlist: (stream: string) => app.hub.queue(stream)?.playlist,
    fetched: async (stream: string, headers: Record<string, string> = {}, method = 'GET') =>
      answered(await url(stream), headers, method),
    byName: (stream: string) => answered(`${app.panelUrl}/api/streams/${stream}/stream.mp3`),
  }
}

async function answered(url: string, headers: Record<string, string> = {}, method = 'GET') {
  const answer = await fetch(url, { method, headers })
  const bytes = Buffer.from(await answer.arrayBuffer())
  const header = (name: string) => answer.headers.get(name)
  return {
    status: answer.status,
    bytes,
    length: Number(header('content-length')),
    tag: header('etag'),
    header,
  }
}

const wholeDay = soundOf(...songs)
const minuteBytes = minuteFrames * bytesPerFrame

describe('the file of a scheduled stream', () => {
  test('ends with the item that would be playing when the next slot begins', async () => {
    const { fetched, byName } = await houseAt('2065-11-21T18:57:30Z')
    const { status, bytes, length } = await fetched('bedroom')
    expect(status).toBe(200)
    expect(bytes.equals(soundOf('one', 'two', 'three'))).toBe(true)
    expect(length).toBe(3 * minuteBytes)
    expect((await byName('bedroom')).bytes.equals(bytes)).toBe(true)
  })

  test.each([
    ['2065-11-21T18:50:00Z', 5],
    ['2065-11-21T18:55:59.999Z', 5],
    ['2065-11-21T18:56:00Z', 4],
    ['2065-11-21T18:58:00Z', 2],
    ['2065-11-21T18:58:00.001Z', 2],
    ['2065-11-21T18:59:59.999Z', 1],
  ])('at %s has %i of five minutes', async (time, minutes) => {
    const { fetched } = await houseAt(time)
    const { bytes } = await fetched('bedroom')
    expect(bytes.equals(wholeDay.subarray(0, minutes * minuteBytes))).toBe(true)
  })

  test('goes on over a boundary behind which the same playlist is heard', async () => {
    const { fetched } = await houseAt('2065-11-21T15:58:30Z')
    expect((await fetched('bedroom')).bytes.equals(wholeDay)).toBe(true)
  })

  test('goes on over midnight where the next day has the same', async () => {
    const friday = await houseAt('2065-11-20T23:58:30Z')
    expect((await friday.fetched('whole-days')).bytes.equals(wholeDay)).toBe(true)
  })

  test('ends before a slot that plays nothing, which says so then', async () => {
    const { fetched, clock, app } = await houseAt('2065-11-21T18:59:30Z')
    expect((await fetched('den')).bytes.equals(soundOf('one'))).toBe(true)
    await clock.advance(minuteMs)
    await until('the slot has begun', () => app.hub.queue('den')?.closed === true)
    expect((await fetched('den')).bytes.equals(soundOf('sleepy'))).toBe(true)
  })

  test('ends there too where a person has put something else into it', async () => {
    const { fetched, app, call, playlist } = await houseAt('2065-11-21T18:57:30Z')
    await call('POST', '/streams/bedroom/queue', { files: ['moon.mp3'] })
    const first = app.hub.queue('bedroom')?.items[0]?.id
    await call('POST', '/streams/bedroom/queue/mutations', { op: 'remove', id: first })
    expect(playlist('bedroom')).toBeNull()
    expect((await fetched('bedroom')).bytes.equals(soundOf('two', 'three', 'four'))).toBe(true)
    await call('POST', '/streams/whole-days/queue', { files: ['moon.mp3'] })
    expect((await fetched('whole-days')).bytes.equals(soundOf(...songs, 'moon'))).toBe(true)
  })

  test('put together by hand ends at midnight, where the schedule takes it back, with the same playlist', async () => {
    const { fetched, call, clock, playlist } = await houseAt('2065-11-21T23:58:30Z')
    await call('POST', '/streams/whole-days/queue', { files: ['moon.mp3'] })
    expect((await fetched('whole-days')).bytes.equals(soundOf('one', 'two'))).toBe(true)
    await clock.advance(2 * minuteMs)
    await until('the next day has begun', () => playlist('whole-days') === 'day')
    expect((await fetched('whole-days')).bytes.equals(wholeDay)).toBe(true)
  })

  test('is all of the queue in a stream that no schedule drives', async () => {
    const { fetched, call } = await houseAt('2065-11-21T18:59:30Z')
    await call('POST', '/streams/attic/queue', { files: files(songs) })
    const { bytes, tag } = await fetched('attic')
    expect(bytes.equals(wholeDay)).toBe(true)
    expect(tag).toBe((await (await houseAt('2065-11-21T12:00:00Z')).fetched('bedroom')).tag)
  })

  test('follows a clock that is set, both ways', async () => {
    const { fetched, setClock } = await houseAt('2065-11-21T12:00:00Z')
    const minutes = async () => (await fetched('bedroom')).length / minuteBytes
    expect(await minutes()).toBe(5)
    setClock('2065-11-21T18:58:30Z')
    expect(await minutes()).toBe(2)
    setClock('2065-11-19T18:56:30Z')
    expect(await minutes()).toBe(4)
  })
})

describe('a listener of the file', () => {
  test('hears it to its end over the boundary, and from the beginning what the slot has', async () => {
    const { fetched, clock, playlist } = await houseAt('2065-11-21T18:57:30Z')
    const whole = soundOf('one', 'two', 'three')
    const begun = await fetched('bedroom', { range: 'bytes=0-999' })
    expect(begun.header('content-range')).toBe(`bytes 0-999/${whole.length}`)
    await clock.advance(2 * minuteMs)
    const middle = await fetched('bedroom', { range: `bytes=1000-${minuteBytes}` })
    expect(middle.header('content-range')).toBe(`bytes 1000-${minuteBytes}/${whole.length}`)
    await clock.advance(minuteMs)
    await until('the night has begun', () => playlist('bedroom') === 'lullabies')
    const rest = await fetched('bedroom', { range: `bytes=${minuteBytes + 1}-` })
    expect([begun.tag, middle.tag, rest.tag]).toEqual([begun.tag, begun.tag, begun.tag])
    expect(Buffer.concat([begun.bytes, middle.bytes, rest.bytes]).equals(whole)).toBe(true)
    expect((await fetched('bedroom')).bytes.equals(soundOf('moon', 'stars'))).toBe(true)
  })

  test('learns its length with HEAD', async () => {
    const { fetched, clock } = await houseAt('2065-11-21T18:57:30Z')
    for (const minutes of [3, 2]) {
      const head = await fetched('bedroom', {}, 'HEAD')
      const { length, tag } = await fetched('bedroom')
      expect([head.length, head.tag]).toEqual([minutes * minuteBytes, tag])
      expect(length).toBe(head.length)
      await clock.advance(minuteMs)
    }
  })

  test('meets another tag only where it ends at another item', async () => {
    const { fetched, clock } = await houseAt('2065-11-21T18:57:00.500Z')
    const tags: (string | null)[] = []
    for (let round = 0; round < 4; round++) {
      tags.push((await fetched('bedroom')).tag)
      await clock.advance(61_000)
    }
    // 18:57:00, 18:58:01, 18:59:02 and in the night: three songs, two, one, and the lullabies.
    expect(new Set(tags).size).toBe(4)
    const again = await houseAt('2065-11-21T18:57:50Z')
    expect((await again.fetched('bedroom')).tag).toBe(tags[0])
  })

  test('who comes again at once gets the same, though an item begins too late by now', async () => {
    const { fetched, clock } = await houseAt('2065-11-21T18:57:58Z')
    const { tag, length } = await fetched('bedroom', { range: 'bytes=0-1' })
    expect(tag).not.toBeNull()
    await clock.advance(5_000)
    const again = await fetched('bedroom', { range: 'bytes=0-' })
    expect([again.tag, again.length]).toEqual([tag, 3 * minuteBytes])
    expect((await fetched('bedroom')).tag).toBe(tag)
    expect((await fetched('bedroom', {}, 'HEAD')).tag).toBe(tag)
    expect(length).toBe(2)
    await clock.advance(10_000)
    expect((await fetched('bedroom')).length).toBe(2 * minuteBytes)
  })

  test('with If-Range goes on while the queue is the same, and starts over once it is another', async () => {
    const { fetched, clock, playlist } = await houseAt('2065-11-21T18:57:30Z')
    const { tag } = await fetched('bedroom')
    const furtherOn = { range: 'bytes=1000-', 'if-range': tag ?? '' }
    await clock.advance(2 * minuteMs)
    const rest = await fetched('bedroom', furtherOn)
    expect([rest.status, rest.tag, rest.length]).toEqual([206, tag, 3 * minuteBytes - 1000])
    await clock.advance(minuteMs)
    await until('the night has begun', () => playlist('bedroom') === 'lullabies')
    const anew = await fetched('bedroom', furtherOn)
    expect([anew.status, anew.length]).toEqual([200, 2 * minuteBytes])
  })
})

test('the end of a cut file is not the end of a round', async () => {
  const { fetched, app, call, setClock } = await houseAt('2065-11-21T18:58:30Z')
  await call('PUT', '/streams/bedroom', { shuffle: true })
  const seed = () => app.hub.queue('bedroom')?.order?.seed
  const before = seed()
  expect((await fetched('bedroom')).length).toBe(2 * minuteBytes)
  await call('PUT', '/streams/bedroom', { title: 'Bedroom' })
  expect(seed()).toBe(before)
  setClock('2065-11-21T12:00:00Z')
  expect((await fetched('bedroom')).length).toBe(5 * minuteBytes)
  await expect.poll(seed, { timeout: 10_000 }).not.toBe(before)
})

describe('where another stream answers by the hour', () => {
  async function answeredHouse(time: string) {
    const house = await houseAt(time)
    await house.call('POST', '/streams/kitchen/queue', { files: files(songs) })
    await house.call('POST', '/streams/dreams/queue', { files: files(['moon', 'stars']) })
    await house.call('POST', '/streams/anna/queue', { files: files(['stars']) })
    return house
  }
  const evening = { stream: 'dreams', when: { between: { from: '18:00', to: '18:30' } } }

  test('the file ends where it begins to, and where it ceases to', async () => {
    const { fetched, call, clock, setClock, byName } = await answeredHouse('2065-11-21T17:58:30Z')
    expect((await fetched('kitchen')).bytes.equals(wholeDay)).toBe(true)
    await call('PUT', '/streams/kitchen/answers', { answers: [evening] })
    expect((await fetched('kitchen')).bytes.equals(soundOf('one', 'two'))).toBe(true)
    await clock.advance(minuteMs)
    expect((await fetched('kitchen')).bytes.equals(soundOf('one'))).toBe(true)
    // By its own name nobody else answers.
    expect((await byName('kitchen')).bytes.equals(wholeDay)).toBe(true)
    setClock('2065-11-21T18:10:00Z')
    expect((await fetched('kitchen')).bytes.equals(soundOf('moon', 'stars'))).toBe(true)
    setClock('2065-11-21T18:29:30Z')
    expect((await fetched('kitchen')).bytes.equals(soundOf('moon'))).toBe(true)
  })

  test('it ends with the slot of the stream that answers', async () => {
    const { fetched, call } = await answeredHouse('2065-11-21T18:58:30Z')
    await call('PUT', '/streams/kitchen/answers', {
      answers: [{ stream: 'bedroom', when: { days: ['sat'] } }],
    })
    expect((await fetched('kitchen')).bytes.equals(soundOf('one', 'two'))).toBe(true)
  })

  test('of a slot and an answer the earlier ends it', async () => {
    const { fetched, call } = await answeredHouse('2065-11-21T18:57:30Z')
    const bedroomUntil = (to: string) =>
      call('PUT', '/streams/kitchen/answers', {
        answers: [{ stream: 'bedroom', when: { between: { from: '18:00', to } } }],
      })
    await bedroomUntil('18:59')
    expect((await fetched('kitchen')).bytes.equals(soundOf('one', 'two'))).toBe(true)
    await bedroomUntil('19:01')
    expect((await fetched('kitchen')).bytes.equals(soundOf('one', 'two', 'three'))).toBe(true)
  })
})
