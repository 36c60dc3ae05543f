import { Readable } from 'node:stream'
import Koa from 'koa'
import { expect, onTestFinished, test } from 'vitest'
import { listen } from '../../src/http/server.ts'
import { wireTo } from '../support/media-door.ts'

type Limits = NonNullable<Parameters<typeof listen>[0]['limits']>

/** A door whose app has a page, takes uploads, refuses some unread, and sends events. */
async function openDoor(limits: Limits = {}) {
  const app = new Koa()
  app.silent = true
  app.use(async (ctx) => {
    if (ctx.path === '/refused') ctx.status = 403
    else if (ctx.path === '/page') ctx.body = 'the page'
    else if (ctx.path === '/events') {
      ctx.type = 'text/event-stream'
      ctx.body = Readable.from(slowly(), { objectMode: false })
    } else {
      let bytes = 0
      for await (const chunk of ctx.req) bytes += (chunk as Buffer).length
      ctx.body = { bytes }
    }
  })
  const door = await listen({ app, host: '127.0.0.1', port: 0, what: 'door', option: 'x.port', limits })
  onTestFinished(() => door.stop())
  return door
}

async function* slowly() {
  yield 'first\n'
  await new Promise((resolve) => setTimeout(resolve, 1500))
  yield 'last\n'
}

const post = (path: string, length: number) =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n`

test('an upload that keeps coming may take longer than a silence', async () => {
  const { port } = await openDoor({ stallMs: 200, headersMs: 200 })
  const wire = await wireTo(port, post('/upload', 20))
  for (let count = 0; count < 20; count++) {
    await new Promise((resolve) => setTimeout(resolve, 60))
    wire.socket.write('x')
  }
  await wire.ended
  expect(wire.said()).toContain('{"bytes":20}')
})

test('an upload of which nothing comes any more is given up', async () => {
  const { port } = await openDoor({ stallMs: 200 })
  const wire = await wireTo(port, `${post('/upload', 20)}half of it`)
  await wire.ended
  expect(wire.said()).toBe('')
})

test('who goes on sending what was refused hears so, and is hung up on', async () => {
  const { port } = await openDoor({ lingerMs: 200 })
  const wire = await wireTo(port, post('/refused', 1e9).replace('Connection: close\r\n', ''))
  const sending = setInterval(() => wire.socket.write('x'.repeat(1000)), 10)
  await wire.ended
  clearInterval(sending)
  expect(wire.said()).toContain('403 Forbidden')
})

test('events go on over every limit of time', async () => {
  const { url } = await openDoor({ stallMs: 100, headersMs: 100, requestMs: 100, keepAliveMs: 100 })
  expect(await (await fetch(`${url}/events`)).text()).toBe('first\nlast\n')
})

test.each<[what: string, head: string, status: number, message: string]>([
  ['without Host', 'GET /page HTTP/1.1', 400, 'the header Host is missing'],
  ['without Host, of whatever method', 'DELETE /page HTTP/1.1', 400, 'the header Host is missing'],
  [
    'that expects what nobody knows',
    'GET /page HTTP/1.1\r\nHost: x\r\nExpect: foo',
    417,
    'of the header Expect only "100-continue" is understood here',
  ],
])('a request %s is refused in the shape of every refusal', async (_what, head, status, message) => {
  const { port } = await openDoor()
  const wire = await wireTo(port, `${head}\r\nConnection: close\r\n\r\n`)
  await wire.ended
  const [said = '', body = ''] = wire.said().split('\r\n\r\n')
  expect(said).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(said.toLowerCase()).toMatch(/\r\ncontent-type: application\/json(;|\r|$)/)
  expect(said.toLowerCase()).toContain('\r\nx-content-type-options: nosniff')
  expect(said.toLowerCase()).toContain('\r\ncache-control: no-store')
  expect(body).toContain(JSON.stringify({ error: { code: 'invalid', message } }))
})

test.each([
  ['of HTTP/1.0 needs no Host', 'GET /page HTTP/1.0', 'the page'],
  ['with an empty Host goes on', 'GET /page HTTP/1.1\r\nHost:\r\nConnection: close', 'the page'],
  [
    'may expect to be told to go on',
    'POST /upload HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 0\r\nConnection: close',
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK',
  ],
])('a request %s', async (_what, head, said) => {
  const { port } = await openDoor()
  const wire = await wireTo(port, `${head}\r\n\r\n`)
  await wire.ended
  expect(wire.said()).toContain(said)
})

test.each([
  ['203.0.113.7', 'this machine has no address 203.0.113.7'],
  // No name server need be asked for it.
  ['no..where', 'no machine is known by the name no..where'],
])('the host %s, which cannot be had, is said with the option that chooses another', async (host, reason) => {
  const door = listen({ app: new Koa(), host, port: 0, what: 'panel', option: 'panel.port' })
  const message = `the panel cannot listen on ${host}:0: ${reason}. Choose another with the option panel.host`
  await expect(door).rejects.toMatchObject({ code: 'unavailable', message })
})

test('a port in use is said with the option that chooses another', async () => {
  const { port } = await openDoor()
  const door = listen({ app: new Koa(), host: '127.0.0.1', port, what: 'audio server', option: 'media.port' })
  await expect(door).rejects.toThrow(
    `the audio server cannot listen on 127.0.0.1:${port}: port ${port} is in use by another program. Choose another with the option media.port`,
  )
})
