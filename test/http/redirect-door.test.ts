import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AppError } from '../../src/core/error.ts'
import { isOnThisMachine, openRedirectDoor, type RedirectDoor } from '../../src/http/redirect-door.ts'
import { freePort } from '../support/free-port.ts'
import { recordingLog } from '../support/recording-log.ts'

let port: number
let door: RedirectDoor
let completed: string[]
let outcome: () => Promise<void>
let log: ReturnType<typeof recordingLog>

beforeEach(async () => {
  port = await freePort()
  completed = []
  outcome = async () => undefined
  log = recordingLog()
  door = await open()
})
afterEach(() => door.stop())

const open = () =>
  openRedirectDoor({
    redirectUri: `http://127.0.0.1:${port}/callback`,
    complete: (address) => {
      completed.push(address)
      return outcome()
    },
    log,
  })

async function ask(path: string, options: { method?: string; host?: string } = {}) {
  const { method = 'GET', host = `127.0.0.1:${port}` } = options
  const sent = request({ host: '127.0.0.1', port, path, method, headers: { host }, agent: false })
  sent.end()
  const [answer] = await once(sent, 'response')
  let text = ''
  for await (const chunk of answer.setEncoding('utf8')) text += chunk
  return { status: answer.statusCode as number, headers: answer.headers as Record<string, string>, text }
}

test('a browser that comes back with its answer is told that all is done, on a page that can do nothing', async () => {
  const { status, headers, text } = await ask('/callback?code=secret-code&state=secret-state')
  expect(status).toBe(200)
  expect(completed).toEqual(['?code=secret-code&state=secret-state'])
  expect(text).toContain('signed in to Yoto')
  expect(text).not.toMatch(/secret|<script|<style|href|src=/)
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'content-security-policy': expect.stringContaining("default-src 'none'"),
  })
})

test.each([
  ['refused', 400],
  ['conflict', 409],
  ['unprocessable', 400],
  ['unavailable', 503],
] as const)('a sign-in that fails with %s is answered in fixed words', async (code, status) => {
  outcome = async () => Promise.reject(new AppError(code, 'said by <b>Yoto</b> about secret-code'))
  const answer = await ask('/callback?code=secret-code&error_description=%3Cscript%3Eevil%3C/script%3E')
  expect(answer.status).toBe(status)
  expect(answer.text).toContain('Not signed in')
  expect(answer.text).not.toMatch(/secret|evil|<b>/)
})

test('a sign-in that could not be stored yet asks nobody to load the page again', async () => {
  const details = { tried_again: true }
  outcome = async () => Promise.reject(new AppError('unavailable', 'the disk is full', { details }))
  const { status, text } = await ask('/callback?code=1')
  expect(status).toBe(503)
  expect(text).toContain('tried again by itself')
  expect(text).not.toContain('again in a moment')
})

test('a fault of ours is a page too', async () => {
  outcome = async () => Promise.reject(new Error('secret'))
  const answer = await ask('/callback?code=1')
  expect([answer.status, answer.text.includes('secret')]).toEqual([500, false])
  expect(log.lines).toHaveLength(1)
})

test('only GET of exactly that path is understood, and only under its own name', async () => {
  for (const path of [
    '/',
    '/callback/',
    '/callbac',
    '/callback/../callback',
    '//callback',
    '/CALLBACK',
    '/api/account',
  ])
    expect([path, (await ask(`${path}?code=1`)).status]).toEqual([path, 404])
  for (const method of ['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'])
    expect([method, (await ask('/callback?code=1', { method })).status]).toEqual([method, 405])
  for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1', `localhost:${port}`])
    expect([host, (await ask('/callback?code=1', { host })).status]).toEqual([host, 403])
  expect(completed).toEqual([])
})

test('too much is not read', async () => {
  expect((await ask(`/callback?code=${'x'.repeat(20_000)}`)).status).toBe(431)
  expect(completed).toEqual([])
})

test('a port in use is said in words', async () => {
  await expect(open()).rejects.toMatchObject({
    code: 'unavailable',
    message: `127.0.0.1:${port} cannot be listened on: it is in use by another program`,
  })
})

test('whoever is being answered when it closes gets the answer', async () => {
  let release = () => {}
  outcome = () => new Promise((resolve) => (release = resolve))
  const asking = ask('/callback?code=1')
  while (completed.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  const idle = connect(port, '127.0.0.1')
  idle.on('error', () => undefined)
  await once(idle, 'connect')
  const stopped = door.stop()
  release()
  expect((await asking).status).toBe(200)
  await stopped
  await expect(ask('/callback')).rejects.toThrow()
})

test('only plain HTTP to this machine itself is waited for', () => {
  const here = ['http://127.0.0.1:8787/callback', 'http://localhost/x', 'http://[::1]:8787/callback']
  const elsewhere = [
    'https://127.0.0.1:8787/callback',
    'http://192.168.1.2:8787/',
    'https://home.example/back',
  ]
  expect(here.map(isOnThisMachine)).toEqual([true, true, true])
  expect(elsewhere.map(isOnThisMachine)).toEqual([false, false, false])
})
