import { existsSync, readFileSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished } from 'vitest'
import { testWith } from '../../support/programs.ts'
import { make, makeSound, workFolder } from '../import/make.ts'
import { folderWith, frames } from '../sound.ts'
import { openDesk, sending } from './upload-desk.ts'

const old = frames(100)

async function deskWithSong(ffmpeg?: string) {
  const folder = await folderWith({ 'song.mp3': old })
  const desk = await openDesk(folder, ffmpeg === undefined ? {} : { ffmpeg })
  onTestFinished(async () => {
    await desk.stop()
    await rm(folder, { recursive: true, force: true })
  })
  const send = async (bytes: Uint8Array, replace = true) => {
    const { id } = await desk.uploads.begin({ name: 'song.mp3', size: bytes.length, replace })
    return { id, upload: await desk.uploads.receive(id, sending(bytes)) }
  }
  return { ...desk, folder, send, now: () => readFileSync(join(folder, 'song.mp3')) }
}

/** An MP4 of a picture that moves, and no sound. */
async function silentFilm(): Promise<Buffer> {
  const path = join(await workFolder(), 'film.mp4')
  await make('-f', 'lavfi', '-i', 'testsrc=s=64x64:d=1', '-c:v', 'mpeg4', path)
  return readFileSync(path)
}

const list = '#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n'

describe('what is to replace a file', () => {
  const bad: readonly (readonly [string, RegExp, () => Promise<Uint8Array>])[] = [
    ['a list of files', /playlist/, async () => Buffer.from(list)],
    ['zeros', /zeros/, async () => Buffer.alloc(5000)],
    ['a film without sound', /no sound/, silentFilm],
    ['an Ogg that is none', /damaged|cannot be read/, async () => Buffer.from(`OggS${'x'.repeat(5000)}`)],
  ]
  for (const [what, reason, bytes] of bad) {
    testWith(['ffmpeg'], `and cannot be played is refused, and the old one stays: ${what}`, async () => {
      const { uploads, folder, send, now, landings, log, records } = await deskWithSong()
      const { id, upload } = await send(await bytes())
      expect(upload).toMatchObject({ state: 'refused', reason: expect.stringMatching(reason), received: 0 })
      expect(now().equals(old)).toBe(true)
      expect(await readdir(join(folder, '.uploads'))).toEqual([])
      expect(landings()).toBe(0)
      expect(await uploads.find(id)).toEqual(upload)
      await expect(uploads.receive(id, sending(old))).rejects.toThrow(/cannot be played.*replaced nothing/)
      expect(log.lines).toContainEqual(expect.objectContaining({ level: 'warn', detail: expect.anything() }))
      const next = await openDesk(folder, { records })
      expect(await next.uploads.find(id)).toMatchObject({ state: 'refused' })
      await next.stop()
    })
  }

  for (const name of ['new.m4a', 'new.flac', 'new.mp3', 'new.wav', 'new.ogg']) {
    testWith(['ffmpeg'], `and can be played does so: ${name}`, async () => {
      const { send, now } = await deskWithSong()
      const bytes = readFileSync(await makeSound(await workFolder(), name))
      expect((await send(bytes)).upload.state).not.toBe('refused')
      expect(now().equals(bytes)).toBe(true)
    })
  }

  testWith(['ffmpeg'], 'waits where there is no ffmpeg to ask, unless it lies in the profile', async () => {
    const { uploads, send, now, folder } = await deskWithSong('/no/such/ffmpeg')
    const bytes = readFileSync(await makeSound(await workFolder(), 'new.flac'))
    await expect(send(bytes)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/ffmpeg is not installed.*nothing was replaced/),
    })
    expect(now().equals(old)).toBe(true)
    const [waiting] = await uploads.list()
    expect(waiting).toMatchObject({ state: 'waiting', received: bytes.length })
    expect(existsSync(join(folder, '.uploads', `${waiting?.id}.part`))).toBe(true)
    await uploads.giveUp(waiting?.id ?? '')
    await send(frames(100, 2))
    expect(now().equals(frames(100, 2))).toBe(true)
  })
})
