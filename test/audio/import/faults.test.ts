/** @module-tag slow */
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { convert } from '../../../src/audio/import/convert.ts'
import { faultOf } from '../../../src/audio/import/fault.ts'
import { onlySound, runFfmpeg } from '../../../src/audio/import/ffmpeg.ts'
import { importFile } from '../../../src/audio/import/importer.ts'
import { measure } from '../../../src/audio/import/measure.ts'
import { testWith } from '../../support/programs.ts'
import { canMount, smallDisk } from '../../support/small-disk.ts'
import { VirtualClock } from '../../support/virtual-clock.ts'
import { openBelow } from '../sound.ts'
import { imported, makeSound, workFolder } from './make.ts'

/** A program in place of ffmpeg, which answers what it can do as ffmpeg does. */
async function inPlaceOfFfmpeg(folder: string, script: string): Promise<string> {
  const path = join(folder, 'ffmpeg')
  const asked = 'case "$1" in -formats|-encoders) exec ffmpeg "$@";; esac'
  await writeFile(path, `#!/bin/sh\n${asked}\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

/** Processes with the folder in their command line. */
function runningIn(folder: string): number[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder)
        ? [Number(pid)]
        : []
    } catch {
      return []
    }
  })
}

const lengthy = { from: 'sine=d=600:r=8000', options: ['-c:a', 'pcm_u8'] }

describe('an import that is ended', () => {
  testWith(['ffmpeg'], 'ends at once in every step, with the reason given, and leaves nothing', async () => {
    const folder = await workFolder()
    const path = await makeSound(folder, 'in.wav', lengthy)
    for (const step of ['measuring', 'converting']) {
      const stop = new AbortController()
      const importing = importFile({
        path,
        workFolder: folder,
        signal: stop.signal,
        onProgress: (now) => now === step && stop.abort(new Error(`stopped while ${step}`)),
      })
      await expect(importing).rejects.toThrow(`stopped while ${step}`)
      expect(runningIn(folder)).toEqual([])
      expect(readdirSync(folder)).toEqual(['in.wav'])
      expect(openBelow(folder)).toBe(0)
    }
    const before = importFile({
      path,
      workFolder: folder,
      signal: AbortSignal.abort(new Error('never begun')),
    })
    await expect(before).rejects.toThrow('never begun')
  })

  testWith(['ffmpeg'], 'takes with it an ffmpeg that does not listen', async () => {
    const folder = await workFolder()
    const path = await makeSound(folder, 'in.wav')
    const ffmpeg = await inPlaceOfFfmpeg(
      folder,
      `trap '' TERM INT; echo >> ${folder}/begun; while :; do sleep 0.1; done`,
    )
    const stop = new AbortController()
    const measuring = measure({ path, container: 'wav' }, { signal: stop.signal, ffmpeg })
    await expect.poll(() => readdirSync(folder)).toContain('begun')
    stop.abort(new Error('enough'))
    await expect(measuring).rejects.toThrow('enough')
    await expect.poll(() => runningIn(folder)).toEqual([])
  })

  testWith(['ffmpeg'], 'is ended only when ffmpeg is, where its sound cannot be taken', async () => {
    const folder = await workFolder()
    const path = await makeSound(folder, 'in.wav')
    const ffmpeg = await inPlaceOfFfmpeg(folder, `echo $$ > ${folder}/pid; exec yes`)
    const target = new Writable({
      autoDestroy: false,
      write: (_chunk, _encoding, done) => done(new Error('nobody takes it')),
    })
    const work = { ffmpeg, target, outputOptions: [...onlySound, '-f', 'mp3'], logLevel: 'error' } as const
    await expect(runFfmpeg({ path, container: 'wav' }, work)).rejects.toThrow()
    const pid = readFileSync(join(folder, 'pid'), 'utf8').trim()
    expect(existsSync(`/proc/${pid}`)).toBe(false)
  })

  testWith(['ffmpeg'], 'ends also before ffmpeg has begun', async () => {
    const folder = await workFolder()
    const path = await makeSound(folder, 'in.wav')
    const ffmpeg = await inPlaceOfFfmpeg(folder, 'exec sleep 100')
    const stop = new AbortController()
    const measuring = measure({ path, container: 'wav' }, { signal: stop.signal, ffmpeg })
    stop.abort(new Error('too soon'))
    await expect(measuring).rejects.toThrow('too soon')
    expect(runningIn(folder)).toEqual([])
  })

  testWith(
    ['ffmpeg'],
    'is given up when it takes longer than the sound lasts, and five minutes',
    async () => {
      const folder = await workFolder()
      const path = await makeSound(folder, 'in.wav')
      const ffmpeg = await inPlaceOfFfmpeg(
        folder,
        `echo '  Duration: 00:10:00.00, start: 0' >&2; echo >> ${folder}/begun; exec sleep 100`,
      )
      const clock = new VirtualClock()
      let ended = false
      const importing = importFile({ path, workFolder: folder, clock, ffmpeg })
      void importing.then(() => (ended = true))
      await expect.poll(() => readdirSync(folder)).toContain('begun')
      // What it has said must have arrived.
      await new Promise((resolve) => setTimeout(resolve, 300))
      await clock.advance(14 * 60_000)
      expect(ended).toBe(false)
      await clock.advance(61_000)
      expect(await importing).toEqual({ outcome: 'failed', reason: 'it took far too long and was given up' })
    },
  )
})

describe('the fault of the machine is told from that of the file', () => {
  testWith(['ffmpeg'], 'ffmpeg is not there, or was killed', async () => {
    const folder = await workFolder()
    const path = await makeSound(folder, 'in.wav')
    const failure = (ffmpeg: string) => importFile({ path, workFolder: folder, ffmpeg })
    expect(await failure(join(folder, 'nowhere'))).toEqual({
      outcome: 'failed',
      reason: 'ffmpeg is not installed',
    })
    expect(await failure(await inPlaceOfFfmpeg(folder, 'kill -9 $$'))).toEqual({
      outcome: 'failed',
      reason: 'ffmpeg was ended from outside, perhaps for want of memory',
    })
    expect((await imported(path, folder)).frames).toBe(84)
  })

  testWith(['ffmpeg'], 'a file that grows meanwhile is not broken but not yet there', async () => {
    const folder = await workFolder()
    const path = await makeSound(folder, 'in.flac', { from: 'anoisesrc=d=20:a=0.1' })
    const whole = readFileSync(path)
    await writeFile(path, whole.subarray(0, whole.length / 2))
    let grown: Promise<void> | undefined
    const growing = await importFile({
      path,
      workFolder: folder,
      onProgress: () => {
        grown ??= writeFile(path, whole)
      },
    })
    await grown
    expect(growing).toEqual({ outcome: 'failed', reason: 'it was changed while it was imported' })
    expect(readdirSync(folder)).toEqual(['in.flac'])
  })

  testWith(['ffmpeg'], 'the place for the result cannot be written to', async () => {
    const folder = await workFolder()
    const path = await makeSound(folder, 'in.wav')
    const failed = await importFile({ path, workFolder: join(folder, 'nowhere') })
    expect(failed).toEqual({ outcome: 'failed', reason: 'the result cannot be written: ENOENT' })
  })

  testWith(['ffmpeg'], 'an ffmpeg that makes something else, or crashes', async () => {
    const folder = await workFolder()
    const path = await makeSound(folder, 'in.wav')
    const failure = async (script: string) =>
      importFile({ path, workFolder: folder, ffmpeg: await inPlaceOfFfmpeg(folder, script) })
    const encodesBy = (encoder: string) => `case "$*" in *libmp3lame*) ${encoder};; esac; exec ffmpeg "$@"`
    expect(await failure(encodesBy('exec yes'))).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('this ffmpeg makes no MP3 of the profile'),
    })
    expect(await failure(encodesBy('exit 0'))).toMatchObject({ outcome: 'failed' })
    expect(await failure('kill -SEGV $$')).toEqual({
      outcome: 'refused',
      reason: 'it is damaged: ffmpeg crashes over it',
    })
    expect(runningIn(folder)).toEqual([])
    expect(readdirSync(folder).sort()).toEqual(['ffmpeg', 'in.wav'])
  })

  test('by no word of the file itself', () => {
    const path = '/a/No space left on device.mp3'
    const lines = [
      '    title           : Permission denied',
      `file:${path}: Invalid data found when processing input`,
    ]
    const error = new Error('ffmpeg exited with code 1')
    expect(faultOf({ lines, path, error, isStarted: true }).of).toBe('file')
    expect(faultOf({ lines: [], path, error, isStarted: false }).of).toBe('machine')
  })

  test.each([
    ['No space left on device', 'machine', 'the disk is full'],
    ['[mp3 @ 0x1] Cannot allocate memory', 'machine', 'there is not enough memory'],
    ['/a/b.mp3: Permission denied', 'machine', 'the file may not be read'],
    ["Unrecognized option 'x'", 'machine', 'this ffmpeg is too old, or built without MP3'],
    ['Decoder (codec qdm2) not found for input stream #0:0', 'file', /no decoder for its sound \(qdm2\)/],
    ["Stream map '0:a:0' matches no streams.", 'file', 'there is no sound in it'],
    [
      '[x @ 0x1] Something new in file:/a/b.mp3',
      'file',
      'it cannot be read; ffmpeg says: Something new in the file',
    ],
  ])('by what ffmpeg says: %s', (line, of, words) => {
    const error = new Error('ffmpeg exited with code 1')
    const fault = faultOf({ lines: [line], path: '/a/b.mp3', error, isStarted: true })
    expect(fault.of).toBe(of)
    expect(fault.message).toMatch(words)
  })
})

const fullDisk = 'a full disk ends it, is named, and holds nothing of it afterwards'
if (canMount())
  testWith(['ffmpeg'], fullDisk, async () => {
    const folder = await workFolder()
    const { folder: small } = smallDisk('64k')
    const path = await makeSound(folder, 'in.wav', { from: 'sine=d=60' })
    const failed = await importFile({ path, workFolder: small })
    expect(failed).toEqual({ outcome: 'failed', reason: 'the disk is full' })
    expect(readdirSync(small)).toEqual([])
    expect(runningIn(folder)).toEqual([])
  })
else test.skip(`${fullDisk} (skipped: a disk cannot be mounted)`, () => {})

testWith(['ffmpeg'], 'under the name of the result there is nothing until all of it is there', async () => {
  const folder = await workFolder()
  await mkdir(join(folder, 'out'))
  const source = { path: await makeSound(folder, 'in.wav', { from: 'sine=d=20' }), container: 'wav' as const }
  const seen = new Set<string>()
  const progress: number[] = []
  const measured = await measure(source)
  const output = join(folder, 'out', 'a.mp3')
  const { frames } = await convert(source, output, {
    measured,
    onProgress: (fraction) => {
      progress.push(fraction)
      for (const name of readdirSync(join(folder, 'out'))) seen.add(name)
    },
  })
  expect([...seen].every((name) => /^a\.mp3\.[0-9a-f-]+\.part$/.test(name))).toBe(true)
  expect(readdirSync(join(folder, 'out'))).toEqual(['a.mp3'])
  expect(readFileSync(output).length).toBe(frames * 384)
  expect(progress.length).toBeGreaterThan(3)
  expect(progress).toEqual([...progress].sort((one, other) => one - other))
})
