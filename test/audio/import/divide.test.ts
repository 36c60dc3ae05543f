import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Chapter, chaptersIn, wholeChapters } from '../../../src/audio/import/chapters.ts'
import { divide } from '../../../src/audio/import/divide.ts'

const framesOf = (seconds: number) => Math.round(seconds / 0.024)

describe('the items of a file', () => {
  test('are one where it is short and has no chapters', () => {
    expect(divide(1000, [])).toEqual([{ firstFrame: 0, frames: 1000 }])
    expect(divide(framesOf(55 * 60), [])).toHaveLength(1)
    expect(divide(0, [])).toEqual([])
  })

  test('are equal parts of at most 55 minutes where it is long', () => {
    const parts = divide(framesOf(10 * 3600), [])
    expect(parts).toHaveLength(11)
    expect(parts[1]?.title).toBe('Part 2 of 11')
    const lengths = parts.map(({ frames }) => frames)
    expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1)
    expect(Math.max(...lengths) * 0.024).toBeLessThanOrEqual(55 * 60)
  })

  test('are its chapters, and parts of the one that is too long', () => {
    const items = divide(framesOf(4200), [
      { title: 'The bear', start_s: 0, end_s: 100 },
      { start_s: 100, end_s: 200 },
      { title: 'The sea', start_s: 200, end_s: 4200 },
    ])
    expect(items.map(({ title }) => title)).toEqual([
      'The bear',
      undefined,
      'The sea, part 1 of 2',
      'The sea, part 2 of 2',
    ])
    expect(items.map(({ firstFrame }) => firstFrame)).toEqual([0, 4167, 8333, 91_666])
  })

  test('have together exactly the frames of the whole, whatever the chapters', () => {
    const chapter = fc.record({
      start_s: fc.oneof(fc.double({ min: -10, max: 50_000, noNaN: true }), fc.constant(Number.NaN)),
      end_s: fc.double(),
    })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000_000 }), fc.array(chapter), (frames, chapters) => {
        const items = divide(frames, wholeChapters(chapters, frames * 0.024))
        let next = 0
        for (const item of items) {
          expect(item.firstFrame).toBe(next)
          expect(item.frames).toBeGreaterThan(0)
          expect(item.frames * 24).toBeLessThanOrEqual(55 * 60 * 1000)
          next += item.frames
        }
        expect(next).toBe(frames)
      }),
    )
  })
})

describe('chapters', () => {
  const from = (...starts: number[]): Chapter[] => starts.map((start_s) => ({ start_s, end_s: start_s + 1 }))
  const spans = (chapters: Chapter[]) => chapters.map(({ start_s, end_s }) => [start_s, end_s])

  test('are made whole: in order, from the beginning to the end, none empty', () => {
    expect(spans(wholeChapters(from(30, 10, 10, 20, 99.9, 200), 100))).toEqual([
      [0, 20],
      [20, 30],
      [30, 100],
    ])
  })

  test('are none where there is nothing to tell apart', () => {
    expect(wholeChapters(from(0), 100)).toEqual([])
    expect(wholeChapters(from(Number.NaN, 500, 600), 100)).toEqual([])
  })

  test('are read out of the notation of ffmpeg, with its escapes', () => {
    const text =
      ';FFMETADATA1\ntitle=Book\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=2000\ntitle=One \\= a\\\nb\\;\\\\ 🐻\n[CHAPTER]\nTIMEBASE=1/48000\nSTART=96000\nEND=240000\n[CHAPTER]\nTIMEBASE=x\nSTART=y\n'
    expect(chaptersIn(text)).toEqual([
      { title: 'One = a b;\\ 🐻', start_s: 0, end_s: 2 },
      { start_s: 2, end_s: 5 },
      { start_s: Number.NaN, end_s: Number.NaN },
    ])
  })
})
