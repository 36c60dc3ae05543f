import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { judgeAddress } from '../../src/core/public-address.ts'
import { authority, type Certificate, signedBy } from '../support/certificates.ts'
import { freePort } from '../support/free-port.ts'
import { testWith } from '../support/programs.ts'
import { type RunningApp, runApp, until } from '../support/running-app.ts'
import { codeIn, readPage, rowsOf } from './page.ts'

const page = readPage('docs/reach.md')

describe('the table of addresses', () => {
  const rows = rowsOf(page.below('## Which addresses cards may carry'))
  const verdict = (address: string, isAgreed: boolean) =>
    judgeAddress({ address, isGiven: true, consents: isAgreed ? ['plain_http'] : [] }).fault === null
  // An ellipsis stands for any end of an address.
  const whole = (text: string) =>
    text.includes('[fd…]')
      ? 'http://[fd00::1]'
      : text.replace(/\.…$/, '.3.4').replace(/^….ui/, 'a.ui').replace('fe80::…', 'fe80::1')
  const addresses = rows.flatMap(([first = '', may = '']) =>
    codeIn(first)
      .filter((text) => /[.:]/.test(text) && !text.startsWith('.'))
      .map((text) => [/^https?:/.test(text) ? whole(text) : `http://${whole(text)}`, may.trim()] as const),
  )

  test('has all kinds', () => {
    expect(addresses.length).toBeGreaterThan(18)
    expect(new Set(addresses.map(([, may]) => may.slice(0, 5)))).toEqual(
      new Set(['yes', 'after', 'no', 'no, o']),
    )
  })

  test.each(addresses)('says of %s what is done: %s', (address, may) => {
    expect([verdict(address, false), verdict(address, true)]).toEqual([
      may === 'yes',
      may === 'yes' || may.startsWith('after'),
    ])
  })
})

