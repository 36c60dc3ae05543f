import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AudioToUpload } from '../../src/core/card-upload.ts'
import { YotoApi } from '../../src/yoto/api.ts'
import { House } from '../simulator/support/house.ts'
import { type Line, recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { type Answer, WebServer } from './support/web-server.ts'

const frame = Buffer.concat([Buffer.from([0xff, 0xfb, 0x94, 0x64])], 384)

/** So many frames of 24 ms; another `name` is another sound. */
function audioOf(
  frames: number,
  name = 'one',
): AudioToUpload<Readable> & { readonly bytes: Buffer; opened: number } {
  const bytes = Buffer.alloc(frames * frame.length, frame)
  bytes.write(name, 100)
  const audio = {
    bytes,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    filename: `${name}.mp3`,
    type: 'audio/mpeg',
    size: bytes.length,
    opened: 0,
    async open() {
      audio.opened++
      return chunks(bytes)
    },
  }
  return audio
}

/** In pieces, as a file is read. */
function chunks(bytes: Buffer): Readable {
  const at = Array.from({ length: Math.ceil(bytes.length / 50_000) }, (_, index) => index * 50_000)
  return Readable.from(at.map((start) => bytes.subarray(start, start + 50_000)))
}

/** The outcome, while time goes on by itself, and slowly while a call waits for its answer. */
async function outcomeOf<Value>(
  call: Promise<Value>,
  { clock, calls }: { clock: VirtualClock; calls: () => number },
): Promise<Value | Error> {
  let outcome: Value | Error | undefined
  call.then(
    (value) => {
      outcome = value
    },
    (thrown: Error) => {
      outcome = thrown
    },
  )
  for (let turns = 0; outcome === undefined; turns++) {
    if (turns > 20_000) throw new Error('it never ended')
    await clock.advance(calls() > 0 ? 10 : 200)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  return outcome
}

/** Counts the calls that wait for an answer. */
function counting() {
  let waiting = 0
  const counted: typeof fetch = async (...asked) => {
    waiting++
    try {
      return await fetch(...asked)
    } finally {
      waiting--
    }
  }
  return { fetch: counted, calls: () => waiting }
}

describe('at the simulated Yoto', () => {
  let house: House
  let api: YotoApi
  let lines: Line[]
  let token: string
  let calls: () => number
  const put = /^PUT \/uploaded/

  beforeEach(async () => {
    house = await House.open()
    token = (await house.signIn()).access_token
    const log = recordingLog()
    lines = log.lines
    const { fetch, calls: counted } = counting()
    calls = counted
    const { apiUrl } = house.cloud
    const accessToken = async () => token
    api = new YotoApi({ apiUrl, accessToken, clock: house.clock, log, fetch, random: () => 0 })
  })

  afterEach(() => house.close())

  const upload = (audio: AudioToUpload<Readable>, options = {}) =>
    outcomeOf(api.uploadAudio(audio, options), { clock: house.clock, calls })
  const received = () => house.cloud.media.received
  const trouble = () => house.cloud.restTrouble

  test('audio becomes what cards can name, in the words of the answer', async () => {
    const audio = audioOf(1_000)
    const shares: number[] = []
    const media = await upload(audio, { onProgress: (share: number) => shares.push(share) })
    const [known] = house.cloud.media.all()
    expect(media).toEqual({
      id: known?.id,
      duration_s: 24,
      bytes: 288_000,
      format: 'opus',
      channels: 'stereo',
    })
    expect(received()).toEqual([{ filename: 'one.mp3', sha256: audio.sha256, bytes: 384_000 }])
    expect(shares.length).toBeGreaterThan(5)
    expect(shares).toEqual([...shares].sort((one, other) => one - other))
    expect(shares.at(-1)).toBeLessThanOrEqual(1)
  })

  test('what Yoto knows is not sent again', async () => {
    const first = await upload(audioOf(100))
    const again = audioOf(100)
    expect(await upload(again)).toEqual(first)
    expect(again.opened).toBe(0)
    expect(received().length).toBe(1)
  })

  test('what breaks off at 70 % is sent again, whole', async () => {
    const broken = trouble().add({ call: put, times: 2, status: null, after: 0.7 })
    const audio = audioOf(5_000)
    expect(await upload(audio)).toMatchObject({ duration_s: 120 })
    expect(broken.taken).toBe(2)
    expect(audio.opened).toBe(3)
    expect(received()).toEqual([{ filename: 'one.mp3', sha256: audio.sha256, bytes: audio.size }])
  })

  test.each([
    ['is busy', { status: 503 }],
    ['wants fewer', { status: 429, retryAfterSeconds: 7 }],
    ['says that the address has run out', { status: 403 }],
    ['says nothing for a minute', { status: 'never' as const }],
    ['has taken all of it, but does not say so', { status: null, done: true }],
  ])('a store that %s is asked again', async (_, fault) => {
    const order = trouble().add({ call: put, times: 1, ...fault })
    const startMs = house.clock.now().getTime()
    expect(await upload(audioOf(300))).toMatchObject({ duration_s: 7 })
    expect(order.taken).toBe(1)
    expect(received().length).toBe(1)
    if ('retryAfterSeconds' in fault)
      expect(house.clock.now().getTime() - startMs).toBeGreaterThanOrEqual(7_000)
  })

  test('where it breaks off every time that is said, and the next time is another', async () => {
    const order = trouble().add({ call: put, times: 4, status: null, after: 0.7 })
    const failed = await upload(audioOf(300))
    expect(failed).toMatchObject({ code: 'unavailable', message: expect.stringContaining('tried again') })
    expect(order.taken).toBe(4)
    expect(await upload(audioOf(300))).toMatchObject({ duration_s: 7 })
  })

  test('a transcoding that never ends ends, and what was sent is not lost', { tags: 'slow' }, async () => {
    house.cloud.media.polls = Number.POSITIVE_INFINITY
    const startMs = house.clock.now().getTime()
    expect(await upload(audioOf(100))).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('nothing is lost'),
    })
    const minutes = (house.clock.now().getTime() - startMs) / 60_000
    expect(minutes).toBeGreaterThan(9)
    expect(minutes).toBeLessThan(15)
    house.cloud.media.polls = 0
    const again = audioOf(100)
    expect(await upload(again)).toMatchObject({ duration_s: 2 })
    expect(again.opened).toBe(0)
  })

  test.each([
    ['GET /media/transcode/audio/uploadUrl', 429],
    ['GET /media/transcode/audio/uploadUrl', 500],
    ['GET /media/transcode/audio/uploadUrl', null],
    ['GET /media/upload/', 429],
    ['GET /media/upload/', 502],
    ['GET /media/upload/', 404],
    ['GET /media/upload/', null],
  ])('%s is asked again after %s', async (call, status) => {
    const order = trouble().add({ call: new RegExp(`^${call}`), times: 1, status, retryAfterSeconds: 1 })
    expect(await upload(audioOf(100))).toMatchObject({ duration_s: 2 })
    expect(order.taken).toBe(1)
    expect(received().length).toBe(1)
  })

  test('a sign-in without the scope is told which it may lack', async () => {
    token = (await house.signIn('user:content:view')).access_token
    expect(await upload(audioOf(100))).toMatchObject({
      code: 'refused',
      message: expect.stringContaining('may lack a scope'),
    })
    expect(received()).toEqual([])
  })

  test('bytes that are not those that were announced do not become a track', async () => {
    const audio = audioOf(100)
    const other = { ...audio, open: async () => chunks(audioOf(100, 'other').bytes) }
    expect(await upload(other)).toMatchObject({ code: 'refused' })
    const shorter = { ...audio, open: async () => chunks(audio.bytes.subarray(0, 9_000)) }
    expect(await upload(shorter)).toMatchObject({ code: 'conflict' })
    const longer = { ...audio, open: async () => chunks(Buffer.concat([audio.bytes, frame])) }
    expect(await upload(longer)).toMatchObject({ code: 'conflict' })
    const gone = { ...audio, open: () => Promise.reject(new Error('the file is gone')) }
    expect(await upload(gone)).toBeInstanceOf(Error)
    expect(house.cloud.media.all()).toEqual([])
  })

  test('no file stays open, however it ends', async () => {
    const opened: Readable[] = []
    const audio = audioOf(2_000)
    const watched = {
      ...audio,
      async open() {
        const stream = chunks(audio.bytes)
        opened.push(stream)
        return stream
      },
    }
    trouble().add({ call: put, times: 1, status: null, after: 0.3 })
    trouble().add({ call: put, times: 1, status: null })
    trouble().add({ call: put, times: 1, status: 503 })
    expect(await upload(watched)).toMatchObject({ duration_s: 48 })
    expect(opened.map(({ destroyed }) => destroyed)).toEqual([true, true, true, true])
  })

  test('who has enough of it ends it at once, wherever it is', async () => {
    for (const fault of [
      { call: put, status: 'never' as const },
      { call: /transcoded/, status: 'never' as const },
    ]) {
      trouble().clear()
      const order = trouble().add({ ...fault, times: 1 })
      const stop = new AbortController()
      const startMs = house.clock.now().getTime()
      const ended = api.uploadAudio(audioOf(200), { signal: stop.signal }).catch((error: Error) => error)
      await house.until(() => order.taken === 1)
      stop.abort(new Error('enough'))
      expect(await ended).toMatchObject({ message: 'enough' })
      expect(house.clock.now().getTime() - startMs).toBeLessThan(20_000)
    }
  })

  test('neither the token nor the address stands in what is said of it', async () => {
    trouble().add({ call: put, times: 4, status: 503 })
    const failed = await upload(audioOf(100))
    const said = JSON.stringify([lines, String(failed), String((failed as Error).cause)])
    expect(said).toContain('status 503')
    expect(said).not.toContain(token)
    expect(said).not.toContain('/uploaded/')
  })
})

