import { describe, expect, test } from 'vitest'
import { Attempts } from '../../src/access/attempts.ts'
import { isSetUpCode, newSetUpCode } from '../../src/access/set-up-code.ts'
import { AppError } from '../../src/core/error.ts'
import { VirtualClock } from '../support/virtual-clock.ts'

/** Seconds to wait; 0 for an attempt that was let through. */
function waitOf(attempts: Attempts, ...keys: string[]): number {
  try {
    attempts.begin(keys)
    return 0
  } catch (error) {
    expect(error).toBeInstanceOf(AppError)
    expect((error as AppError).code).toBe('too_many')
    return Number((error as AppError).details?.retry_after_s)
  }
}

describe('guesses', () => {
  test('wait longer and longer, and never more than five minutes', async () => {
    const clock = new VirtualClock()
    const attempts = new Attempts({ clock, isKept: () => false })
    const waits: number[] = []
    for (let guess = 0; guess < 40; guess++) {
      expect(waitOf(attempts, 'ada')).toBe(0)
      const wait = waitOf(attempts, 'ada')
      // The refusal itself was let through where there is nothing to wait for, and counts as one.
      waits.push(wait)
      await clock.advance(wait * 1000)
    }
    expect(waits.slice(0, 12)).toEqual([0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300])
    expect(Math.max(...waits)).toBe(300)
  })

  test('that are refused do not make the wait longer', async () => {
    const clock = new VirtualClock()
    const attempts = new Attempts({ clock, isKept: () => false })
    for (let guess = 0; guess < 8; guess++) {
      await clock.advance(waitOf(attempts, 'ada') * 1000)
      waitOf(attempts, 'ada')
    }
    const wait = waitOf(attempts, 'ada')
    for (let guess = 0; guess < 100; guess++) expect(waitOf(attempts, 'ada')).toBe(wait)
    await clock.advance(wait * 1000)
    expect(waitOf(attempts, 'ada')).toBe(0)
  })

  test('count for each key of their own, and the longest wait holds', () => {
    const attempts = new Attempts({ clock: new VirtualClock(), isKept: () => false })
    for (let guess = 0; guess < 5; guess++) waitOf(attempts, 'ada')
    expect(waitOf(attempts, 'grace')).toBe(0)
    expect(waitOf(attempts, 'grace', 'ada')).toBe(1)
  })

  test('are forgotten after a success, and an hour after the last one', async () => {
    const clock = new VirtualClock()
    const attempts = new Attempts({ clock, isKept: () => false })
    for (let guess = 0; guess < 5; guess++) waitOf(attempts, 'ada')
    attempts.succeeded(['ada'])
    for (let guess = 0; guess < 5; guess++) expect(waitOf(attempts, 'ada')).toBe(0)
    expect(waitOf(attempts, 'ada')).toBe(1)
    await clock.advance(3_600_000)
    for (let guess = 0; guess < 5; guess++) expect(waitOf(attempts, 'ada')).toBe(0)
  })

  test('many at once are as many as one after the other', () => {
    const attempts = new Attempts({ clock: new VirtualClock(), isKept: () => false })
    const through = Array.from({ length: 100 }, () => waitOf(attempts, 'ada')).filter((wait) => wait === 0)
    expect(through).toHaveLength(5)
  })

  test('under ever new names do not fill the memory', () => {
    const attempts = new Attempts({ clock: new VirtualClock(), isKept: () => false })
    for (let guess = 0; guess < 5; guess++) waitOf(attempts, 'ada')
    for (let name = 0; name < 10_001; name++) waitOf(attempts, `name ${name}`)
    expect(waitOf(attempts, 'ada')).toBe(0)
  })

  test('at what is kept are not forgotten for others', () => {
    const attempts = new Attempts({ clock: new VirtualClock(), isKept: (key) => key === 'Ada' })
    for (let count = 0; count < 5; count++) attempts.begin(['Ada'])
    for (let count = 0; count < 20_000; count++) attempts.begin([`nobody ${count}`])
    expect(() => attempts.begin(['Ada'])).toThrow(/try again in 1 s/)
  })

  test('that were not looked at are taken back, and no others with them', () => {
    const attempts = new Attempts({ clock: new VirtualClock(), isKept: () => false })
    for (let count = 0; count < 20; count++) attempts.begin(['Ada'])()
    const takeBack = attempts.begin(['Ada'])
    for (let count = 0; count < 4; count++) attempts.begin(['Ada'])
    expect(() => attempts.begin(['Ada'])).toThrow(/try again/)
    takeBack()
    attempts.begin(['Ada'])
    expect(() => attempts.begin(['Ada'])).toThrow(/try again/)
  })
})

describe('the set-up code', () => {
  test('is easy to type, and another each time', () => {
    const codes = new Set(Array.from({ length: 1000 }, newSetUpCode))
    expect(codes.size).toBe(1000)
    for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/)
  })

  test.each(['7KM0-1XB2', '7km0-1xb2', ' 7KM01XB2 ', '7KMO-IXB2', '7kmo lxb2', '7KM0–1XB2'])(
    'is read as it is typed: %s',
    (typed) => {
      expect(isSetUpCode(typed, '7KM0-1XB2')).toBe(true)
    },
  )

  test.each(['', '-', '7KM0', '7KM0-1XB3', '7KM0-1XB22', '7KM0-1XB\u0000', '\u00007KM0-1XB2'])(
    'is not %j',
    (typed) => {
      expect(isSetUpCode(typed, '7KM0-1XB2')).toBe(false)
    },
  )
})
