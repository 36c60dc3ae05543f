import { afterEach, expect, test } from 'vitest'
import { decode } from './audio/decode.ts'
import { testWith } from './support/programs.ts'
import { type RunningApp, runApp } from './support/running-app.ts'

let house: RunningApp

afterEach(() => house.remove())

const burstBytes = 166 * 384
const patience = { timeout: 15_000, interval: 20 }

/** Listens to an address; what has come can be asked for at any time. */
async function listen(url: string) {
  const leaving = new AbortController()
  const answer = await fetch(url, { signal: leaving.signal })
  const chunks: Uint8Array[] = []
  let end: 'clean' | 'broken' | null = null
  const reading = (async () => {
    for await (const chunk of answer.body ?? []) chunks.push(chunk)
  })().then(
    () => {
      end = 'clean'
    },
    () => {
      end = 'broken'
    },
  )
  return {
    answer,
    bytes: () => Buffer.concat(chunks),
    end: () => end,
    async leave() {
      leaving.abort()
      await reading
    },
  }
}

async function liveStream(files: readonly string[], options: { pace?: number } = {}): Promise<string> {
  house = await runApp(options)
  await house.call('POST', '/streams/bath/queue', { files })
  const changed = await house.call('PUT', '/streams/bath', { mode: 'live', loop: true })
  expect(changed.status).toBe(200)
  return `${house.app.panelUrl}/api/streams/bath/stream.mp3`
}

const nowPlaying = () => house.app.hub.queue('bath')?.current ?? null

test('a stream that is made live is heard as it is, and tells what it plays', async () => {
  const url = await liveStream(['music/counting-song.mp3', 'music/good-morning.mp3'])
  const first = nowPlaying()
  const hearing = await listen(url)
  expect(hearing.answer.headers.get('content-length')).toBeNull()
  expect(hearing.answer.headers.get('cache-control')).toBe('no-store')
  await expect.poll(() => hearing.bytes().length, patience).toBeGreaterThanOrEqual(burstBytes)
  await expect.poll(nowPlaying, patience).not.toBe(first)
  await hearing.leave()
  expect(hearing.bytes().length).toBeGreaterThan(burstBytes)
})

testWith(
  ['ffmpeg'],
  'what changes while a live stream is heard is a clean cut, and so is the end of the product',
  async () => {
    const url = await liveStream(['music/lullaby-one.mp3', 'music/lullaby-two.mp3'])
    const hearing = await listen(url)
    await expect.poll(() => hearing.bytes().length, patience).toBeGreaterThan(burstBytes)
    const { body } = await house.call('GET', '/streams/bath/queue')
    const [item] = (body as { items: { id: string }[] }).items
    expect(item?.id).toBe(nowPlaying())
    expect((await house.call('DELETE', '/streams/bath/queue/0')).status).toBe(200)
    const before = hearing.bytes().length
    await expect.poll(() => hearing.bytes().length, patience).toBeGreaterThan(before + burstBytes)
    await house.stop()
    await expect.poll(() => hearing.end(), patience).toBe('clean')
    expect(hearing.bytes().length % 384).toBe(0)
    expect((await decode(hearing.bytes())).said).toBe('')
  },
)

test('who listened when the product was stopped goes on with it after its next start', {
  tags: 'slow',
}, async () => {
  const url = await liveStream(['music/lullaby-one.mp3', 'music/lullaby-two.mp3'])
  const hearing = await listen(url)
  await expect.poll(() => hearing.bytes().length, patience).toBeGreaterThan(2 * burstBytes)
  await house.stop()
  const again = await runApp({ data: house.data })
  house = again
  const then = await listen(`${again.app.panelUrl}/api/streams/bath/stream.mp3`)
  await expect.poll(() => then.bytes().length, patience).toBeGreaterThanOrEqual(burstBytes)
  await then.leave()
  // The end of what was sent and the beginning of what comes now overlap by what had been sent ahead.
  const at = hearing.bytes().indexOf(then.bytes().subarray(0, 384))
  expect(at).toBeGreaterThan(0)
  expect(
    hearing
      .bytes()
      .subarray(at)
      .equals(then.bytes().subarray(0, hearing.bytes().length - at)),
  ).toBe(true)
})

test('who began to listen the moment before the product stops is in its history', {
  tags: 'slow',
}, async () => {
  await liveStream(['music/counting-song.mp3', 'music/good-morning.mp3'], { pace: 1 })
  const { body } = await house.call('GET', '/streams/bath/queue')
  const url = (body as { url: string }).url.replace(house.app.publicUrl, house.app.mediaUrl)
  const hearing = await listen(url)
  await house.stop()
  await hearing.leave()
  house = await runApp({ data: house.data })
  const { events } = (await house.call('GET', '/events?limit=1000')).body as {
    events: { kind: string; stream: string | null; what: { type: string } }[]
  }
  const told = events.flatMap(({ kind, stream, what }) => (stream === 'bath' ? `${kind} ${what.type}` : []))
  // The newest first.
  expect(told.slice(0, 2)).toEqual(['event stream_requested', 'request whole'])
})
