import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { decode } from '../audio/decode.ts'
import { openBelow, shippedAudio } from '../audio/sound.ts'
import { type Hearing, heard, marked, openLiveHouse } from '../support/live-house.ts'
import { streamKey, wireTo } from '../support/media-door.ts'
import { testWith } from '../support/programs.ts'

const frameMs = 24
const burst = Math.floor(4000 / frameMs)
// The rest of the burst comes with the first tick.
const begun = 42
const patience = { timeout: 10_000, interval: 5 }

const inSeconds = (count: number) => Math.floor((count * 1000) / frameMs)
/** Five minutes each, told apart by every frame. */
const a = marked('a', inSeconds(300))
const b = marked('b', inSeconds(300))
const c = marked('c', inSeconds(300))

/** Waits until what is sent at once has come. */
async function begins(hearing: Hearing): Promise<void> {
  await expect.poll(() => hearing.frames(), patience).toBe(begun)
}

// What is due at a tick, and what may have waited for it because it lies in the next block.
const tick = 14

/** Waits until that many frames have come, but for what the next tick brings; returns how many. */
async function hears(hearing: Hearing, count: number): Promise<number> {
  await expect.poll(() => hearing.frames(), patience).toBeGreaterThan(count - tick)
  expect(hearing.frames()).toBeLessThanOrEqual(count)
  return hearing.frames()
}

test('is sent without a length, to be kept by nobody, and whatever range is asked for', async () => {
  const house = await openLiveHouse({ 'a.mp3': a })
  const hearing = await house.listen({ range: 'bytes=1000-' })
  expect(hearing.status).toBe(200)
  expect(hearing.headers).toMatchObject({
    'content-type': 'audio/mpeg',
    'cache-control': 'no-store',
    'transfer-encoding': 'chunked',
    'access-control-allow-origin': '*',
  })
  for (const name of ['content-length', 'accept-ranges', 'content-range', 'etag'])
    expect(hearing.headers).not.toHaveProperty(name)
  await begins(hearing)
  expect(hearing.bytes().equals(a.subarray(0, begun * 384))).toBe(true)
})

test('comes in real time after the burst, with no more than five seconds ahead', async () => {
  const house = await openLiveHouse({ 'a.mp3': a })
  const hearing = await house.listen()
  await begins(hearing)
  for (let seconds = 6; seconds <= 60; seconds += 6) {
    await house.pass(6)
    await hears(hearing, burst + inSeconds(seconds))
  }
  expect(heard(hearing.bytes())).toEqual([`a 0+${hearing.frames()}`])
})

test('an item that is heard goes on when the queue changes behind it', async () => {
  const house = await openLiveHouse(
    { 'a.mp3': marked('a', 400), 'b.mp3': b, 'c.mp3': c },
    { queue: ['a.mp3', 'b.mp3'] },
  )
  const hearing = await house.listen()
  await house.mutate({ op: 'insert-next', files: ['c.mp3'] })
  await house.pass(12)
  await expect.poll(() => hearing.frames(), patience).toBeGreaterThan(500)
  expect(heard(hearing.bytes())).toEqual(['a 0+400', `c 0+${hearing.frames() - 400}`])
})

test.each([
  ['removed', { op: 'remove', id: 'item-1' }, 'b'],
  ['replaced', { op: 'replace', files: ['c.mp3'], playlist: null }, 'c'],
  ['skipped', { op: 'step', by: 1 }, 'b'],
] as const)(
  'when its item is %s it goes over to the current one at the next frame',
  async (_, mutation, next) => {
    const house = await openLiveHouse({ 'a.mp3': a, 'b.mp3': b, 'c.mp3': c }, { queue: ['a.mp3', 'b.mp3'] })
    const hearing = await house.listen()
    await house.pass(3)
    const before = await hears(hearing, burst + inSeconds(3))
    await house.mutate(mutation)
    await house.pass(5)
    await expect.poll(() => hearing.frames(), patience).toBeGreaterThan(burst + inSeconds(7.5))
    const after = hearing.frames() - before
    expect(heard(hearing.bytes())).toEqual([`a 0+${before}`, `${next} 0+${after}`])
  },
)

