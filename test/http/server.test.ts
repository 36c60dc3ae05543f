import { Readable } from 'node:stream'
import Koa from 'koa'
import { expect, onTestFinished, test } from 'vitest'
import { listen } from '../../src/http/server.ts'
import { wireTo } from '../support/media-door.ts'

type Limits = NonNullable<Parameters<typeof listen>[0]['limits']>

/** A door whose app takes uploads, refuses some unread, and sends events. */
async function openDoor(limits: Limits) {
  const app = new Koa()
  app.silent = true
  app.use(async (ctx) => {
    if (ctx.path === '/refused') ctx.status = 403
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
