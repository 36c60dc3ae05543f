import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ComposedPart, composed } from '../../src/audio/composed.ts'
import { inspectMp3 } from '../../src/audio/frames.ts'
import type { LibraryFile } from '../../src/audio/library/inspect-file.ts'
import { Library } from '../../src/audio/library/library.ts'
import { testWith } from '../support/programs.ts'
import { recordingLog } from '../support/recording-log.ts'
import { decode, ffmpeg } from './decode.ts'
import { shippedAudio } from './sound.ts'

const library = new Library({ folders: [shippedAudio], log: recordingLog() })
let clip: LibraryFile

beforeAll(async () => {
  const found = await library.find('clips/nothing-here-yet.mp3')
  if (found.state !== 'ready') throw new Error(found.state)
  clip = found.file
})

afterAll(() => library.close())

const bodyOf = (parts: readonly ComposedPart[], fromMs = 0) => {
  const body = composed(parts, library, { fromMs })
  if (body === null) throw new Error('there is nothing in it')
  return body
}
const bytesOf = async (parts: readonly ComposedPart[], fromMs = 0) => {
  const body = bodyOf(parts, fromMs)
  const bytes = await buffer(await body.read({ start: 0, end: body.length - 1 }))
  expect(bytes.length).toBe(body.length)
  return bytes
}

describe('sounds and silences one behind the other', () => {
  test('are in the profile, as long as all of them together', async () => {
    const bytes = await bytesOf([clip, { silenceMs: 10_000 }, clip])
    expect(await inspectMp3(bytes)).toEqual({ inProfile: true, frames: 2 * clip.frames + 417 })
  })

  test('are never no silence at all', () => expect(bodyOf([{ silenceMs: 0 }]).length).toBe(384))

  test('are nothing where there is nothing', () => expect(composed([], library)).toBeNull())

  test('begin where they are to go on, and from the beginning where that lies behind their end', async () => {
    const parts = [clip, { silenceMs: 2_400 }, clip]
    const whole = await bytesOf(parts)
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: whole.length / 384 - 1 }), async (frame) => {
        expect((await bytesOf(parts, frame * 24)).equals(whole.subarray(frame * 384))).toBe(true)
      }),
      { numRuns: 50 },
    )
    expect((await bytesOf(parts, (whole.length / 384) * 24)).equals(whole)).toBe(true)
  })

  test('have another tag for each place where they begin, and the same for the same', () => {
    const tags = [0, 24, 2_400].map((fromMs) => bodyOf([clip, { silenceMs: 1_000 }], fromMs).etag)
    expect(new Set(tags).size).toBe(3)
    expect(bodyOf([clip, { silenceMs: 1_000 }], 24).etag).toBe(tags[1])
  })

  test('give any range as that slice of the whole, by a piece as well', async () => {
    const parts = [{ silenceMs: 100 }, clip, { silenceMs: 700 }]
    const [body, whole] = [bodyOf(parts), await bytesOf(parts)]
    const place = fc.nat({ max: whole.length - 1 })
    await fc.assert(
      fc.asyncProperty(place, place, async (one, other) => {
        const [start, end] = one < other ? [one, other] : [other, one]
        const wanted = whole.subarray(start, end + 1)
        expect((await buffer(await body.read({ start, end }))).equals(wanted)).toBe(true)
        const piece = await body.readAtOnce({ start, end })
        if (piece !== null) expect(Buffer.from(piece.bytes).equals(wanted)).toBe(true)
        piece?.giveBack()
      }),
      { numRuns: 100 },
    )
  })

  testWith(['ffmpeg'], 'decode without a warning, and are silent where they are to be', async () => {
    const bytes = await bytesOf([clip, { silenceMs: 5_000 }, clip])
    const { said, samples } = await decode(bytes)
    expect(said).toBe('')
    expect(Math.abs(samples / 48 - (bytes.length / 384) * 24)).toBeLessThan(50)
    const heard = await ffmpeg(bytes, ['-af', 'silencedetect=n=-80dB:d=1', '-f', 'null', '-'])
    const lengths = [...heard.said.matchAll(/silence_duration: ([\d.]+)/g)].map(([, length]) =>
      Number(length),
    )
    expect(lengths.length).toBe(1)
    expect(Math.abs((lengths[0] ?? 0) - 5)).toBeLessThan(0.4)
  })
})