test('the item that plays begins again when somebody makes it current anew', async () => {
  const house = await openLiveHouse({ 'a.mp3': a })
  const hearing = await house.listen()
  await begins(hearing)
  await house.mutate({ op: 'go-to', id: 'item-1' })
  await house.pass(2)
  await expect.poll(() => hearing.frames(), patience).toBeGreaterThan(burst + inSeconds(1.5))
  expect(heard(hearing.bytes())).toEqual([`a 0+${begun}`, `a 0+${hearing.frames() - begun}`])
})

test('a queue that loops never ends', async () => {
  const house = await openLiveHouse({ 'a.mp3': marked('a', 100), 'b.mp3': marked('b', 150) }, { loop: true })
  const hearing = await house.listen()
  await house.pass(20)
  await expect.poll(() => hearing.frames(), patience).toBeGreaterThan(900)
  expect(heard(hearing.bytes()).slice(0, 5)).toEqual(['a 0+100', 'b 0+150', 'a 0+100', 'b 0+150', 'a 0+100'])
  expect(hearing.end()).toBeNull()
})

test('ends cleanly with its queue and is not played again at once, but later', async () => {
  const house = await openLiveHouse({ 'a.mp3': marked('a', 300), 'b.mp3': marked('b', 300) })
  const hearing = await house.listen()
  await house.pass(15)
  await expect.poll(() => hearing.end(), patience).toBe('clean')
  expect(hearing.bytes().equals(Buffer.concat([marked('a', 300), marked('b', 300)]))).toBe(true)
  expect(house.queue()?.current).toBeNull()
  expect((await house.listen()).status).toBe(404)
  await house.pass(30)
  expect((await house.listen()).status).toBe(404)
  await house.pass(31)
  const again = await house.listen()
  expect(again.status).toBe(200)
  await begins(again)
  expect(heard(again.bytes())).toEqual([`a 0+${begun}`])
  expect(house.queue()?.current).toBe('item-1')
  await house.pass(0.1)
  expect(house.requests.map(({ fromStart }) => fromStart)).toEqual([true, true])
})

test('what is appended to a queue that has ended is heard by whoever comes back', async () => {
  const house = await openLiveHouse({ 'a.mp3': marked('a', 300), 'b.mp3': b }, { queue: ['a.mp3'] })
  const hearing = await house.listen()
  await house.pass(8)
  await expect.poll(() => hearing.end(), patience).toBe('clean')
  await house.mutate({ op: 'append', files: ['b.mp3'] })
  const again = await house.listen()
  await begins(again)
  expect(heard(again.bytes())).toEqual([`b 0+${begun}`])
})

test('a reconnect within a minute goes on where it was heard', async () => {
  const house = await openLiveHouse({ 'a.mp3': marked('a', 400), 'b.mp3': b })
  const first = await house.listen()
  await house.pass(7.2)
  await hears(first, burst + 300)
  await first.hangUp()
  await house.pass(50)
  const second = await house.listen()
  await begins(second)
  await house.pass(0.2)
  await hears(second, burst + inSeconds(0.2))
  // It has heard 300 frames, and been sent the beginning of the next item.
  expect(heard(second.bytes())).toEqual(['a 300+100', `b 0+${second.frames() - 100}`])
  await house.pass(0.1)
  expect(house.requests.map(({ fromStart }) => fromStart)).toEqual([true, false])
})