describe('the block of nginx', () => {
  const [, block = ''] = /```nginx\n([\s\S]*?)```/.exec(page.text) ?? []
  let nginx: ChildProcess | undefined
  let running: RunningApp | undefined
  let folder = ''

  afterEach(async () => {
    if (nginx !== undefined && nginx.exitCode === null) {
      const ended = new Promise((resolve) => nginx?.once('exit', resolve))
      nginx.kill('SIGTERM')
      await ended
    }
    nginx = undefined
    await running?.remove()
    running = undefined
    await rm(folder, { recursive: true, force: true })
  })

  /** The block as it stands on the page, with the ports and certificates of this machine. */
  async function start(mediaUrl: string, certificate: Certificate): Promise<number> {
    folder = await mkdtemp(join(tmpdir(), 'yoto-nginx-'))
    const at = (file: string) => join(folder, file)
    const port = await freePort()
    await writeFile(at('certificate'), certificate.certificate)
    await writeFile(at('key'), certificate.key)
    await mkdir(at('temp'))
    const server = block
      .replace('listen 443 ssl;', `listen 127.0.0.1:${port} ssl;`)
      .replace('/etc/letsencrypt/live/audio.example.org/fullchain.pem', at('certificate'))
      .replace('/etc/letsencrypt/live/audio.example.org/privkey.pem', at('key'))
      .replace('http://192.168.1.20:8098', mediaUrl)
    for (const changed of [`127.0.0.1:${port}`, at('certificate'), at('key'), mediaUrl])
      expect(server).toContain(changed)
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (what) => `${what}_temp_path ${at('temp')};`,
    )
    const head = `daemon off; pid ${at('pid')}; ${process.getuid?.() === 0 ? 'user root;' : ''} events {}`
    await writeFile(at('conf'), `${head}\nhttp {\n${temporary.join('\n')}\n${server}\n}\n`)
    nginx = spawn('nginx', ['-p', folder, '-c', at('conf'), '-e', at('errors')], { stdio: 'inherit' })
    for (let tries = 0; !(await isOpen(port)); tries++) {
      if (tries > 200 || nginx.exitCode !== null) throw new Error('nginx does not listen')
      await pause(50)
    }
    return port
  }

  testWith(
    ['nginx', 'openssl'],
    'leads to the audio alone, with ranges and live streams as they are',
    async () => {
      running = await runApp({ env: { YOTO_STREAM_TRUSTED_PROXIES: '127.0.0.1' } })
      const { app, call } = running
      const ca = await authority('the test')
      const port = await start(app.mediaUrl, await signedBy(ca, { name: 'DNS:audio.example.org' }))
      const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
        asked({ port, path, headers: { host: 'audio.example.org', ...headers }, method, ca: ca.certificate })
      await call('POST', '/streams/test/queue', { files: ['clips/nothing-here-yet.mp3'] })
      const { body } = await call('GET', '/streams/test/queue')
      const { pathname } = new URL((body as { url: string }).url)
      const direct = Buffer.from(await (await fetch(`${app.mediaUrl}${pathname}`)).arrayBuffer())
      expect(direct.length).toBeGreaterThan(10_000)

      const whole = await ask(pathname)
      expect([whole.status, whole.headers['content-type']]).toEqual([200, 'audio/mpeg'])
      expect(whole.headers['content-length']).toBe(String(direct.length))
      expect(whole.bytes.equals(direct)).toBe(true)
      const piece = await ask(pathname, { range: 'bytes=384-767' })
      expect([piece.status, piece.headers['content-range']]).toEqual([206, `bytes 384-767/${direct.length}`])
      expect(piece.bytes.equals(direct.subarray(384, 768))).toBe(true)
      const head = await ask(pathname, {}, 'HEAD')
      expect([head.status, head.headers['content-length']]).toEqual([200, String(direct.length)])

      expect((await ask('/media/unknown/stream.mp3')).status).toBe(404)
      for (const path of ['/', '/api/health', '/api/players', '/media', '/media/../api/health', '/mediaX/'])
        expect([path, (await ask(path)).status]).toEqual([path, path === '/media' ? 301 : 404])

      // Who asks is told by the proxy, so that listeners behind it are told apart.
      const check = await call('POST', '/address-check', {})
      const { id, card_id } = check.body as { id: string; card_id: string }
      const card = JSON.stringify(await app.simulator?.card(card_id))
      const [track = ''] = /\/media\/[\w-]+\/stream\.mp3/.exec(card) ?? []
      await ask(track, { 'user-agent': 'Yoto v2 FW; version v2.23.4', 'x-forwarded-for': '10.9.9.9' })
      expect((await call('GET', `/address-check/${id}`)).body).toMatchObject({
        fetched: { by: 'player', from: 'this machine' },
      })

      await call('PUT', '/streams/test', { mode: 'live', loop: true })
      await until('the stream is live', () => app.hub.queue('test')?.mode === 'live')
      const live = await begun({ port, path: pathname, headers: {}, method: 'GET', ca: ca.certificate })
      expect(live.headers['content-length']).toBeUndefined()
      const [first] = (await once(live)) as [Buffer]
      expect(first.length).toBeGreaterThan(0)
      live.destroy()
    },
  )
})

interface Asked {
  readonly port: number
  readonly path: string
  readonly headers: Record<string, string>
  readonly method: string
  readonly ca: string
}

function begun({ port, path, headers, method, ca }: Asked): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      localAddress: '127.0.0.2',
      servername: 'audio.example.org',
      port,
      path,
      headers,
      method,
      ca,
    }
    request({ ...options, agent: false }, resolve)
      .on('error', reject)
      .end()
  })
}

async function asked(what: Asked) {
  const answer = await begun(what)
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk)
  return { status: answer.statusCode, headers: answer.headers, bytes: Buffer.concat(chunks) }
}

function once(answer: IncomingMessage): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    answer.once('data', (...told) => resolve(told))
    answer.once('error', reject)
  })
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
