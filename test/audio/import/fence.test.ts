/** @module-tag slow */
import { spawnSync } from 'node:child_process'
import { constants, readdirSync, readFileSync } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readChapters } from '../../../src/audio/import/chapters.ts'
import type { Container } from '../../../src/audio/import/container.ts'
import { measure } from '../../../src/audio/import/measure.ts'
import { readMetadata } from '../../../src/audio/import/tags.ts'
import { testWith } from '../../support/programs.ts'
import { withSoundElsewhere } from './boxes.ts'
import { imported, make, makeSound, reasonFor, workFolder } from './make.ts'

const containers: readonly Container[] = ['mp3', 'mov', 'aac', 'ogg', 'flac', 'wav', 'aiff', 'w64']

/** Makes a pipe under that name; tells whether anybody has opened it to read. */
async function trap(path: string): Promise<() => Promise<boolean>> {
  expect(spawnSync('mkfifo', [path]).status).toBe(0)
  return async () => {
    // Without a reader a pipe cannot be opened for writing.
    const opened = await open(path, constants.O_WRONLY | constants.O_NONBLOCK).catch(() => null)
    await opened?.close()
    return opened !== null
  }
}

/** Whether anybody opened the pipe while that ran. */
async function isOpenedDuring(
  isOpen: () => Promise<boolean>,
  work: () => Promise<unknown>,
): Promise<boolean> {
  let opened = false
  const watch = setInterval(() => void isOpen().then((is) => (opened ||= is)), 2)
  await work()
  clearInterval(watch)
  return opened || (await isOpen())
}

describe('no other file is read', () => {
  const lists = {
    'an HLS list': (path: string) =>
      `#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://${path}\n#EXT-X-ENDLIST\n`,
    // By itself ffmpeg follows only names beside the list.
    'an ffconcat list': (path: string) => `ffconcat version 1.0\nfile ${basename(path)}\n`,
    'a DASH list': (path: string) =>
      `<?xml version="1.0"?><MPD type="static"><Period><AdaptationSet mimeType="audio/mp4"><Representation id="1"><BaseURL>file://${path}</BaseURL></Representation></AdaptationSet></Period></MPD>`,
  }
  for (const [name, text] of Object.entries(lists)) {
    testWith(
      ['ffmpeg', 'mkfifo'],
      `by ${name} that is called an MP3, and the words say what it is`,
      async () => {
        const folder = await workFolder()
        const isOpen = await trap(join(folder, 'secret.ts'))
        const path = join(folder, 'song.mp3')
        await writeFile(path, text(join(folder, 'secret.ts')))
        let said = ''
        const opened = await isOpenedDuring(isOpen, async () => {
          said = await reasonFor(path, folder)
        })
        expect(said).toMatch(/^refused: it is .*a list of other files; put in the files it names/)
        // Also where the container is taken for another: the fence is ffmpeg's too.
        for (const container of containers) {
          const source = { path, container }
          let tried: readonly PromiseSettledResult<unknown>[] = []
          const opened = await isOpenedDuring(isOpen, async () => {
            tried = await Promise.allSettled([measure(source), readChapters(source), readMetadata(source)])
          })
          expect(opened, container).toBe(false)
          expect(tried[0], container).toMatchObject({ status: 'rejected', reason: { of: 'file' } })
        }
        expect(opened).toBe(false)
      },
    )
  }

  testWith(['ffmpeg', 'mkfifo'], 'by an MPEG-4 file whose sound is said to lie in another', async () => {
    const folder = await workFolder()
    const whole = readFileSync(await makeSound(folder, 'whole.m4a', { from: 'sine=d=1' }))
    const isOpen = await trap(join(folder, 'secret.wav'))
    const path = join(folder, 'song.m4a')
    await writeFile(path, withSoundElsewhere(whole, join(folder, 'secret.wav')))
    let said = ''
    const opened = await isOpenedDuring(isOpen, async () => {
      said = await reasonFor(path, folder)
    })
    expect(opened).toBe(false)
    expect(said).toBe('refused: its sound is not in it but in another file; put that in instead')
  })

  testWith(['ffmpeg', 'mkfifo'], 'though ffmpeg would, so that these tests can fail', async () => {
    const folder = await workFolder()
    const secret = await makeSound(folder, 'secret.m4a', { from: 'sine=d=1' })
    const path = join(folder, 'song.m4a')
    await writeFile(path, withSoundElsewhere(readFileSync(secret), secret))
    await make('-enable_drefs', '1', '-use_absolute_path', '1', '-i', path, join(folder, 'a.wav'))
    const list = join(folder, 'song.mp3')
    await make('-i', secret, '-f', 'mpegts', join(folder, 'secret.ts'))
    await writeFile(list, lists['an HLS list'](join(folder, 'secret.ts')))
    await make('-i', list, join(folder, 'b.wav'))
    const sizes = ['a.wav', 'b.wav'].map((name) => readFileSync(join(folder, name)).length)
    for (const size of sizes) expect(size).toBeGreaterThan(50_000)
  })
})

testWith(['ffmpeg'], 'a name is never taken for an option, an address or a pattern', async () => {
  const folder = await workFolder()
  const sound = readFileSync(await makeSound(folder, 'in.wav', { from: 'sine=d=0.5' }))
  const names = [
    '-y.mp3',
    '50% of %03d.mp3',
    'a:b.mp3',
    `"it's" \\.mp3`,
    'line\nend.mp3',
    '🐻🎵.mp3',
    'a;b|c&d $HOME.mp3',
    'concat:a|b',
  ]
  for (const name of names) {
    await writeFile(join(folder, name), sound)
    expect((await imported(join(folder, name), folder)).frames, name).toBe(22)
  }
  expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([])
})

test('a source is named by a whole path: ffmpeg is never given anything else', async () => {
  await expect(measure({ path: 'song.mp3', container: 'mp3' })).rejects.toThrow('absolute')
})
