import { expect, test } from 'vitest'
import { AppError } from '../../src/core/error.ts'
import { networkOf } from '../../src/http/client-address.ts'
import { UnknownKeys } from '../../src/http/unknown-keys.ts'
import { openMediaDoor, queueKey, streamKey } from '../support/media-door.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

const from = (address: string) => ({ headers: { 'x-test-address': address } })
const stream = (key: string) => `/media/${key}/stream.mp3`

test('thirty unknown keys are looked up at once, then one every two seconds', async () => {
  const { url, clock } = await openMediaDoor()
  const ask = () => fetch(url + stream('unknown'), from('10.0.0.9'))
  for (let count = 0; count < 30; count++) expect((await ask()).status).toBe(404)
  const refused = await ask()
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '2'])
  expect(await refused.json()).toEqual({
    error: {
      code: 'too_many',
      message: 'too many keys that do not exist were asked for; try again later',
    },
  })
  await clock.advance(2000)
  expect([(await ask()).status, (await ask()).status]).toEqual([404, 429])
  await clock.advance(60_000)
  for (let count = 0; count < 30; count++) expect((await ask()).status).toBe(404)
  expect((await ask()).status).toBe(429)
})

test('a known key is served also to an address that is over its limit, and other addresses notice nothing', async () => {
  const { url } = await openMediaDoor()
  for (let count = 0; count < 40; count++) await fetch(url + stream(`unknown-${count}`), from('10.0.0.9'))
  for (const path of [stream(streamKey), `/media/${queueKey}/start.mp3`]) {
    const known = await fetch(url + path, { ...from('10.0.0.9'), method: 'HEAD' })
    expect([path, known.status]).toEqual([path, 200])
  }
  expect((await fetch(url + stream('unknown'), from('10.0.0.9'))).status).toBe(429)
  expect((await fetch(url + stream('unknown'), from('10.0.0.8'))).status).toBe(404)
})

test('no answer tells a key that nobody has from a known one without that file', async () => {
  const { url } = await openMediaDoor()
  const answerTo = async (path: string, method = 'GET') => {
    const answer = await fetch(url + path, { ...from('10.0.0.9'), method })
    const headers = Object.fromEntries(answer.headers)
    for (const varying of ['date', 'retry-after']) delete headers[varying]
    return { status: answer.status, headers, body: await answer.text() }
  }
  const files = ['start.mp3', 'now-c.mp3', 'audio.mp3', 'stream.mp3/', '']
  for (let round = 0; round < 12; round++) {
    for (const file of files) {
      for (const method of ['GET', 'HEAD', 'POST']) {
        const unknown = await answerTo(`/media/${'x'.repeat(streamKey.length)}/${file}`, method)
        expect(await answerTo(`/media/${streamKey}/${file}`, method), `${method} ${file}`).toEqual(unknown)
      }
    }
  }
  // Also of those that were refused.
  expect((await answerTo(`/media/${streamKey}/start.mp3`)).status).toBe(429)
})

test('an IPv6 client is its network of 64 bits, an IPv4 client its address', () => {
  const networks = [
    ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
    ['2001:DB8:0001:0002:0:0:0:1', '2001:db8:1:2::/64'],
    ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['10.0.0.1', '10.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['', ''],
  ]
  expect(networks.map(([address = '']) => [address, networkOf(address)])).toEqual(networks)
})

test('the addresses of one IPv6 network share a limit', () => {
  const keys = new UnknownKeys({ clock: new VirtualClock(), log: recordingLog() })
  for (let host = 1; host <= 30; host++) keys.count(`2001:db8::${host.toString(16)}`)
  expect(() => keys.count('2001:db8::ffff')).toThrow(AppError)
  keys.count('2001:db8:0:1::1')
})

test('a flood from many addresses takes little memory, and still cannot guess on', {
  tags: 'slow',
}, async () => {
  const clock = new VirtualClock()
  const log = recordingLog()
  const keys = new UnknownKeys({ clock, log })
  let looked = 0
  for (let flood = 0; flood < 50_000; flood++) {
    try {
      keys.count(`2001:db8:${(flood >> 16).toString(16)}:${(flood & 0xffff).toString(16)}::1`)
      looked++
    } catch (error) {
      expect(error).toMatchObject({ code: 'too_many' })
    }
  }
  expect(keys.size).toBeLessThanOrEqual(10_001)
  expect(looked).toBe(10_030)
  expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1)
  await clock.advance(61_000)
  keys.count('10.0.0.1')
  expect(keys.size).toBe(1)
})

test('a clock that is set back locks nobody out for longer than a minute', async () => {
  const start = '2026-11-21T10:00:00Z'
  let clock = new VirtualClock(start)
  const keys = new UnknownKeys({
    clock: { now: () => clock.now(), at: () => () => undefined, sleep: async () => undefined },
    log: recordingLog(),
  })
  for (let count = 0; count < 30; count++) keys.count('10.0.0.1')
  clock = new VirtualClock('2026-11-20T10:00:00Z')
  expect(() => keys.count('10.0.0.1')).toThrow(AppError)
  await clock.advance(61_000)
  keys.count('10.0.0.1')
})
