import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LibraryFile } from '../../src/audio/library/inspect-file.ts'
import { Library } from '../../src/audio/library/library.ts'
import type { Found } from '../../src/audio/sources/source.ts'
import { Sources } from '../../src/audio/sources/sources.ts'
import type { Sound } from '../../src/stories/stop.ts'
import { StoryAudio } from '../../src/wiring/story-audio.ts'
import { shippedAudio } from '../audio/sound.ts'
import { recordingLog } from '../support/recording-log.ts'
import { shipped } from '../support/running-app.ts'

const log = recordingLog()
const library = new Library({ folders: [shippedAudio], log })
const sources = new Sources({ library, libraryOf: () => library, shipped, log })
const { signal } = new AbortController()
let forest: LibraryFile
let sea: LibraryFile

beforeAll(async () => {
  forest = await fileOf('stories/forest.mp3')
  sea = await fileOf('stories/sea.mp3')
})

afterAll(() => library.close())

async function fileOf(name: string): Promise<LibraryFile> {
  const found = await library.find(name)
  if (found.state !== 'ready') throw new Error(`${name} is ${found.state}`)
  return found.file
}

/** A voice that says "Hush." with the sound of the sea, and nothing else. */
const speech = {
  find: async (text: string): Promise<Found> =>
    text === 'Hush.'
      ? { state: 'ready', file: { ...sea, file: 'speech:hush.mp3' } }
      : { state: 'refused', reason: 'it is too long' },
  isOwn: ({ file }: Pick<LibraryFile, 'file'>) => file.startsWith('speech:'),
  open: (file: LibraryFile) => library.open({ ...file, file: 'stories/sea.mp3' }),
  readPiece: () => null,
}

async function heard(sounds: readonly Sound[], voice: typeof speech | null = speech): Promise<number> {
  const audio = new StoryAudio({ sources, signal, log, ...(voice === null ? {} : { speech: voice }) })
  const body = await audio.body({ story: { id: 'walk' }, scene: 'gate', sounds, fromMs: 0 })
  if (body === null) throw new Error('nothing at all is heard')
  const bytes = await buffer(await body.read({ start: 0, end: body.length - 1 }))
  expect(bytes.length).toBe(body.length)
  return bytes.length / 384
}

describe('what is heard of a story', () => {
  test('is its files, and its words where there is no file', async () => {
    expect(await heard([{ file: 'stories/forest.mp3' }])).toBe(forest.frames)
    expect(await heard([{ file: 'stories/forest.mp3', say: 'Hush.' }])).toBe(forest.frames)
    expect(await heard([{ say: 'Hush.' }, { silenceMs: 2_400 }])).toBe(sea.frames + 100)
    expect(await heard([{ file: 'stories/gone.mp3', say: 'Hush.' }])).toBe(sea.frames)
  })

  test('is the rest where something cannot be heard, and a moment of silence where nothing can', async () => {
    log.lines.length = 0
    expect(await heard([{ file: 'stories/gone.mp3' }, { silenceMs: 2_400 }])).toBe(100)
    expect(await heard([{ file: 'stories/gone.mp3' }])).toBe(42)
    expect(await heard([{ say: 'Something else.' }])).toBe(42)
    expect(await heard([{ say: 'Hush.' }], null)).toBe(42)
    const reasons = log.lines.flatMap(({ level, detail }) => (level === 'warn' ? [detail?.reason] : []))
    expect(reasons).toEqual([
      'it is not in the library',
      'it is not in the library',
      'it is too long',
      expect.stringContaining('option speech.provider'),
    ])
  })

  test('is said to be missing once, until it is there again', async () => {
    log.lines.length = 0
    const audio = new StoryAudio({ sources, signal, log })
    const body = () =>
      audio.body({ story: { id: 'walk' }, scene: 'gate', sounds: [{ file: 'stories/gone.mp3' }], fromMs: 0 })
    await body()
    await body()
    expect(log.lines.filter(({ level }) => level === 'warn').length).toBe(1)
  })
})
