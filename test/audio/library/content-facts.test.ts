import { expect, test } from 'vitest'
import { restoredFacts, storedFacts } from '../../../src/audio/library/content-facts.ts'

const converted = {
  outcome: 'converted',
  file: '/x.mp3',
  frames: 100,
  seconds: 2.4,
  tags: { title: 'The sea', cover: { type: 'image/png', bytes: Buffer.alloc(4) } },
  chapters: [],
  made: {
    hash: 'a',
    heard: { loudness: null, true_peak_dbtp: null },
    level: { gain_db: 1.23456, ceiling_dbtp: -2.5, isLimited: true },
  },
  original: {
    container: 'flac',
    format: {},
    size: 3_000,
    isCoverUnusable: false,
    measured: {
      ...{ samples: 1, seconds: 2.4, channels: null, loudness: null, true_peak_dbtp: null },
      changes: true,
      isDamaged: true,
    },
  },
} as const

test('what an earlier version has imported is known by its title and chapters', () => {
  const chapters = [{ title: 'One', start_s: 0, end_s: 2 }]
  expect(restoredFacts({ title: 'The sea', chapters })).toEqual({
    tags: { title: 'The sea' },
    format: null,
    loudness: null,
    warnings: [],
    cover: null,
    chapters,
  })
  expect(restoredFacts({ title: null, chapters: [] }).tags).toEqual({})
})

test('what is stored comes back, without the picture', () => {
  const facts = storedFacts(converted, 'c0ffee')
  expect(restoredFacts({ title: 'The sea', chapters: [], facts })).toMatchObject({
    tags: { title: 'The sea' },
    cover: 'c0ffee',
    format: { container: 'flac', codec: null, bit_rate: 10_000, sample_rate: null, channels: null },
    loudness: { original_lufs: null, gain_db: 1.23, limited: true },
  })
  expect(facts.tags).toEqual({ title: 'The sea' })
})

test('what was not as it should be is said in words', () => {
  expect(storedFacts(converted, null).warnings).toEqual([
    'parts of it are damaged and are left out',
    'its sample rate or channels change on the way; it was put right',
    'it is silent from its beginning to its end',
    'its cover is no picture that can be shown',
  ])
  expect(storedFacts(converted, 'c0ffee').warnings).toHaveLength(3)
  const original = { ...converted.original, isCoverUnusable: true }
  const unusable = storedFacts({ ...converted, tags: {}, original }, undefined)
  expect(unusable.warnings.at(-1)).toBe('its cover is no picture that can be shown')
})