describe('at a stranger in the place of Yoto', () => {
  let server: WebServer
  let clock: VirtualClock
  let api: YotoApi
  let calls: () => number
  const id = 'x'.repeat(43)
  const info = { duration: 2.4, fileSize: 28_800, format: 'opus', channels: 'stereo' }

  beforeEach(async () => {
    server = new WebServer()
    clock = new VirtualClock()
    const { fetch, calls: counted } = counting()
    calls = counted
    const accessToken = async () => 'secret-one'
    const apiUrl = await server.start()
    api = new YotoApi({ apiUrl, accessToken, clock, log: recordingLog(), fetch, random: () => 0 })
  })

  afterEach(() => server.stop())

  const upload = (audio: AudioToUpload<Readable>) => outcomeOf(api.uploadAudio(audio), { clock, calls })
  const puts = () => server.received.filter(({ method }) => method === 'PUT')
  /** Answers what is asked, with another answer to one of it. */
  const answering = (other: { address?: Answer; transcoded?: Answer | (() => Answer) } = {}) => {
    server.answer = ({ method, path }) => {
      if (method === 'PUT') return {}
      if (path.includes('uploadUrl'))
        return other.address ?? { body: { upload: { uploadId: 'u 1', uploadUrl: null } } }
      const { transcoded = { body: { transcode: { transcodedSha256: id, transcodedInfo: info } } } } = other
      return typeof transcoded === 'function' ? transcoded() : transcoded
    }
  }

  test('asks and names as the service is known to take it', async () => {
    answering()
    expect(await upload(audioOf(100, 'a tale & more'))).toMatchObject({ id, duration_s: 2, bytes: 28_800 })
    const [asked, polled] = server.received
    expect(asked?.path).toMatch(
      /^\/media\/transcode\/audio\/uploadUrl\?sha256=[0-9a-f]{64}&filename=a\+tale\+%26\+more\.mp3$/,
    )
    expect(polled?.path).toBe('/media/upload/u%201/transcoded?loudnorm=false')
  })

  test.each([
    ['http://192.0.2.7/x'],
    ['ftp://example.org/x'],
    ['file:///etc/passwd'],
    ['https://me:secret@example.org/x'],
    ['//example.org/x'],
    [''],
  ])('sends nothing to %s', async (uploadUrl) => {
    answering({ address: { body: { upload: { uploadId: 'u', uploadUrl } } } })
    expect(await upload(audioOf(100))).toMatchObject({ code: 'refused' })
    expect(puts()).toEqual([])
  })

  test('sends no token to the address, and follows nobody elsewhere', async () => {
    answering({ address: { body: { upload: { uploadId: 'u', uploadUrl: `${server.url}/put` } } } })
    expect(await upload(audioOf(10))).toMatchObject({ id })
    expect(puts()).toEqual([expect.objectContaining({ path: '/put', authorization: undefined })])
    const before = server.answer
    server.answer = (asked) =>
      asked.method === 'PUT' ? { status: 307, headers: { Location: `${server.url}/other` } } : before(asked)
    expect(await upload(audioOf(20))).toMatchObject({ code: 'refused' })
    expect(puts().map(({ path }) => path)).toEqual(['/put', '/put'])
  })

  test.each<[string, Answer]>([
    ['half a JSON', { body: '{"upload": {"uploadId": "u"' }],
    ['nothing', { body: '' }],
    ['no address', { body: { upload: { uploadId: 'u' } } }],
    ['no id', { body: { upload: { uploadUrl: null } } }],
    ['a list', { body: [] }],
  ])('%s in the place of an address is asked for again, and then told', async (_, address) => {
    answering({ address })
    expect(await upload(audioOf(100))).toMatchObject({ code: 'unavailable' })
    expect(server.received.length).toBe(4)
  })

  test.each<[string, unknown]>([
    ['a digest that is none', { transcodedSha256: '../x', transcodedInfo: info }],
    ['no facts', { transcodedSha256: id }],
    ['no format', { transcodedSha256: id, transcodedInfo: { ...info, format: null } }],
    ['a format that is none', { transcodedSha256: id, transcodedInfo: { ...info, format: '<b>' } }],
    ['a length that cannot be', { transcodedSha256: id, transcodedInfo: { ...info, duration: -1 } }],
    ['a size that cannot be', { transcodedSha256: id, transcodedInfo: { ...info, fileSize: 'big' } }],
    ['another file', { transcodedSha256: id, uploadSha256: 'f'.repeat(64), transcodedInfo: info }],
  ])('%s is not believed', async (_, transcode) => {
    answering({ transcoded: { body: { transcode } } })
    expect(await upload(audioOf(100))).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('cannot be right'),
    })
  })

  test.each([
    [1, 'mono'],
    ['mono', 'mono'],
    [2, 'stereo'],
    [undefined, 'stereo'],
  ])('channels of %s are %s', async (channels, word) => {
    const transcode = { transcodedSha256: id, transcodedInfo: { ...info, channels } }
    answering({ transcoded: { body: { transcode } } })
    expect(await upload(audioOf(100))).toMatchObject({ channels: word })
  })

  test('half an answer about the transcoding is asked for again, but not for ever', async () => {
    let asked = 0
    const whole = { body: { transcode: { transcodedSha256: id, transcodedInfo: info } } }
    answering({ transcoded: () => (++asked < 4 ? { body: '{"transcode": {"tra' } : whole) })
    expect(await upload(audioOf(100))).toMatchObject({ id })
    expect(asked).toBe(4)
    answering({ transcoded: { body: '{' } })
    expect(await upload(audioOf(100))).toMatchObject({ code: 'unavailable' })
  })

  test('asks at growing intervals, of half a second up to five', async () => {
    const times: number[] = []
    answering({
      transcoded: () => {
        times.push(clock.now().getTime())
        const done = { transcodedSha256: id, transcodedInfo: info }
        return times.length < 12 ? { status: 202, body: { transcode: {} } } : { body: { transcode: done } }
      },
    })
    await upload(audioOf(100))
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0))
    expect(waits[0]).toBeGreaterThanOrEqual(500)
    expect(waits.at(-1)).toBeGreaterThanOrEqual(5_000)
    expect(Math.max(...waits)).toBeLessThan(7_000)
  })

  test('four files are under way at once', async () => {
    const waiting: (() => void)[] = []
    let most = 0
    server.answer = ({ method, path }) => {
      if (method === 'PUT')
        return new Promise((resolve) => {
          waiting.push(() => resolve({}))
          most = Math.max(most, waiting.length)
        })
      if (path.includes('uploadUrl'))
        return { body: { upload: { uploadId: 'u', uploadUrl: `${server.url}/put` } } }
      return { body: { transcode: { transcodedSha256: id, transcodedInfo: info } } }
    }
    const all = Promise.all(Array.from({ length: 9 }, (_, index) => api.uploadAudio(audioOf(10 + index))))
    let done = false
    void all.then(() => {
      done = true
    })
    await expect.poll(() => waiting.length).toBe(4)
    for (let turns = 0; !done && turns < 2_000; turns++) {
      waiting.shift()?.()
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await all
    expect(most).toBe(4)
    expect(puts().length).toBe(9)
  })

  test('a file that Yoto does not take is not even announced', async () => {
    const huge = { ...audioOf(1), size: 1024 ** 3 + 1 }
    expect(await upload(huge)).toMatchObject({
      code: 'unprocessable',
      message: expect.stringContaining('1 GB'),
    })
    expect(server.received).toEqual([])
  })
})