test.each([
  ['resume', 'where it was', [`b 100+${begun}`]],
  ['restart', 'with the first item', [`a 0+${begun}`]],
] as const)('later than that a stream that is set to %s begins %s', async (resume, _where, begun) => {
  const house = await openLiveHouse({ 'a.mp3': marked('a', 200), 'b.mp3': b })
  await house.mutate({ op: 'settings', settings: { resume } })
  const first = await house.listen()
  await house.pass(7.2)
  await first.hangUp()
  expect(house.queue()?.current).toBe('item-2')
  await house.pass(61)
  const second = await house.listen()
  await begins(second)
  expect(heard(second.bytes())).toEqual(begun)
  await house.pass(0.1)
  expect(house.requests.at(-1)?.fromStart).toBe(resume === 'restart')
})

test('a restart of the program is a short gap too', async () => {
  const house = await openLiveHouse({ 'a.mp3': a })
  const first = await house.listen()
  await house.pass(4.8)
  await hears(first, burst + 200)
  await house.restart()
  await expect.poll(() => first.end(), patience).toBe('clean')
  expect(first.bytes().equals(a.subarray(0, first.bytes().length))).toBe(true)
  const second = await house.listen()
  await begins(second)
  expect(heard(second.bytes())).toEqual([`a 200+${begun}`])
})

test('what goes out is told of, once, with the item it is of', async () => {
  const house = await openLiveHouse({ 'a.mp3': marked('a', 200), 'b.mp3': b })
  const listener = await house.listen()
  await house.pass(7.2)
  await listener.hangUp()
  const runs = house.sent.map(({ frames, from, to }) => ({ frames, from, to }))
  const ofFirst = runs.filter(({ frames }) => frames === 200)
  expect(ofFirst[0]?.from).toBe(0)
  expect(ofFirst.at(-1)?.to).toBe(200)
  for (const [index, { from }] of ofFirst.entries()) expect(from).toBe(ofFirst[index - 1]?.to ?? 0)
  const ofSecond = runs.filter(({ frames }) => frames !== 200)
  expect(ofSecond[0]?.from).toBe(0)
  const all = runs.reduce((count, { from, to }) => count + to - from, 0)
  expect(all * 384).toBe(listener.bytes().length)
})

test('each listener has a place of its own, and only one who is at the current item moves the queue on', async () => {
  const house = await openLiveHouse({ 'a.mp3': marked('a', 300), 'b.mp3': marked('b', 300), 'c.mp3': c })
  const first = await house.listen({ 'x-test-address': '10.0.0.1' })
  await house.pass(7)
  expect(house.queue()?.current).toBe('item-2')
  const second = await house.listen({ 'x-test-address': '10.0.0.2' })
  await begins(second)
  await house.pass(8)
  await expect.poll(() => first.frames(), patience).toBeGreaterThan(700)
  expect(heard(second.bytes())[0]).toBe('b 0+300')
  expect(heard(first.bytes()).slice(0, 2)).toEqual(['a 0+300', 'b 0+300'])
  expect(house.queue()?.current).toBe('item-3')
})

test('a player that comes back while its old connection seems alive goes on too', async () => {
  const house = await openLiveHouse({ 'a.mp3': a })
  house.asks.player = 'player-1'
  const first = await house.listen()
  await house.pass(2.4)
  await hears(first, burst + 100)
  const second = await house.listen()
  await begins(second)
  expect(heard(second.bytes())).toEqual([`a 100+${begun}`])
})

test('two behind one address are two listeners', async () => {
  const house = await openLiveHouse({ 'a.mp3': a })
  const first = await house.listen()
  await house.pass(2.4)
  const second = await house.listen()
  await begins(second)
  expect(heard(second.bytes())).toEqual([`a 0+${begun}`])
  expect(first.end()).toBeNull()
})

test.each([
  ['closed', { op: 'settings', settings: { closed: true } }],
  ['cleared', { op: 'clear' }],
] as const)(
  'ends at a frame when the stream is %s, and then says that there is nothing, once',
  async (_, mutation) => {
    const house = await openLiveHouse({ 'a.mp3': a })
    const hearing = await house.listen()
    await house.pass(3)
    await house.mutate(mutation)
    await expect.poll(() => hearing.end(), patience).toBe('clean')
    expect(hearing.bytes().length % 384).toBe(0)
    const then = await house.listen()
    await expect.poll(() => then.end(), patience).toBe('clean')
    expect(then.bytes().toString()).toBe('clip')
    expect((await house.listen()).status).toBe(404)
  },
)

