import { execFileSync } from 'node:child_process'
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { inspectMp3 } from '../../src/audio/frames.ts'
import { importFile } from '../../src/audio/import/importer.ts'
import type { LibraryFile } from '../../src/audio/library/inspect-file.ts'
import { Library } from '../../src/audio/library/library.ts'
import { type Clock, systemClock } from '../../src/core/clock.ts'
import { espeak } from '../../src/speech/espeak.ts'
import { Speech } from '../../src/speech/speech.ts'
import { wyoming } from '../../src/speech/wyoming.ts'
import { decode, ffmpeg } from '../audio/decode.ts'
import { testWith } from '../support/programs.ts'
import { recordingLog } from '../support/recording-log.ts'
import { VirtualClock } from '../support/virtual-clock.ts'
import { spoken, tone, type WyomingServer, wyomingEvent, wyomingServer } from '../support/wyoming-server.ts'

// Only a machine with much else to do needs as long.
const within = { timeout: 30_000 }

let folder: string
let server: WyomingServer
const opened: { stop(): Promise<void> }[] = []

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'speech-')), 'speech')
  server = await wyomingServer((socket, { data }) => {
    socket.write(spoken(tone(0.6, 200 + String(data.text).length)))
  })
})

afterEach(async () => {
  for (const one of opened.splice(0)) await one.stop()
  await server.stop()
  await rm(join(folder, '..'), { recursive: true, force: true })
})

interface House {
  readonly speech: Speech<LibraryFile>
  readonly shelf: Library
  readonly log: ReturnType<typeof recordingLog>
  readonly troubles: (string | null)[]
}

interface Wish {
  readonly clock?: Clock
  readonly voice?: string | null
  readonly provider?: ReturnType<typeof wyoming> | null
  readonly limitMs?: number
}

async function house({ clock = systemClock, voice = null, provider, limitMs }: Wish = {}): Promise<House> {
  const log = recordingLog()
  const shelf = new Library({ folders: [folder], clock: systemClock, log })
  const troubles: (string | null)[] = []
  const speech = new Speech<LibraryFile>({
    ...{ folder, shelf, voice, clock, log, random: () => 1 },
    provider: provider === undefined ? wyoming({ url: server.url }) : provider,
    toProfile: (sound) => importFile({ ...sound, clock: systemClock }),
    troubled: (reason) => troubles.push(reason),
    ...(limitMs === undefined ? {} : { limitMs }),
  })
  await speech.open()
  opened.push({
    async stop() {
      await speech.stop()
      await shelf.close()
    },
  })
  return { speech, shelf, log, troubles }
}

async function fileOf({ speech }: House, text: string): Promise<LibraryFile> {
  const found = await speech.find(text)
  if (found.state !== 'ready') throw new Error(JSON.stringify(found))
  return found.file
}

const asked = () => server.asked.map(({ data }) => data.text)
const sounds = async () => (await readdir(folder)).filter((name) => name.endsWith('.mp3'))

