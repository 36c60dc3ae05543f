import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contentRange, requestedRange } from '../../src/http/range.ts'

const whole = { kind: 'whole' }
const unsatisfiable = { kind: 'unsatisfiable' }
const part = (start: number, end: number) => ({ kind: 'part', start, end })

describe('a Range header for a body of 1000 bytes', () => {
  test.each([
    // RFC 9110, 14.1.2
    ['bytes=0-499', part(0, 499)],
    ['bytes=500-999', part(500, 999)],
    ['bytes=0-0', part(0, 0)],
    ['bytes=999-', part(999, 999)],
    ['bytes=0-', part(0, 999)],
    ['bytes=-500', part(500, 999)],
    ['bytes=-1', part(999, 999)],
    ['Bytes=1-2', part(1, 2)],
    ['bytes= 1-2 ', part(1, 2)],
    // longer than the body
    ['bytes=900-5000', part(900, 999)],
    ['bytes=0-99999999999999999999999', part(0, 999)],
    ['bytes=-1000', part(0, 999)],
    ['bytes=-5000', part(0, 999)],
    ['bytes=-99999999999999999999999', part(0, 999)],
    // outside the body
    ['bytes=1000-', unsatisfiable],
    ['bytes=1000-2000', unsatisfiable],
    ['bytes=99999999999999999999999-', unsatisfiable],
    ['bytes=-0', unsatisfiable],
    // several: the whole is always allowed
    ['bytes=0-1,5-6', whole],
    ['bytes=0-1,', whole],
    // not for us, or not a range
    ['seconds=1-2', whole],
    ['bytes=5-4', whole],
    ['bytes=', whole],
    ['bytes=-', whole],
    ['bytes', whole],
    ['bytes=a-b', whole],
    ['bytes=1', whole],
    ['bytes=1-2-3', whole],
    ['bytes=--5', whole],
    ['bytes=1.5-2', whole],
    ['bytes=0x1-2', whole],
    ['bytes 0-1', whole],
    ['', whole],
    [undefined, whole],
  ])('%s', (header, expected) => {
    expect(requestedRange(header, 1000)).toEqual(expected)
  })
})

test('of an empty body there is no part', () => {
  for (const header of ['bytes=0-', 'bytes=0-0', 'bytes=-5'])
    expect(requestedRange(header, 0)).toEqual(unsatisfiable)
})

test('whatever is sent, a part lies inside the body', () => {
  const header = fc.oneof(fc.string(), fc.stringMatching(/^bytes=\d{0,5}-\d{0,5}$/))
  fc.assert(
    fc.property(header, fc.nat({ max: 5000 }), (text, length) => {
      const range = requestedRange(text, length)
      if (range.kind !== 'part') return
      expect(range.start).toBeGreaterThanOrEqual(0)
      expect(range.end).toBeGreaterThanOrEqual(range.start)
      expect(range.end).toBeLessThan(length)
    }),
  )
})

test('the header that answers names the part, or the length alone', () => {
  expect(contentRange(1000, { start: 5, end: 9 })).toBe('bytes 5-9/1000')
  expect(contentRange(1000)).toBe('bytes */1000')
})