test('ends when the stream is deleted', async () => {
  const house = await openLiveHouse({ 'a.mp3': a })
  const hearing = await house.listen()
  await house.hub.deleteQueue('bedroom')
  await expect.poll(() => hearing.end(), patience).toBe('clean')
})

test('passes over what cannot be played, and says so once', async () => {
  const house = await openLiveHouse(
    { 'a.mp3': marked('a', 200), 'b.mp3': marked('b', 200), 'broken.mp3': Buffer.from('no audio') },
    { loop: true, queue: ['a.mp3', 'gone.mp3', 'broken.mp3', 'b.mp3'] },
  )
  const hearing = await house.listen()
  await house.pass(15)
  await expect.poll(() => hearing.frames(), patience).toBeGreaterThan(700)
  expect(heard(hearing.bytes()).slice(0, 3)).toEqual(['a 0+200', 'b 0+200', 'a 0+200'])
  const said = house.log.lines.filter(({ message }) => message.includes('goes on with the next'))
  expect(said.map(({ detail }) => detail?.file)).toEqual(['gone.mp3', 'broken.mp3'])
})

test('a file that is deleted while it is heard gives way to the next', async () => {
  const house = await openLiveHouse({ 'a.mp3': a, 'b.mp3': b })
  const hearing = await house.listen()
  await rm(join(house.folder, 'a.mp3'))
  await house.pass(8)
  await expect.poll(() => hearing.frames(), patience).toBeGreaterThan(inSeconds(11))
  const runs = heard(hearing.bytes())
  expect(runs.map((run) => run.split('+')[0])).toEqual(['a 0', 'b 0'])
  expect(house.queue()?.current).toBe('item-2')
  expect(house.log.lines.some(({ level, detail }) => level === 'warn' && detail?.file === 'a.mp3')).toBe(true)
})

test('ends cleanly when nothing at all is left that can be played', async () => {
  const house = await openLiveHouse({ 'a.mp3': a, 'b.mp3': b }, { loop: true })
  const hearing = await house.listen()
  await rm(join(house.folder, 'a.mp3'))
  await rm(join(house.folder, 'b.mp3'))
  await house.pass(10)
  await expect.poll(() => hearing.end(), patience).toBe('clean')
  expect(hearing.bytes().length % 384).toBe(0)
  expect(house.queue()?.current).not.toBeNull()
})

test('nothing that can be played is said, and not silence', async () => {
  const house = await openLiveHouse({}, { queue: ['gone.mp3', 'lost.mp3'], loop: true })
  const hearing = await house.listen()
  await expect.poll(() => hearing.end(), patience).toBe('clean')
  expect(hearing.bytes().toString()).toBe('clip')
  expect(house.queue()?.current).toBe('item-1')
})

test('a HEAD tells of the same answer and changes nothing', async () => {
  const house = await openLiveHouse({ 'a.mp3': a })
  const answer = await new Promise<import('node:http').IncomingMessage>((resolve) =>
    request(
      { port: house.port, host: '127.0.0.1', method: 'HEAD', path: `/media/${streamKey}/stream.mp3` },
      resolve,
    ).end(),
  )
  answer.resume()
  expect(answer.statusCode).toBe(200)
  expect(answer.headers).toMatchObject({ 'content-type': 'audio/mpeg', 'cache-control': 'no-store' })
  for (const name of ['content-length', 'accept-ranges']) expect(answer.headers).not.toHaveProperty(name)
  expect(house.held()).toEqual({ sessions: 0, timers: 0, files: 0 })
})

