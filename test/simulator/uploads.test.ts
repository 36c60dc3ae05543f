import { createHash } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Collection } from '../../src/core/collection.ts'
import { memoryCollection } from '../support/memory-collection.ts'
import { House } from './support/house.ts'

let house: House
let media: Collection<unknown>

beforeEach(async () => {
  media = memoryCollection()
  house = await House.open({ media })
})

afterEach(() => house.close())

const frame = Buffer.concat([Buffer.from([0xff, 0xfb, 0x94, 0x64])], 384)
const sound = (frames: number) => Buffer.alloc(frames * frame.length, frame)
const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

interface Upload {
  readonly uploadId: string
  readonly uploadUrl: string | null
}

async function address(bytes: Buffer): Promise<Upload> {
  const path = `/media/transcode/audio/uploadUrl?sha256=${digest(bytes)}&filename=one.mp3`
  const { status, body } = await house.api('GET', path)
  expect(status).toBe(200)
  return (body as unknown as { upload: Upload }).upload
}

async function put(url: string | null, bytes: Buffer, headers: Record<string, string> = {}): Promise<number> {
  const answer = await fetch(url ?? '', {
    method: 'PUT',
    headers: { 'content-type': 'audio/mpeg', ...headers },
    body: new Uint8Array(bytes),
  })
  return answer.status
}

const poll = async ({ uploadId }: Upload) => {
  const { status, body } = await house.api('GET', `/media/upload/${uploadId}/transcoded?loudnorm=false`)
  return { status, transcode: (body as unknown as { transcode: Record<string, unknown> }).transcode }
}

async function uploaded(bytes: Buffer): Promise<string> {
  const upload = await address(bytes)
  expect(await put(upload.uploadUrl, bytes)).toBe(200)
  await poll(upload)
  return String((await poll(upload)).transcode.transcodedSha256)
}

const cardOf = (id: string, more: object = {}) => {
  const track = { key: '01', title: 'One', type: 'audio', format: 'opus', trackUrl: `yoto:#${id}`, ...more }
  return { title: 'Own', content: { chapters: [{ key: '01', title: 'One', tracks: [track] }] } }
}

test('an upload goes as it was recorded', async () => {
  const upload = await address(sound(500))
  expect(await poll(upload)).toMatchObject({ status: 202, transcode: { progress: { percent: 0 } } })
  expect(await put(upload.uploadUrl, sound(500))).toBe(200)
  const { uploadId } = upload
  house.cloud.media.polls = 2
  expect(await poll(upload)).toMatchObject({
    status: 202,
    transcode: { uploadId, progress: { percent: 40 } },
  })
  expect(await poll(upload)).toEqual({
    status: 200,
    transcode: {
      uploadId,
      uploadFilename: 'one.mp3',
      uploadSha256: digest(sound(500)),
      transcodedAt: expect.any(String),
      transcodedSha256: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      transcodedInfo: {
        ...{ duration: 12, codec: 'opus', format: 'opus', sampleRate: 48_000, bitrate: 96_000 },
        ...{ channels: 'stereo', fileSize: 144_000, metadata: {} },
      },
    },
  })
})

test('bytes that came once have no address, also after a restart', async () => {
  const id = await uploaded(sound(500))
  const known = await address(sound(500))
  expect(known.uploadUrl).toBeNull()
  await house.close()
  house = await House.open({ media })
  const again = await address(sound(500))
  expect(again.uploadUrl).toBeNull()
  await poll(again)
  expect((await poll(again)).transcode.transcodedSha256).toBe(id)
})

test('what is not as it was announced is refused', async () => {
  const { uploadUrl } = await address(sound(500))
  expect(await put(uploadUrl, sound(501))).toBe(400)
  expect(await put(uploadUrl, sound(500), { authorization: 'Bearer x' })).toBe(400)
  expect(await put(uploadUrl, sound(500), { 'content-type': 'text/plain' })).toBe(400)
  expect(await put(`${uploadUrl}x`, sound(500))).toBe(403)
  const noise = Buffer.from('no sound at all')
  expect(await put((await address(noise)).uploadUrl, noise)).toBe(400)
  expect(house.cloud.media.all()).toEqual([])
  expect((await house.api('GET', '/media/transcode/audio/uploadUrl?sha256=abc')).status).toBe(400)
  expect((await house.api('GET', '/media/upload/nobody/transcoded')).status).toBe(404)
})

test('needs the scope to manage content', async () => {
  const { access_token } = await house.signIn('user:content:view')
  const headers = { authorization: `Bearer ${access_token}` }
  for (const path of ['/media/transcode/audio/uploadUrl', '/media/upload/x/transcoded'])
    expect((await fetch(house.cloud.apiUrl + path, { headers })).status).toBe(403)
})

test('a card plays its uploaded audio for as long as that is, and fetches nothing', async () => {
  const id = await uploaded(sound(500))
  const cardId = await house.makeCard(cardOf(id, { duration: 99 }))
  await house.player().insert(cardId)
  expect(house.player().snapshot()).toMatchObject({ playing: true, lengthSeconds: 12, lastRequest: null })
  await house.play(11.5)
  expect(house.player().snapshot().playing).toBe(true)
  await house.play(1)
  expect(house.player().snapshot()).toMatchObject({ playback: 'stopped', lastRequest: null })
})

test('a card that says another format than the audio has plays four seconds of it', async () => {
  const id = await uploaded(sound(500))
  const cardId = await house.makeCard(cardOf(id, { format: 'mp3' }))
  await house.player().insert(cardId)
  expect(house.player().snapshot().lengthSeconds).toBe(4)
})

test('a card with audio that the account has not is refused', async () => {
  const id = await uploaded(sound(500))
  const refused = await house.api('POST', '/content', cardOf('x'.repeat(43)))
  expect(refused).toMatchObject({
    status: 400,
    body: { error: { message: expect.stringContaining('no media') } },
  })
  expect((await house.api('POST', '/content', cardOf(id))).status).toBe(200)
  await house.cloud.media.lose(id)
  expect((await house.api('POST', '/content', cardOf(id))).status).toBe(400)
  expect((await address(sound(500))).uploadUrl).not.toBeNull()
})
