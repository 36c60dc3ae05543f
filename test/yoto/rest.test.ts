import { afterEach, beforeEach, expect, test } from 'vitest'
import { YotoRest } from '../../src/yoto/rest.ts'
import { type Line, recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { advanceUntil, settle } from './support/advance.ts'
import { type Answer, inTurn, WebServer } from './support/web-server.ts'

let server: WebServer
let clock: VirtualClock
let rest: YotoRest
let lines: Line[]

beforeEach(async () => {
  server = new WebServer()
  clock = new VirtualClock()
  const log = recordingLog()
  lines = log.lines
  const accessToken = async () => 'secret-one'
  rest = new YotoRest({ apiUrl: await server.start(), accessToken, clock, log, random: () => 0 })
})

afterEach(() => server.stop())

const read = (path: string) => rest.repeatable({ method: 'GET', path })
const paths = () => server.received.map(({ path }) => path)
const secondsFrom = (start: number) => (clock.now().getTime() - start) / 1000

test('a 429 holds back all calls until the time it names', async () => {
  const start = clock.now().getTime()
  const seen: number[] = []
  const answers = inTurn({ status: 429, headers: { 'Retry-After': '30' } }, {})
  server.answer = () => {
    seen.push(secondsFrom(start))
    return answers()
  }
  const one = read('/one')
  await advanceUntil(clock, () => server.received.length === 1, 0)
  await settle()
  const others = Promise.all([read('/two'), rest.once({ method: 'POST', path: '/three', body: '{}' })])
  await advanceUntil(clock, () => server.received.length === 4)
  await Promise.all([one, others])
  expect(seen[0]).toBe(0)
  for (const second of seen.slice(1)) expect(second).toBeGreaterThanOrEqual(30)
  expect(paths().sort()).toEqual(['/one', '/one', '/three', '/two'])
  expect(lines.filter(({ level }) => level === 'warn')).toHaveLength(1)
})

test('a rest of many minutes is told at once, kept, and over in an hour at the latest', async () => {
  server.answer = inTurn({ status: 429, headers: { 'Retry-After': '999999' } }, {})
  await expect(read('/one')).rejects.toMatchObject({ code: 'unavailable' })
  await expect(read('/two')).rejects.toMatchObject({
    code: 'unavailable',
    details: { retry_after_s: 3600 },
  })
  expect(paths()).toEqual(['/one'])
  await clock.advance(3_600_000)
  await read('/two')
  expect(paths()).toEqual(['/one', '/two'])
})

test('four calls go on at once, the others in the order they came', async () => {
  const waiting: (() => void)[] = []
  server.answer = () => new Promise<Answer>((resolve) => waiting.push(() => resolve({})))
  const calls = Array.from({ length: 7 }, (_, index) => read(`/${index}`))
  await expect.poll(() => paths().sort()).toEqual(['/0', '/1', '/2', '/3'])
  waiting.shift()?.()
  await expect.poll(() => paths()[4]).toBe('/4')
  expect(paths()).toHaveLength(5)
  while (server.received.length < 7 || waiting.length > 0) {
    waiting.shift()?.()
    await settle()
  }
  await Promise.all(calls)
})

test('each call ends within its own two minutes, whatever the server does', async () => {
  server.answer = () => new Promise(() => {})
  const start = clock.now().getTime()
  let ended = 0
  const calls = Array.from({ length: 12 }, async (_, index) => {
    const outcome = await read(`/${index}`).catch((error: Error) => error)
    expect(outcome).toMatchObject({ code: 'unavailable' })
    expect(secondsFrom(start)).toBeLessThanOrEqual(121)
    ended++
  })
  await advanceUntil(clock, () => ended === 12, 1_000)
  await Promise.all(calls)
})

test('what may have been done is not done twice, and the error says so', async () => {
  server.answer = () => ({ hangUp: true })
  await expect(rest.once({ method: 'POST', path: '/content', body: '{}' })).rejects.toMatchObject({
    code: 'unavailable',
    message: 'POST /content got no answer of Yoto; it may have been done all the same',
  })
  expect(server.received).toHaveLength(1)
})

test('no token stands in an error, not even where Yoto says it', async () => {
  const error = { code: 'secret-one', message: 'Bearer secret-one is no good' }
  server.answer = () => ({ status: 400, body: { error } })
  const thrown = await read('/one').catch((each: Error) => each)
  expect(thrown).toMatchObject({ code: 'refused', message: expect.stringContaining('Bearer … is no good') })
  expect(JSON.stringify([thrown, lines])).not.toContain('secret-one')
})
