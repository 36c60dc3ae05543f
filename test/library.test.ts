import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { decode } from './audio/decode.ts'
import { makeSound } from './audio/import/make.ts'
import { testWith } from './support/programs.ts'
import { type RunningApp, runApp } from './support/running-app.ts'

let house: RunningApp

afterEach(() => house.remove())

interface Entry {
  readonly file: string
  readonly title: string
  readonly state: string
  readonly seconds: number | null
  readonly progress?: number
  readonly reason?: string
}

async function entry(file: string): Promise<Entry | undefined> {
  const { body } = await house.call('GET', '/library')
  return (body as { files: Entry[] }).files.find((each) => each.file === file)
}

/** The events of `/api/live` that come before this one. */
async function heardUntil(name: string): Promise<void> {
  const answer = await fetch(`${house.app.panelUrl}/api/live`)
  if (answer.body === null) throw new Error('there is no stream of events')
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (!text.includes(`event: ${name}\n`)) {
    const { value, done } = await reader.read()
    if (done) throw new Error(`the stream ended before ${name}`)
    text += value
  }
  await reader.cancel()
}

testWith(
  ['ffmpeg'],
  'a file of any kind that is put into the folder can be queued at once, and is heard when it is imported',
  async () => {
    house = await runApp()
    const told = heardUntil('library')
    const media = join(house.data, 'media')
    // Its name says that it is an MP3, and it is none.
    await makeSound(media, 'Ein Lied + 100%.mp3', {
      from: 'sine=f=440:d=3',
      options: ['-metadata', 'title=Am Brunnen', '-c:a', 'aac', '-f', 'ipod'],
    })
    await told
    const queued = await house.call('POST', '/streams/bath/queue', { files: ['Ein Lied + 100%.mp3'] })
    expect(queued.status).toBe(200)
    await expect
      .poll(() => entry('Ein Lied + 100%.mp3'), { timeout: 20_000 })
      .toMatchObject({ state: 'ready', title: 'Am Brunnen' })
    const { body } = await house.call('GET', '/streams/bath/queue')
    expect(body).toMatchObject({ items: [{ state: 'ready', title: 'Am Brunnen' }] })
    const answer = await fetch(`${house.app.panelUrl}/api/streams/bath/stream.mp3`)
    const bytes = Buffer.from(await answer.arrayBuffer())
    expect(answer.headers.get('content-length')).toBe(String(bytes.length))
    const { said, samples } = await decode(bytes)
    expect(said).toBe('')
    expect(samples / 48_000).toBeCloseTo(3, 1)
  },
)

test('what can never be played says why, and keeps nothing else from being there', async () => {
  house = await runApp()
  await writeFile(join(house.data, 'media', 'list.mp3'), '#EXTM3U\n/etc/passwd\n')
  await expect.poll(() => entry('list.mp3'), { timeout: 20_000 }).toMatchObject({ state: 'refused' })
  expect((await entry('list.mp3'))?.reason).toMatch(/list/)
  const queued = await house.call('POST', '/streams/bath/queue', { files: ['list.mp3'] })
  expect(queued).toMatchObject({ status: 422, body: { error: { code: 'unprocessable' } } })
  expect((await entry('stories/sea.mp3'))?.state).toBe('ready')
})

test('a folder that is away is said, and is no library without files', async () => {
  house = await runApp()
  const media = join(house.data, 'media')
  await rename(media, `${media}-away`)
  const away = { error: { code: 'unavailable', message: expect.stringContaining('is its disk away?') } }
  expect(await house.call('GET', '/library')).toMatchObject({ status: 503, body: away })
  expect(await house.call('POST', '/library/search', { text: 'sea' })).toMatchObject({
    status: 503,
    body: away,
  })
  await rename(`${media}-away`, media)
  expect(await house.call('GET', '/library')).toMatchObject({ status: 200 })
})
