import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, createServer as createSocketServer, type LookupFunction } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { WebhookCall } from '../../src/core/effect.ts'
import { type CallOptions, callWebhook } from '../../src/webhooks/call.ts'
import { whyForbidden } from '../../src/webhooks/forbidden-address.ts'

/** A program that others call, and what it was told. */
async function program(status = 200, headers: Record<string, string> = {}) {
  const calls: {
    method: string | undefined
    path: string | undefined
    headers: IncomingMessage['headers']
    body: string
  }[] = []
  const server = createServer(async (request, response) => {
    calls.push({
      method: request.method,
      path: request.url,
      headers: request.headers,
      body: await text(request),
    })
    response.writeHead(status, headers).end('a long story')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void server.close())
  return { calls, port: (server.address() as AddressInfo).port }
}

const post = (url: string, more: Partial<WebhookCall> = {}): WebhookCall => ({
  url,
  method: 'POST',
  headers: {},
  body: null,
  type: 'text',
  ...more,
})
/** Everything here is on this machine, which no rule reaches. */
const here: CallOptions = { forbidden: () => null }
/** Every name is that address. */
const leadsTo =
  (...addresses: string[]): LookupFunction =>
  (_host, options, done) => {
    const all = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    if (options.all === true) done(null, all)
    else done(null, all[0]?.address ?? '', all[0]?.family)
  }

describe('a call', () => {
  test('says what it is to say, by the name it was given', async () => {
    const { calls, port } = await program(204)
    const headers = { authorization: 'Bearer abc' }
    const call = post(`http://nodered.test:${port}/a?b=c`, {
      method: 'PUT',
      headers,
      body: '{"ü":1}',
      type: 'json',
    })
    await callWebhook(call, { ...here, lookup: leadsTo('127.0.0.1') })
    expect(calls).toMatchObject([
      {
        method: 'PUT',
        path: '/a?b=c',
        body: '{"ü":1}',
        headers: {
          ...headers,
          'content-type': 'application/json',
          host: `nodered.test:${port}`,
          'content-length': '8',
        },
      },
    ])
  })

  test.each([
    [404, {}, 'refused', 'answered with status 404'],
    [500, {}, 'refused', 'answered with status 500'],
    [302, { location: 'http://127.0.0.1/' }, 'refused', 'redirect 302, which is not followed'],
  ] as const)('that is answered with %d has failed', async (status, headers, code, words) => {
    const { calls, port } = await program(status, headers)
    const failing = callWebhook(post(`http://127.0.0.1:${port}/secret-key`), here)
    await expect(failing).rejects.toMatchObject({ code, message: expect.stringContaining(words) })
    await expect(failing).rejects.toMatchObject({ message: expect.not.stringContaining('secret') })
    expect(calls).toHaveLength(1)
  })

  test('ends where nobody answers in time, or hangs up', async () => {
    const silent = createSocketServer((socket) => void socket.on('error', () => undefined).resume())
    await once(silent.listen(0, '127.0.0.1'), 'listening')
    const { port } = silent.address() as AddressInfo
    await expect(
      callWebhook(post(`http://127.0.0.1:${port}/x`), { ...here, patienceMs: 50 }),
    ).rejects.toMatchObject({
      code: 'unavailable',
      message: `the webhook on 127.0.0.1:${port} did not answer within 0.05 s`,
    })
    await new Promise((resolve) => silent.close(resolve))
    await expect(callWebhook(post(`http://user:word@127.0.0.1:${port}/x`), here)).rejects.toMatchObject({
      code: 'unavailable',
      message: `the webhook on 127.0.0.1:${port} was not called: nothing listens there`,
    })
  })

  test.each<[string, Partial<WebhookCall>, string]>([
    ['ftp://a/b', {}, 'begins with http:// or https://'],
    ['not an address', {}, 'begins with http:// or https://'],
    ['http://a/', { headers: { Host: 'b' } }, 'it is set by itself'],
    ['http://a/', { headers: { 'x-a': 'b\r\nx-c: d' } }, 'a character that no header may have'],
    ['http://a/', { headers: { 'x a': 'b' } }, 'a character that no header may have'],
    ['http://a/', { body: 'x'.repeat(65_537) }, 'at most 64 KiB'],
  ])('to %s with %o is not sent', async (url, more, words) => {
    await expect(callWebhook(post(url, more), here)).rejects.toMatchObject({
      code: 'unprocessable',
      message: expect.stringContaining(words),
    })
  })
})

describe('what no rule reaches', () => {
  const hosts = [
    '127.0.0.1',
    '127.1',
    '0x7f.1',
    '2130706433',
    '0.0.0.0',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[::7f00:1]',
    '169.254.169.254',
    '[fe80::1]',
    '172.30.32.2',
    '172.30.33.255',
    '[::ffff:172.30.32.2]',
    '[fd0c:ac1e:2100::2]',
    '[fd0c:ac1e:2100:ffff::1]',
    '224.0.0.1',
    '255.255.255.255',
    '[ff02::1]',
  ]
  test.each(hosts)('%s', async (host) => {
    await expect(callWebhook(post(`http://${host}:9/`))).rejects.toMatchObject({ code: 'forbidden' })
  })

  test.each(['127.0.0.1', '::1', '::ffff:127.0.0.1', '169.254.1.1', '172.30.32.1', 'fd0c:ac1e:2100::1'])(
    'a name that leads to %s, also beside an address that may be reached',
    async (address) => {
      const { calls, port } = await program()
      const call = post(`http://innocent.test:${port}/`)
      for (const lookup of [leadsTo(address), leadsTo('192.168.1.9', address)])
        await expect(callWebhook(call, { lookup, patienceMs: 500 })).rejects.toMatchObject({
          code: 'forbidden',
          message: expect.stringContaining(`webhooks do not reach innocent.test:${port}`),
        })
      expect(calls).toEqual([])
    },
  )

  test('this machine by its name', async () => {
    const { calls, port } = await program()
    await expect(callWebhook(post(`http://localhost:${port}/`))).rejects.toMatchObject({ code: 'forbidden' })
    expect(calls).toEqual([])
  })

  test('a name that leads elsewhere at the second look is looked up once', async () => {
    const { calls, port } = await program()
    let looks = 0
    const lookup: LookupFunction = (host, options, done) =>
      leadsTo(looks++ === 0 ? '127.0.0.1' : '169.254.169.254')(host, options, done)
    const forbidden = (address: string) => (address === '127.0.0.1' ? null : whyForbidden(address))
    await callWebhook(post(`http://rebinding.test:${port}/`), { lookup, forbidden })
    expect([looks, calls.length]).toEqual([1, 1])
  })

  test.each([
    '192.168.1.9',
    '10.0.0.1',
    '172.16.0.1',
    '172.30.31.255',
    '172.30.34.0',
    '8.8.8.8',
    'fd00::1',
    '2001:db8::1',
    '::ffff:192.168.1.9',
    '64:ff9b::808:808',
    '128.0.0.1',
    '169.253.1.1',
  ])('but %s may be reached', (address) => expect(whyForbidden(address)).toBeNull())
})
