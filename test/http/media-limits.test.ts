/** @module-tag slow */
import { readdirSync } from 'node:fs'
import { readFile, utimes, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Transfers } from '../../src/http/transfers.ts'
import { frames, openBelow } from '../audio/sound.ts'
import { openMediaDoor, queueKey, requestFor, streamKey, type Wire, wireTo } from '../support/media-door.ts'
import { recordingLog } from '../support/recording-log.ts'

const stream = `/media/${streamKey}/stream.mp3`

/** Status line and headers of the first answer. */
const headOf = (wire: Wire) => wire.said().split('\r\n\r\n')[0] ?? ''
const statusOf = (wire: Wire) => Number(headOf(wire).split(' ')[1])

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

describe('hostile requests', () => {
  test.each<[what: string, path: string, status: number]>([
    ['nothing', '/', 404],
    ['two slashes', `//media/${streamKey}/stream.mp3`, 404],
    ['slashes within', `/media//${streamKey}/stream.mp3`, 404],
    ['a step up', `/media/${streamKey}/../${streamKey}/stream.mp3`, 404],
    ['an encoded step up', `/media/${streamKey}/%2e%2e%2f%2e%2e%2fetc%2fpasswd`, 404],
    ['backslashes', '/media\\..\\..\\etc\\passwd', 404],
    ['an encoded slash', `/media%2f${streamKey}%2fstream.mp3`, 404],
    ['an encoded NUL', `/media/${streamKey}/stream.mp3%00`, 404],
    ['a NUL in the key', '/media/%00%00/stream.mp3', 404],
    ['half an escape', '/media/%c3%28/%', 404],
    ['other letters', `/MEDIA/${streamKey}/stream.mp3`, 404],
    ['a name of every object', '/media/__proto__/stream.mp3', 404],
    ['another one', '/media/constructor/constructor.mp3', 404],
    ['only a query', '/?x=/media/', 404],
    ['the star', '*', 404],
    ['an address of elsewhere', 'http://example.org/api/health', 404],
    ['a long address', `/media/${'x'.repeat(4000)}/stream.mp3`, 414],
    ['a long query', `${stream}?${'x'.repeat(4000)}`, 414],
    ['a very long address', `/media/${'x'.repeat(40_000)}/stream.mp3`, 431],
    ['a raw NUL', '/media/\0/stream.mp3', 400],
    ['a space', '/media/a b/stream.mp3', 400],
  ])('%s is answered and not served', async (_what, path, status) => {
    const { port, url, log } = await openMediaDoor()
    const wire = await wireTo(port, requestFor(path, 'Connection: close'))
    await wire.ended
    expect(statusOf(wire)).toBe(status)
    expect(headOf(wire).toLowerCase()).toContain('x-content-type-options: nosniff')
    expect(wire.said()).toMatch(/\r\n\r\n\{"error":\{"code":"\w+","message":"[^"]+"\}\}$/)
    expect((await fetch(url + stream, { method: 'HEAD' })).status).toBe(200)
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([])
  })

  test.each([
    ['too many headers', `${'x-filler: 1234567890\r\n'.repeat(1000)}`, 431],
    ['a header without a name', ': x\r\n', 400],
    ['two lengths', 'Content-Length: 1\r\nContent-Length: 2\r\n', 400],
    ['two ways to say the length', 'Content-Length: 1\r\nTransfer-Encoding: chunked\r\n', 400],
  ])('%s', async (_what, headers, status) => {
    const { port } = await openMediaDoor()
    const wire = await wireTo(port, `GET ${stream} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`)
    await wire.ended
    expect(statusOf(wire)).toBe(status)
  })

  test('what is no HTTP is answered and hung up on', async () => {
    const { port } = await openMediaDoor()
    for (const noise of [
      '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
      'hello\r\n\r\n',
      '\0\0\0\0\r\n\r\n',
    ]) {
      const wire = await wireTo(port, noise)
      await wire.ended
      expect(statusOf(wire)).toBe(400)
    }
  })

  test('noise behind a request does not get into the audio that is on its way', async () => {
    const { port, length } = await openMediaDoor()
    const wire = await wireTo(port, requestFor(stream))
    await expect.poll(() => wire.said().length).toBeGreaterThan(0)
    wire.socket.pause()
    wire.socket.write('NOISE\r\n\r\n')
    await new Promise((resolve) => setTimeout(resolve, 50))
    wire.socket.resume()
    await wire.ended
    expect(statusOf(wire)).toBe(200)
    expect(wire.said()).not.toContain('400 Bad Request')
    expect(wire.said().length).toBeLessThan(length)
  })

  test('every answer says that it is not to be guessed at, handed on or found', async () => {
    const { url } = await openMediaDoor()
    for (const [path, method] of [
      [stream, 'GET'],
      [stream, 'POST'],
      [`/media/${queueKey}/start.mp3`, 'HEAD'],
      ['/nothing', 'GET'],
    ] as const) {
      const answer = await fetch(url + path, { method, headers: { range: 'bytes=0-9' } })
      await answer.arrayBuffer()
      const said = ['x-content-type-options', 'referrer-policy', 'x-robots-tag'].map((name) =>
        answer.headers.get(name),
      )
      expect([path, ...said]).toEqual([path, 'nosniff', 'no-referrer', 'noindex, nofollow'])
    }
  })
})

test('a request without Host is refused, but one of HTTP/1.0 is served', async () => {
  const { port } = await openMediaDoor()
  const refused = await wireTo(port, `GET ${stream} HTTP/1.1\r\nConnection: close\r\n\r\n`)
  await refused.ended
  expect(statusOf(refused)).toBe(400)
  const old = await wireTo(port, `GET ${stream} HTTP/1.0\r\nRange: bytes=0-9\r\n\r\n`)
  await old.ended
  expect(statusOf(old)).toBe(206)
})

describe('bodies', () => {
  test('a GET with a body is answered, and the connection is closed', async () => {
    const { port } = await openMediaDoor()
    const wire = await wireTo(port, `${requestFor(stream, 'Range: bytes=0-9', 'Content-Length: 5')}hello`)
    await wire.ended
    expect(statusOf(wire)).toBe(206)
    expect(headOf(wire).toLowerCase()).toContain('connection: close')
  })

  test('a body without an end is not read on and on', async () => {
    const { port } = await openMediaDoor()
    const chunked = requestFor(stream, 'Range: bytes=0-9', 'Transfer-Encoding: chunked')
    const wire = await wireTo(port, chunked)
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`
    const sending = setInterval(() => wire.socket.write(chunk), 5)
    // Whether the answer arrives before the end of the connection is the client's own doing.
    await wire.ended
    clearInterval(sending)
  })
})

describe('slow clients', () => {
  test('one that dribbles its headers is cut off, and so is one that says nothing', async () => {
    const { port } = await openMediaDoor({ limits: { headersMs: 300 } })
    const [dribbling, silent] = [await wireTo(port, 'GET '), await wireTo(port)]
    const drops = setInterval(() => dribbling.socket.write('x'), 40)
    await Promise.all([dribbling.ended, silent.ended])
    clearInterval(drops)
    expect(statusOf(dribbling)).toBe(408)
  })

  test('one that pauses outlasts every limit of time, and goes on where it was', async () => {
    const limits = { headersMs: 100, requestMs: 100, stallMs: 100, keepAliveMs: 100 }
    const { port, length } = await openMediaDoor({ limits })
    const socket = connect(port, '127.0.0.1')
    socket.write(requestFor(stream, 'Connection: close'))
    await new Promise((resolve) => socket.once('readable', resolve))
    // Everything that ends connections has had ten times its time, and has looked twice.
    await new Promise((resolve) => setTimeout(resolve, 1500))
    let got = 0
    for await (const bytes of socket) got += (bytes as Buffer).length
    expect(got).toBeGreaterThan(length)
  })

  test('one in whose pause the file is written over, with its time put back, hears none of the other', async () => {
    const { port, url, folder, length } = await openMediaDoor()
    const path = join(folder, 'long.mp3')
    // A whole second, which every file system can keep.
    const then = new Date(2026, 0, 1)
    await utimes(path, then, then)
    const before = await fetch(url + stream, { method: 'HEAD' })
    const wire = await wireTo(port)
    wire.socket.pause()
    wire.socket.write(requestFor(stream, 'Connection: close'))
    await expect.poll(() => wire.socket.bytesRead).toBeGreaterThan(0)
    const old = await readFile(path)
    await writeFile(path, frames(length / 384, 2))
    await utimes(path, then, then)
    wire.socket.resume()
    await wire.ended
    const heard = Buffer.from(wire.said().slice(headOf(wire).length + 4), 'latin1')
    expect(heard.length).toBeLessThan(length)
    expect(heard.equals(old.subarray(0, heard.length))).toBe(true)
    const now = await fetch(url + stream, { headers: { range: 'bytes=0-767' } })
    expect(now.headers.get('etag')).not.toBe(before.headers.get('etag'))
    expect(Buffer.from(await now.arrayBuffer()).equals(frames(2, 2))).toBe(true)
  })

  test('one that keeps its connection without using it is let go', async () => {
    const { port } = await openMediaDoor({ limits: { keepAliveMs: 50 } })
    const wire = await wireTo(port, requestFor('/'))
    await wire.ended
    expect(statusOf(wire)).toBe(404)
  })
})

describe('too many', () => {
  test('connections that wait for nothing make room for whoever asks', async () => {
    const { port, url } = await openMediaDoor({ limits: { mostConnections: 20 } })
    const reading = await wireTo(port)
    reading.socket.pause()
    reading.socket.write(requestFor(stream))
    const idle: Wire[] = []
    for (let count = 0; count < 60; count++) idle.push(await wireTo(port))
    expect((await fetch(url + stream, { method: 'HEAD' })).status).toBe(200)
    await Promise.all(idle.slice(0, 40).map(({ ended }) => ended))
    expect(idle.at(-1)?.socket.destroyed).toBe(false)
    expect(reading.socket.destroyed).toBe(false)
  })

  test('transfers of one address end the one that stood still for longest, and never the new one', async () => {
    const { port, log, length } = await openMediaDoor({
      transferLimits: { ofOneAddress: 5, altogether: 100 },
    })
    const paused: Wire[] = []
    const ask = async (address: string) => {
      const wire = await wireTo(port)
      wire.socket.pause()
      wire.socket.write(requestFor(stream, `X-Test-Address: ${address}`))
      return wire
    }
    const other = await ask('10.0.0.2')
    for (let count = 0; count < 7; count++) paused.push(await ask('10.0.0.1'))
    const ended = () => log.lines.filter(({ message }) => message.startsWith('too many transfers')).length
    await expect.poll(ended).toBe(2)
    const newest = paused.at(-1)
    for (const wire of [other, newest]) {
      wire?.socket.resume()
      await expect.poll(() => wire?.socket.bytesRead, { timeout: 5000 }).toBeGreaterThan(length)
    }
  })

  test('many listeners that pause share one open file and hold a few chunks each', async () => {
    const { port, folder } = await openMediaDoor()
    // The other end of each connection is in this process as well.
    const filesBefore = readdirSync('/proc/self/fd').length
    collectGarbage()
    const before = process.memoryUsage().arrayBuffers
    const sockets: Socket[] = []
    const listeners = 120
    for (let count = 0; count < listeners; count++) {
      const { socket } = await wireTo(port)
      socket.pause()
      socket.write(requestFor(stream, `X-Test-Address: 10.0.0.${count % 10}`))
      sockets.push(socket)
    }
    const chunk = 170 * 384
    const held = () => {
      collectGarbage()
      return (process.memoryUsage().arrayBuffers - before) / sockets.length
    }
    // One that is read, one that is sent, and what the other end has taken in without looking at it.
    await expect.poll(held, { timeout: 10_000, interval: 200 }).toBeLessThan(4 * chunk)
    expect(readdirSync('/proc/self/fd').length - filesBefore).toBeLessThanOrEqual(2 * listeners + 1)
    expect(openBelow(folder)).toBe(1)
    for (const socket of sockets) socket.destroy()
  })

  test('a transfer that is read on stands behind those that are not', async () => {
    const transfers = new Transfers({ log: recordingLog(), limits: { ofOneAddress: 9, altogether: 2 } })
    const server = createServer((request, response) => {
      transfers.add(response, request.socket.remoteAddress ?? '')
      const endless = new Readable({ read: () => void endless.push(Buffer.alloc(65_536)) })
      endless.pipe(response)
      response.once('close', () => endless.destroy())
    })
    onTestFinished(() => void server.close().closeAllConnections())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const ask = async () => {
      const wire = await wireTo(port)
      wire.socket.pause()
      wire.socket.write(requestFor('/'))
      await expect.poll(() => wire.socket.bytesRead).toBeGreaterThan(0)
      return wire
    }
    const [one, two] = [await ask(), await ask()]
    one.socket.resume()
    await expect.poll(() => one.socket.bytesRead).toBeGreaterThan(10_000_000)
    one.socket.pause()
    await ask()
    two.socket.resume()
    await two.ended
    expect([one.socket.destroyed, transfers.size]).toEqual([false, 2])
  })
})
