import { once } from 'node:events'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import Koa from 'koa'
import { describe, expect, onTestFinished, test } from 'vitest'
import { letArrive } from '../../src/http/connections.ts'
import { listen } from '../../src/http/server.ts'
import { Transfers } from '../../src/http/transfers.ts'
import { requestFor, type Wire, wireTo } from '../support/media-door.ts'
import { openPasswordDoor } from '../support/password-door.ts'
import { recordingLog } from '../support/recording-log.ts'

type Limits = NonNullable<Parameters<typeof listen>[0]['limits']>

// More than what all buffers between two sockets of one machine hold.
const largeBytes = 16 * 1024 * 1024
const large = Buffer.alloc(largeBytes, 'x')

/** A door with something short, something large, audio, events, and a place that takes bodies. */
async function openDoor(limits: Limits = {}) {
  const app = new Koa()
  app.silent = true
  const transfers = new Transfers({ log: recordingLog() })
  const asked: string[] = []
  const over: string[] = []
  app.use(async (ctx) => {
    asked.push(ctx.path)
    ctx.res.once('close', () => over.push(ctx.path))
    if (ctx.path === '/large') ctx.body = large
    else if (ctx.path === '/body') ctx.body = { bytes: await bytesOf(ctx.req) }
    else if (ctx.path === '/upload') {
      letArrive(ctx.req)
      ctx.body = { bytes: await bytesOf(ctx.req) }
    } else if (ctx.path === '/jingle') {
      ctx.body = Readable.from(['short'], { objectMode: false })
      transfers.add(ctx.res, '10.0.0.1')
    } else if (ctx.path === '/events') ctx.body = Readable.from(rarely(), { objectMode: false })
    else if (ctx.path === '/audio') {
      ctx.body = Readable.from(chunksOf(large), { objectMode: false })
      transfers.add(ctx.res, '10.0.0.1')
    } else ctx.body = `here is ${ctx.path}`
  })
  const door = await listen({ app, host: '127.0.0.1', port: 0, what: 'door', option: 'x.port', limits })
  onTestFinished(() => door.stop())
  /** Asks, waits until the answer has begun, and reads nothing of it until it is resumed. */
  const paused = async (path: string) => {
    const wire = await wireTo(door.port)
    wire.socket.pause()
    wire.socket.write(requestFor(path, 'Connection: close'))
    await expect.poll(() => wire.socket.bytesRead, { interval: 5 }).toBeGreaterThan(0)
    return wire
  }
  return {
    ...door,
    asked,
    over,
    paused,
    transfers,
    get: async (path: string) => (await fetch(door.url + path)).text(),
  }
}

async function bytesOf(request: AsyncIterable<Buffer>): Promise<number> {
  let bytes = 0
  for await (const chunk of request) bytes += chunk.length
  return bytes
}

function* chunksOf(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
}

async function* rarely() {
  yield 'first\n'
  await sleep(1100)
  yield 'last\n'
}

const unfinished = 'POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf of it'

/** Reads on, and says how much has come when the connection is over. */
async function rest(wire: Wire): Promise<number> {
  wire.socket.resume()
  await wire.ended
  return wire.socket.bytesRead
}

const answersIn = (wire: Wire) => wire.said().match(/here is \/[a-z]+/g) ?? []