describe('speech', () => {
  testWith(
    ['ffmpeg'],
    'makes what is asked for, in the profile, once, and finds it again after a start',
    async () => {
      const one = await house()
      expect(await one.speech.find('Good evening.')).toEqual({ state: 'importing', progress: 0 })
      expect(await one.speech.find('Good evening.')).toEqual({ state: 'importing', progress: 0 })
      const progress: number[] = []
      expect(
        await one.speech.prepare(['Good evening.', 'Hello.', 'Hello.'], {
          onProgress: (done, all) => progress.push(done, all),
        }),
      ).toEqual({ texts: 2, made: 2, ready: 2, failed: [], againAt: null })
      expect(progress).toEqual([1, 2, 2, 2])
      const file = await fileOf(one, 'Good evening.')
      expect(file).toMatchObject({
        title: 'Good evening.',
        file: expect.stringMatching(/^speech:[0-9a-f]{64}\.mp3$/),
      })
      const bytes = await readFile(join(folder, file.file.slice('speech:'.length)))
      expect(await inspectMp3(bytes)).toEqual({ inProfile: true, frames: file.frames })
      expect(file.seconds).toBeGreaterThan(0.5)
      expect(asked()).toEqual(['Good evening.', 'Hello.'])

      const two = await house()
      expect(await fileOf(two, 'Good evening.')).toEqual(file)
      expect(await two.speech.prepare(['Hello.', ' Good\n evening.\u0000 '])).toMatchObject({
        made: 0,
        ready: 2,
      })
      expect(asked()).toHaveLength(2)
      expect(await readdir(join(folder, 'work'))).toEqual([])
    },
  )

  testWith(['ffmpeg'], 'is read as any audio is, and known as its own', async () => {
    const home = await house()
    await home.speech.prepare(['Good evening.'])
    const file = await fileOf(home, 'Good evening.')
    const own = home.speech.ownFile(file)
    const open = await home.shelf.open(own)
    expect(await open.read(0, file.size)).toEqual(await readFile(join(folder, own.file)))
    open.close()
    expect(home.speech.ownFile({ ...file })).toBe(own)
    expect(home.speech.isOwn(file)).toBe(true)
    expect(home.speech.isOwn(own)).toBe(false)
  })

  testWith(['ffmpeg'], 'is another one for another voice', async () => {
    await (await house()).speech.prepare(['Hello.'])
    await (await house({ voice: 'alba' })).speech.prepare(['Hello.'])
    expect(server.asked.map(({ data }) => data.voice)).toEqual([undefined, { name: 'alba' }])
    expect(await sounds()).toHaveLength(2)
  })

  testWith(
    ['ffmpeg'],
    'makes anew what is broken, cut off, or not what was put there',
    { tags: 'slow', timeout: 120_000 },
    async () => {
      const home = await house()
      await home.speech.prepare(['Hello.'])
      const [name = ''] = await sounds()
      const path = join(folder, name)
      const whole = await readFile(path)
      const breaks: (() => Promise<unknown>)[] = [
        () => truncate(path, 1000),
        // At a frame, so that the rest is in the profile.
        () => truncate(path, 384 * 5),
        () => appendFile(path, whole),
        () => writeFile(path, ''),
        () => writeFile(path, whole.toReversed()),
        () => rm(path),
        () => rm(path.replace(/mp3$/, 'json')),
        () => writeFile(path.replace(/mp3$/, 'json'), '{"hash": 3'),
      ]
      for (const [at, damage] of breaks.entries()) {
        await damage()
        const anew = at % 2 === 0 ? home : await house()
        expect(await anew.speech.prepare(['Hello.']), `break ${at}`).toMatchObject({ made: 1, ready: 1 })
        expect(await readFile(path)).toEqual(whole)
        expect((await fileOf(anew, 'Hello.')).size).toBe(whole.length)
      }
      expect(asked()).toHaveLength(1 + breaks.length)
    },
  )

  testWith(['ffmpeg'], 'says texts of any kind as they are, and says which it cannot say', async () => {
    const home = await house()
    const texts = [
      '"quoted" \'too\' `and` $(so)',
      '-f/etc/passwd',
      'one\ntwo\r\n\tthree',
      '<speak>hi</speak>',
    ]
    const refused = ['', ' \n ', '\u{1F40B}\u{1F433}', '...?!', '\u0000\u0007', '\uD800']
    const long = ['word '.repeat(2_000), 'x'.repeat(10_000), '\u{1F40B}a'.repeat(1_001)]
    const { ready, failed, againAt } = await home.speech.prepare([...texts, ...refused, ...long])
    expect(ready).toBe(texts.length)
    expect(asked().toSorted()).toEqual([...texts.slice(0, 2), 'one two three', 'speak hi /speak'].toSorted())
    expect(failed.map(({ reason }) => reason)).toEqual([
      ...refused.map(() => 'there are no words in it'),
      'it has 9,999 characters, and a voice says 2,000 at a time: make several scenes of it',
      'it has 10,000 characters, and a voice says 2,000 at a time: make several scenes of it',
      'it has 2,002 characters, and a voice says 2,000 at a time: make several scenes of it',
    ])
    // These would fail again for ever.
    expect(againAt).toBeNull()
    expect(await home.speech.find('')).toEqual({ state: 'refused', reason: 'there are no words in it' })
    expect((await home.speech.prepare(['\u{1F40B}a'.repeat(1_000)])).ready).toBe(1)
  })

  test('where nobody speaks says how to get a voice, and makes nothing', async () => {
    const { speech } = await house({ provider: null })
    expect(speech.hasVoice).toBe(false)
    expect(await speech.find('Hello.')).toEqual({
      state: 'refused',
      reason: 'no voice is set up: set speech.provider to home_assistant, wyoming or espeak',
    })
    expect(await speech.prepare(['Hello.'])).toMatchObject({ ready: 0, againAt: null })
  })

  testWith(
    ['ffmpeg'],
    'asks a voice that fails ever more seldom, and goes on once it is well',
    { tags: 'slow' },
    async () => {
      const clock = new VirtualClock()
      const { answer } = server
      server.answer = (socket) => void socket.write(wyomingEvent('error', { text: 'no model' }))
      const home = await house({ clock })
      const texts = Array.from({ length: 12 }, (_, at) => `Text ${at}.`)
      const first = await home.speech.prepare(texts)
      expect(first).toMatchObject({ ready: 0, made: 0 })
      expect(first.failed).toHaveLength(12)
      // Two are said at a time: the others were not even tried.
      expect(server.asked.length).toBeLessThanOrEqual(2)
      expect(home.troubles).toHaveLength(1)
      expect(home.troubles[0]).toContain('gives no sound: no model')
      expect(await home.speech.find('Text 3.')).toMatchObject({
        ...{ state: 'refused', again: true },
        reason: expect.stringMatching(/no model.*; it is tried again$/),
      })
      const tries: number[] = []
      for (let hour = 0; hour < 6 * 60; hour += 1) {
        await clock.advance(60_000)
        const before = server.asked.length
        await home.speech.prepare(texts)
        if (server.asked.length > before) tries.push(hour)
      }
      expect(tries.length).toBeGreaterThan(6)
      expect(tries.length).toBeLessThan(16)
      server.answer = answer
      await clock.advance(3_600_000)
      expect(await home.speech.prepare(texts)).toMatchObject({
        ready: 12,
        made: 12,
        failed: [],
        againAt: null,
      })
      expect(home.troubles.at(-1)).toBeNull()
    },
  )

  testWith(
    ['ffmpeg'],
    'of which one text fails makes the others, and tries that one again later',
    async () => {
      const clock = new VirtualClock()
      let isMute = true
      server.answer = (socket, { data }) =>
        void socket.write(spoken(isMute && data.text === 'Bad.' ? Buffer.alloc(0) : tone(0.5)))
      const home = await house({ clock })
      const prepared = await home.speech.prepare(['One.', 'Bad.', 'Two.'])
      expect(prepared).toMatchObject({
        ...{ ready: 2, made: 2 },
        failed: [{ text: 'Bad.', reason: 'the Wyoming server says nothing for it' }],
        againAt: new Date(clock.now().getTime() + 30_000),
      })
      expect(home.troubles).toEqual([])
      await home.speech.prepare(['Bad.'])
      expect(asked().filter((text) => text === 'Bad.')).toHaveLength(1)
      isMute = false
      await clock.advance(30_000)
      expect(await home.speech.prepare(['Bad.'])).toMatchObject({ ready: 1, failed: [] })
    },
  )

  testWith(['ffmpeg'], 'gives up a voice that does not come to an end', async () => {
    server.answer = (socket) => {
      socket.write(spoken(tone(0.5)).subarray(0, -40))
    }
    const home = await house({ limitMs: 300 })
    const { failed } = await home.speech.prepare(['Hello.'])
    expect(failed).toEqual([{ text: 'Hello.', reason: 'the voice took longer than 0.3 seconds' }])
    await expect.poll(server.open, within).toBe(0)
  })

  testWith(
    ['ffmpeg'],
    'refuses more than five minutes of sound, and what is no sound',
    { timeout: 300_000, tags: 'slow' },
    async () => {
      const minutes = await house({
        provider: { id: 'long', speak: async () => longWav(301) },
      })
      expect((await minutes.speech.prepare(['Hello.'])).failed).toEqual([
        { text: 'Hello.', reason: 'its sound is longer than five minutes: make several scenes of it' },
      ])
      const page = await house({
        provider: { id: 'page', speak: async () => Buffer.from('<html><body>Sign in</body></html>') },
      })
      expect((await page.speech.prepare(['Hello.'])).failed[0]?.reason).toMatch(
        /^what page gave cannot be played: it is a web page/,
      )
      expect(await sounds()).toEqual([])
      expect(await readdir(join(folder, 'work'))).toEqual([])
    },
  )

  testWith(['ffmpeg'], 'drops what no story says any more, thirty days later', async () => {
    const clock = new VirtualClock(new Date().toISOString())
    const home = await house({ clock })
    await home.speech.prepare(['Kept.', 'Gone.'])
    const gone = home.speech.ownFile(await fileOf(home, 'Gone.')).file
    await writeFile(join(folder, 'notes.txt'), 'of somebody')
    expect(await home.speech.tidy(['Kept.'])).toBe(0)
    await clock.advance(20 * 86_400_000)
    // Said again for a while: its thirty days start over.
    expect(await home.speech.tidy(['Kept.', 'Gone.'])).toBe(0)
    await clock.advance(20 * 86_400_000)
    expect(await home.speech.tidy(['Kept.'])).toBe(0)
    await clock.advance(11 * 86_400_000)
    expect(await home.speech.tidy(['Kept.'])).toBe(1)
    const left = await readdir(folder)
    expect(left).toContain('notes.txt')
    expect(left.filter((name) => name.startsWith(gone.slice(0, -4)))).toEqual([])
    expect(await home.speech.prepare(['Kept.'])).toMatchObject({ made: 0, ready: 1 })
    expect(await home.speech.prepare(['Gone.'])).toMatchObject({ made: 1 })
  })

  test('clears away what a start before it has left behind, and nothing that is under way', async () => {
    const work = join(folder, 'work')
    await mkdir(work, { recursive: true })
    await writeFile(join(work, 'old.sound'), 'x')
    await writeFile(join(work, 'new.sound'), 'x')
    const hours = new Date(Date.now() - 2 * 3_600_000)
    await utimes(join(work, 'old.sound'), hours, hours)
    await house()
    expect(await readdir(work)).toEqual(['new.sound'])
  })

  testWith(['ffmpeg'], 'ends at once when it is stopped, and leaves nothing by half', async () => {
    const home = await house()
    server.answer = () => undefined
    const preparing = home.speech.prepare(['One.', 'Two.', 'Three.'])
    await expect.poll(() => server.asked.length, within).toBe(2)
    await home.speech.stop()
    expect(await preparing).toMatchObject({ ready: 0, made: 0 })
    expect(server.asked).toHaveLength(2)
    expect(await readdir(join(folder, 'work'))).toEqual([])
    expect(home.troubles).toEqual([])
    expect((await stat(folder)).isDirectory()).toBe(true)
  })

  testWith(['ffmpeg', 'espeak-ng'], 'of espeak-ng is as loud as all other audio', async () => {
    const home = await house({ provider: espeak(), voice: 'en-gb+f2' })
    const text = 'Good evening, little whale. The lamp is burning, and all the sea is asleep.'
    expect(await home.speech.prepare([text])).toMatchObject({ ready: 1 })
    const own = home.speech.ownFile(await fileOf(home, text))
    const bytes = await readFile(join(folder, own.file))
    expect(await decode(bytes)).toEqual({ said: '', samples: own.frames * 1152 })
    const { said } = await ffmpeg(bytes, ['-af', 'ebur128', '-f', 'null', '-'])
    const loudness = /I:\s+(-[\d.]+) LUFS/.exec(said.slice(said.lastIndexOf('Summary:')))?.[1]
    expect(Math.abs(Number(loudness) + 18)).toBeLessThanOrEqual(1)
  })

  testWith(['ffmpeg'], 'takes sound whose beginning does not know how long it is', async () => {
    // As ffmpeg in Home Assistant writes it into its answer.
    const args = ['-v', 'error', '-f', 'lavfi', '-i', 'sine=f=300:d=1', '-f', 'wav', 'pipe:1']
    const wav = execFileSync('ffmpeg', args)
    expect(wav.readUInt32LE(4)).toBe(0xffff_ffff)
    const home = await house({ provider: { id: 'pipe', speak: async () => wav } })
    expect(await home.speech.prepare(['Hello.'])).toMatchObject({ ready: 1, failed: [] })
    expect((await fileOf(home, 'Hello.')).seconds).toBeCloseTo(1, 1)
  })

  test('that was wanted no more ends at once, though its voice is slow, and is no trouble then', async () => {
    server.answer = () => undefined
    const home = await house()
    const stop = new AbortController()
    const preparing = home.speech.prepare(['Slow.'], { signal: stop.signal })
    await expect.poll(() => server.asked.length, within).toBe(1)
    stop.abort()
    expect(await preparing).toMatchObject({ ready: 0, made: 0, failed: [] })
    expect(await home.speech.find('Slow.')).toEqual({ state: 'importing', progress: 0 })
  })

  test('that fails for one of many that are found at once is not asked for each of them', async () => {
    server.answer = (socket) => void socket.write(wyomingEvent('error', { text: 'no model' }))
    const home = await house()
    const texts = Array.from({ length: 12 }, (_, at) => `Text ${at}.`)
    const found = await Promise.all(texts.map((text) => home.speech.find(text)))
    expect(found.map(({ state }) => state)).toEqual(texts.map(() => 'importing'))
    expect((await home.speech.prepare(texts)).failed).toHaveLength(12)
    expect(server.asked.length).toBeLessThanOrEqual(2)
  })

  test('that fails is no trouble any more once nobody wants it', async () => {
    server.answer = (socket) => void socket.write(wyomingEvent('error', { text: 'no model' }))
    const home = await house()
    await home.speech.prepare(['Bad.'])
    expect(home.troubles).toHaveLength(1)
    await home.speech.prepare([])
    expect(home.troubles).toEqual([expect.stringContaining('no model'), null])
  })

  testWith(['ffmpeg'], 'leaves out what was not begun when that is wanted', async () => {
    const stop = new AbortController()
    const { answer } = server
    server.answer = (socket, event) => {
      stop.abort()
      answer(socket, event)
    }
    const home = await house()
    const texts = Array.from({ length: 9 }, (_, at) => `Text ${at}.`)
    const { ready, failed } = await home.speech.prepare(texts, { signal: stop.signal })
    expect(ready).toBeLessThanOrEqual(2)
    expect(failed).toEqual([])
  })
})

function longWav(seconds: number): Buffer {
  const header = Buffer.from(
    '524946460000000057415645666d74201000000001000100401f0000803e0000020010006461746100000000',
    'hex',
  )
  const samples = Buffer.alloc(seconds * 16_000)
  for (let at = 0; at < samples.length; at += 2) samples.writeInt16LE(((at * 37) % 8000) - 4000, at)
  header.writeUInt32LE(36 + samples.length, 4)
  header.writeUInt32LE(samples.length, 40)
  return Buffer.concat([header, samples])
}
