import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { decode } from './audio/decode.ts'
import { makeSound, workFolder } from './audio/import/make.ts'
import { testWith } from './support/programs.ts'
import { type RunningApp, runApp } from './support/running-app.ts'

let house: RunningApp

afterEach(() => house.remove())

interface Seen {
  readonly id: string
  readonly state: string
  readonly received: number
  readonly reason?: string
}

async function begin(name: string, size: number, replace = false): Promise<Seen> {
  const { status, body } = await house.call('POST', '/library/uploads', { name, size, replace })
  expect(status, JSON.stringify(body)).toBe(200)
  return body
}

async function send(id: string, bytes: Uint8Array, offset = 0): Promise<Seen> {
  const answer = await fetch(`${house.app.panelUrl}/api/library/uploads/${id}`, {
    method: 'POST',
    headers: { 'content-type': 'audio/mp4', 'upload-offset': String(offset) },
    body: bytes,
  })
  return (await answer.json()) as Seen
}

/** The states that it is seen in until it is in this one. */
async function statesUntil(
  id: string,
  last: string,
): Promise<{ states: string[]; reason: string | undefined }> {
  const all: Seen[] = []
  const look = async () => {
    all.push((await house.call('GET', `/library/uploads/${id}`)).body)
    return all.at(-1)?.state
  }
  await expect.poll(look, { timeout: 30_000, interval: 20 }).toBe(last)
  const states = [...new Set(all.map(({ state }) => state))]
  return { states, reason: all.at(-1)?.reason }
}

testWith(
  ['ffmpeg'],
  'a file that is uploaded in two runs of the product is imported, can be queued, and is heard',
  { timeout: 90_000 },
  async () => {
    const work = await workFolder()
    const path = await makeSound(work, 'song.m4a', {
      from: 'sine=f=440:d=20',
      options: ['-c:a', 'aac', '-b:a', '128k', '-metadata', 'title=Am Brunnen'],
    })
    const bytes = readFileSync(path)
    const half = Math.floor(bytes.length / 2)
    house = await runApp()
    const { id } = await begin('neu/Brünnlein + 100%.m4a', bytes.length)
    expect(await send(id, bytes.subarray(0, half))).toMatchObject({ state: 'waiting', received: half })
    await house.stop()

    house = await runApp({ data: house.data })
    expect(await begin('neu/Brünnlein + 100%.m4a', bytes.length)).toMatchObject({ id, received: half })
    expect(await send(id, bytes.subarray(half), half)).toMatchObject({ state: 'importing' })
    const queued = await house.call('POST', '/streams/bath/queue', { files: ['neu/Brünnlein + 100%.m4a'] })
    expect(queued.status).toBe(200)
    const { states } = await statesUntil(id, 'ready')
    expect(states).toEqual(['importing', 'ready'])
    const { body } = await house.call('GET', '/streams/bath/queue')
    expect(body).toMatchObject({ items: [{ state: 'ready', title: 'Am Brunnen' }] })
    const answer = await fetch(`${house.app.panelUrl}/api/streams/bath/stream.mp3`)
    const { said, samples } = await decode(Buffer.from(await answer.arrayBuffer()))
    expect(said).toBe('')
    expect(samples / 48_000).toBeCloseTo(20, 1)
  },
)

test('an "mp3" that is a list of other files is refused, reads none of them, and is said to be in the folder', async () => {
  house = await runApp()
  const list = Buffer.from(
    `#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n${join(house.data, 'media', 'stories', 'sea.mp3')}\n#EXT-X-ENDLIST\n`,
  )
  const { id } = await begin('list.mp3', list.length)
  await send(id, list)
  const { reason } = await statesUntil(id, 'refused')
  expect(reason).toMatch(/list/)
  const { body } = await house.call('GET', '/library')
  expect(body).toMatchObject({
    files: expect.arrayContaining([expect.objectContaining({ file: 'list.mp3', state: 'refused' })]),
  })
})

test('the option is what limits an upload', async () => {
  house = await runApp({ env: { YOTO_STREAM_MEDIA_UPLOAD_LIMIT_MB: '1' } })
  const { status, body } = await house.call('POST', '/library/uploads', { name: 'x.mp3', size: 1_048_577 })
  expect([status, body]).toMatchObject([413, { error: { code: 'too_large' } }])
})