describe('requests one behind the other on one connection', () => {
  test('without reading the answers end it, and what is beyond eight reaches nobody', async () => {
    const { asked, over, port } = await openDoor()
    const wire = await wireTo(port)
    wire.socket.pause()
    wire.socket.write(requestFor('/large').repeat(300))
    await expect.poll(() => over.length).toBeGreaterThan(0)
    expect(await rest(wire)).toBeLessThan(largeBytes)
    expect(asked.length).toBeLessThanOrEqual(8)
  })

  test('are all answered in their order when three are sent at once', async () => {
    const { port } = await openDoor()
    const paths = ['/one', '/two', '/three']
    const wire = await wireTo(port, paths.map((path) => requestFor(path)).join(''))
    await expect.poll(() => answersIn(wire)).toEqual(paths.map((path) => `here is ${path}`))
    expect(wire.socket.destroyed).toBe(false)
  })

  test('are answered without end when each waits for the answer before it', async () => {
    const { asked, port } = await openDoor({ mostAnswers: 2 })
    const wire = await wireTo(port)
    for (let count = 1; count <= 20; count++) {
      wire.socket.write(requestFor('/again'))
      await expect.poll(() => answersIn(wire).length, { interval: 2 }).toBe(count)
    }
    expect(asked).toHaveLength(20)
  })
})

describe('requests whose turn never came before the client left', () => {
  test('hold no audio', async () => {
    const { port, transfers } = await openDoor()
    const wire = await wireTo(port)
    wire.socket.pause()
    wire.socket.write(requestFor('/audio').repeat(8))
    await expect.poll(() => transfers.size).toBe(1)
    wire.socket.destroy()
    await expect.poll(() => transfers.size).toBe(0)
  })

  test('take no place among those who look on', async () => {
    const door = await openPasswordDoor()
    onTestFinished(() => door.stop())
    const cookie = await door.cookieOf('admin')
    const request = `GET /api/live HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${cookie}\r\n\r\n`
    for (let count = 0; count < 3; count++) {
      const wire = await wireTo(door.port, request.repeat(8))
      await expect.poll(() => wire.said()).toContain('retry')
      wire.socket.destroy()
    }
    await expect.poll(() => door.live.listeners).toBe(0)
  })
})

describe('an answer that is on its way', () => {
  test('behind audio on the same connection is not let pause for that', async () => {
    const { over, port } = await openDoor({ stallMs: 150 })
    const wire = await wireTo(port)
    wire.socket.pause()
    wire.socket.write(requestFor('/jingle') + requestFor('/large'))
    await expect.poll(() => over, { timeout: 5000 }).toEqual(['/jingle', '/large'])
  })

  test('is ended when nothing of it is taken; audio may wait', async () => {
    const { over, paused } = await openDoor({ stallMs: 150 })
    const [audio, page] = [await paused('/audio'), await paused('/large')]
    await expect.poll(() => over, { timeout: 5000 }).toEqual(['/large'])
    expect(await rest(page)).toBeLessThan(largeBytes)
    await sleep(600)
    expect(over).toEqual(['/large'])
    expect(await rest(audio)).toBeGreaterThan(largeBytes)
  })

  test('is not ended while it is taken slowly, nor when there is rarely something to take', async () => {
    const { over, port, paused } = await openDoor({ stallMs: 500 })
    const events = await wireTo(port, requestFor('/events', 'Connection: close'))
    const slow = await paused('/large')
    for (let sip = 1; sip <= 8; sip++) {
      await sleep(100)
      slow.socket.resume()
      while (slow.socket.bytesRead < sip * 1_000_000) await once(slow.socket, 'data')
      slow.socket.pause()
    }
    expect(over).toEqual([])
    expect(await rest(slow)).toBeGreaterThan(largeBytes)
    await events.ended
    expect(events.said()).toMatch(/first\n[\s\S]*last\n/)
  })
})