test('a listener that reads no further is dropped, and goes on when it comes back', {
  tags: 'slow',
}, async () => {
  const house = await openLiveHouse({ 'a.mp3': marked('a', inSeconds(3600)) })
  const hearing = await house.listen()
  await begins(hearing)
  hearing.pause()
  // As much as the buffers between two sockets of one machine hold, and ten seconds more.
  for (let minute = 0; minute < 40 && house.held().sessions > 0; minute++) await house.pass(60)
  expect(house.held()).toEqual({ sessions: 0, timers: 0, files: 0 })
  expect(house.log.lines.some(({ message }) => message.includes('too slow'))).toBe(true)
  const again = await house.listen()
  await begins(again)
  await house.pass(0.1)
  expect(house.requests.at(-1)?.fromStart).toBe(false)
})

test('two hundred that hang up leave nothing behind', async () => {
  const house = await openLiveHouse({ 'a.mp3': a, 'b.mp3': b })
  for (let round = 0; round < 10; round++) {
    const hearings = await Promise.all(
      Array.from({ length: 20 }, (_, one) => house.listen({ 'x-test-address': `10.0.${round}.${one}` })),
    )
    await house.pass(0.3)
    await Promise.all(hearings.map((hearing) => hearing.hangUp()))
  }
  await expect.poll(() => house.held(), patience).toEqual({ sessions: 0, timers: 0, files: 0 })
  await house.pass(60)
  await expect.poll(() => openBelow(house.folder), patience).toBe(0)
}, 60_000)

test('stopping ends everybody at a frame', async () => {
  const house = await openLiveHouse({ 'a.mp3': a })
  const hearings = await Promise.all(['1', '2', '3'].map((one) => house.listen({ 'x-test-address': one })))
  await house.pass(1)
  await house.stop()
  for (const hearing of hearings) {
    await expect.poll(() => hearing.end(), patience).toBe('clean')
    expect(hearing.bytes().length % 384).toBe(0)
  }
  expect(house.held()).toEqual({ sessions: 0, timers: 0, files: 0 })
})

test('a client that knows no chunks gets none', async () => {
  const house = await openLiveHouse({ 'a.mp3': a })
  const wire = await wireTo(house.port, `GET /media/${streamKey}/stream.mp3 HTTP/1.0\r\n\r\n`)
  const body = () => Buffer.from(wire.said().split('\r\n\r\n').slice(1).join('\r\n\r\n'), 'latin1')
  await expect.poll(() => body().length, patience).toBe(begun * 384)
  await house.pass(3)
  await expect.poll(() => body().length, patience).toBeGreaterThan((burst + inSeconds(2.5)) * 384)
  await house.mutate({ op: 'clear' })
  await wire.ended
  expect(heard(body())).toEqual([`a 0+${body().length / 384}`])
})

testWith(['ffmpeg'], 'what is received over every kind of cut decodes without a warning', async () => {
  const sound = (name: string) => readFileSync(join(shippedAudio, name))
  const house = await openLiveHouse(
    {
      'one.mp3': sound('music/good-morning.mp3'),
      'two.mp3': sound('stories/sea.mp3'),
      'three.mp3': sound('music/lullaby-one.mp3'),
    },
    { loop: true },
  )
  const hearing = await house.listen()
  for (const mutation of [
    { op: 'step', by: 1 },
    { op: 'remove', id: 'item-2' },
    { op: 'replace', files: ['two.mp3', 'one.mp3'], playlist: null },
    { op: 'insert-next', files: ['three.mp3'] },
    { op: 'step', by: 1 },
  ] as const) {
    await house.pass(3.1)
    await house.mutate(mutation)
  }
  await house.pass(40)
  await house.mutate({ op: 'settings', settings: { closed: true } })
  await expect.poll(() => hearing.end(), patience).toBe('clean')
  const { said, samples } = await decode(hearing.bytes())
  expect(said).toBe('')
  expect(samples).toBe(hearing.frames() * 1152)
})
