import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { fetchOwn, ownFetchWithinMs } from '../../src/wiring/own-fetch.ts'
import { authority, signedBy } from '../support/certificates.ts'
import { freePort } from '../support/free-port.ts'
import { testWith } from '../support/programs.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const expected = Buffer.from('the sound of the test')

let server: Server | undefined

afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

async function serve(answer: RequestListener, made = createServer(answer)): Promise<number> {
  server = made
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve))
  return (made.address() as AddressInfo).port
}

const fetched = (url: string) => fetchOwn(url, { expected, clock: systemClock })

test('nothing is wrong where every byte comes', async () => {
  const asked: unknown[] = []
  const port = await serve((request, response) => {
    asked.push([request.method, request.url, request.headers['user-agent']])
    response.end(expected)
  })
  expect(await fetched(`http://127.0.0.1:${port}/media/k/stream.mp3`)).toBeNull()
  expect(asked).toEqual([['GET', '/media/k/stream.mp3', 'yoto-smart-stream address check']])
})

describe('the cause is named', () => {
  test.each<
    [
      what: string,
      status: number,
      headers: Record<string, string>,
      body: string,
      cause: string,
      words: RegExp,
    ]
  >([
    [
      'a sign-in page',
      302,
      { location: 'https://sso.example.org/login?next=x' },
      '',
      'redirect',
      /https:\/\/sso\.example\.org, as sign-in/,
    ],
    ['a redirect that cannot be read', 301, { location: 'http://[' }, '', 'redirect', /redirect elsewhere/],
    ['a proxy that asks for a password', 401, {}, 'no', 'denied', /answers 401/],
    ['a protection against robots', 403, {}, 'no', 'denied', /answers 403/],
    ['a proxy without us behind it', 502, {}, 'bad gateway', 'proxy', /media\.port/],
    [
      "Home Assistant's page",
      200,
      { 'content-type': 'text/html' },
      '<html><title>Home Assistant</title>',
      'other_content',
      /text\/html, the page "Home Assistant"/,
    ],
    [
      'another of us',
      404,
      {},
      '{"error":{"code":"not_found","message":"there is nothing at this address"}}',
      'other_content',
      /another one, or a proxy changes the path/,
    ],
    ['a little less', 200, {}, 'the sound of the', 'other_content', /something else/],
    ['a little more', 200, {}, 'the sound of the test!', 'other_content', /something else/],
    ['other bytes', 200, {}, 'the sound of the tent', 'other_content', /something else/],
    ['a control sign in a title', 200, {}, '<title>a\u001b[2Jb</title>', 'other_content', /page "a\S+b"/],
  ])('%s', async (_what, status, headers, body, cause, words) => {
    const port = await serve((_request, response) => response.writeHead(status, headers).end(body))
    expect(await fetched(`http://127.0.0.1:${port}/`)).toMatchObject({
      cause,
      words: expect.stringMatching(words),
    })
  })

  test('a redirect to the https of the same host is a matter of public_url', async () => {
    const port = await serve((request, response) =>
      response.writeHead(308, { location: `https://${request.headers.host}/` }).end(),
    )
    const fault = await fetched(`http://127.0.0.1:${port}/`)
    expect(fault).toMatchObject({ cause: 'redirect', words: expect.stringContaining('write https://') })
  })

  test('an endless answer is not read to its end', async () => {
    const port = await serve((_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      }
      response.on('drain', more)
      more()
    })
    expect(await fetched(`http://127.0.0.1:${port}/`)).toMatchObject({ cause: 'other_content' })
  })

  test('nothing listens there', async () => {
    const port = await freePort()
    const fault = await fetched(`http://127.0.0.1:${port}/`)
    expect(fault).toMatchObject({
      cause: 'refused',
      words: expect.stringContaining(`127.0.0.1:${port} refuses`),
    })
  })

  test('no address is known for the name', async () => {
    const fault = await fetched('http://nowhere.invalid/')
    expect(fault).toMatchObject({
      cause: 'name_not_found',
      words: expect.stringContaining('nowhere.invalid'),
    })
  })

  test('nobody answers', async () => {
    const clock = new VirtualClock()
    let isAsked: () => void = () => undefined
    const asked = new Promise<void>((resolve) => {
      isAsked = resolve
    })
    const port = await serve(() => isAsked())
    const fetching = fetchOwn(`http://127.0.0.1:${port}/`, { expected, clock })
    await asked
    await clock.advance(ownFetchWithinMs + 1)
    expect(await fetching).toMatchObject({ cause: 'timeout', words: expect.stringContaining('within 10 s') })
  })

  test('half of it comes, and the connection breaks', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': String(expected.length) })
      response.write(expected.subarray(0, 5), () => response.destroy())
    })
    expect(await fetched(`http://127.0.0.1:${port}/`)).toMatchObject({ cause: 'broken' })
  })

  testWith(['openssl'], 'a certificate that no public authority has signed', async () => {
    const { certificate: cert, key } = await signedBy(await authority('a household'))
    const port = await serve(
      () => undefined,
      createSecureServer({ cert, key }, (_request, response) => response.end(expected)),
    )
    const fault = await fetched(`https://127.0.0.1:${port}/`)
    expect(fault).toMatchObject({
      cause: 'certificate',
      words: expect.stringContaining('no public authority'),
    })
  })

  test('https where plain http is spoken', async () => {
    const port = await serve((_request, response) => response.end(expected))
    const fault = await fetched(`https://127.0.0.1:${port}/`)
    expect(fault).toMatchObject({
      cause: 'certificate',
      words: expect.stringContaining('does not speak https'),
    })
  })
})