describe('a door that is full', () => {
  test('ends those who began a body and never end it, before any answer that is on its way', async () => {
    const { asked, over, paused, port, get } = await openDoor({ mostConnections: 6 })
    const answers = [await paused('/large'), await paused('/audio'), await paused('/audio')]
    const holders: Wire[] = []
    for (let count = 0; count < 3; count++) holders.push(await wireTo(port, unfinished))
    await expect.poll(() => asked.filter((path) => path === '/body').length).toBe(3)
    expect(await get('/short')).toBe('here is /short')
    await holders[0]?.ended
    expect(over.filter((path) => path !== '/short')).toEqual(['/body'])
    expect(holders.map(({ socket }) => socket.destroyed)).toEqual([true, false, false])
    for (const wire of answers) expect(await rest(wire)).toBeGreaterThan(largeBytes)
  })

  test('ends those who began a body and never end it, before an upload that was let in earlier', async () => {
    const { asked, port, get } = await openDoor({ mostConnections: 3 })
    const upload = await wireTo(port, unfinished.replace('/body', '/upload'))
    await expect.poll(() => asked).toEqual(['/upload'])
    const holders = [await wireTo(port, unfinished), await wireTo(port, unfinished)]
    await expect.poll(() => asked.length).toBe(3)
    expect(await get('/short')).toBe('here is /short')
    await holders[0]?.ended
    upload.socket.write('x'.repeat(90))
    await expect.poll(() => upload.said()).toContain('{"bytes":100}')
  })

  test('ends those who do not take their answers, before audio that stands still', async () => {
    const { over, paused, get } = await openDoor({ mostConnections: 6 })
    const audio = [await paused('/audio'), await paused('/audio'), await paused('/audio')]
    const holders = [await paused('/large'), await paused('/large'), await paused('/large')]
    expect(await get('/short')).toBe('here is /short')
    expect(over.filter((path) => path !== '/short')).toEqual(['/large'])
    const taken = await Promise.all(holders.map(rest))
    expect(taken.map((bytes) => bytes > largeBytes)).toEqual([false, true, true])
    for (const wire of audio) expect(await rest(wire)).toBeGreaterThan(largeBytes)
  })

  test('ends those who have taken longest over an answer, not those who came first', async () => {
    const { paused, port, get } = await openDoor({ mostConnections: 3 })
    const first = await wireTo(port, requestFor('/short'))
    await expect.poll(() => first.said()).toContain('here is /short')
    const holders = [await paused('/large'), await paused('/large')]
    first.socket.pause()
    first.socket.write(requestFor('/large', 'Connection: close'))
    await sleep(100)
    expect(await get('/short')).toBe('here is /short')
    expect(await rest(first)).toBeGreaterThan(largeBytes)
    const taken = await Promise.all(holders.map(rest))
    expect(taken.map((bytes) => bytes > largeBytes)).toEqual([false, true])
  })

  test('also ends those whose body came behind its answer', async () => {
    const { port, get } = await openDoor({ mostConnections: 3, lingerMs: 5000 })
    for (let count = 0; count < 3; count++) {
      const wire = await wireTo(port, 'POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n')
      await expect.poll(() => wire.said()).toContain('here is /x')
      wire.socket.write('x')
    }
    await sleep(50)
    expect(await get('/short')).toBe('here is /short')
  })

  test('of nothing but audio that stands still turns newcomers away', async () => {
    const { over, paused, port, get } = await openDoor({ mostConnections: 3 })
    const audio = [await paused('/audio'), await paused('/audio'), await paused('/audio')]
    const newcomer = await wireTo(port, requestFor('/short'))
    await newcomer.ended
    expect([newcomer.said(), over]).toEqual(['', []])
    for (const wire of audio) expect(await rest(wire)).toBeGreaterThan(largeBytes)
    expect(await get('/short')).toBe('here is /short')
  })
})

test('whoever expects what there is not is limited like everybody', async () => {
  const { port } = await openDoor({ lingerMs: 200 })
  const expecting = 'POST /x HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\n'
  const endless = await wireTo(port, `${expecting}Content-Length: 1000000000\r\n\r\n`)
  const drops = setInterval(() => endless.socket.write('x'), 20)
  onTestFinished(() => clearInterval(drops))
  await endless.ended
  expect(endless.said()).toContain('417 Expectation Failed')
  const many = await wireTo(port)
  many.socket.write(`${expecting}\r\n`.repeat(300))
  await many.ended
  expect((many.said().match(/ 417 /g) ?? []).length).toBeLessThanOrEqual(8)
})
