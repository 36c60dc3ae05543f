import { describe, expect, test } from 'vitest'
import { type Claim, verdictOn } from '../../src/core/claim.ts'
import type { Place } from '../../src/core/slot.ts'

const claim = (place: Place, atSeconds: number, isEarlyEnd = false): Claim => ({
  place,
  atMs: atSeconds * 1000,
  isEarlyEnd,
  mayBeEnd: false,
})

/** What becomes of the claims after all those words. */
function verdict(
  claims: readonly Claim[],
  ...words: readonly (readonly [Place, number, hasEnded?: boolean])[]
) {
  let open = claims
  const refuted: string[] = []
  for (const [place, atSeconds, hasEnded = false] of words) {
    const after = verdictOn(open, { place, atMs: atSeconds * 1000, hasEnded })
    refuted.push(...after.refuted.map((one) => one.place))
    open = after.open
  }
  return { refuted, open: open.map((one) => one.place) }
}

describe('a claim', () => {
  test('comes true when its player names the place, however late', () => {
    expect(verdict([claim('right-a', 0)], ['right-a', 60])).toEqual({ refuted: [], open: [] })
    expect(verdict([claim('right-a', 0)], ['start', 6], ['right-a', 6.1])).toEqual({ refuted: [], open: [] })
  })

  test('falls when its player names another place twice, after it had time to name this one', () => {
    const words = [
      ['start', 4.9],
      ['start', 6],
      ['start', 8.9],
      ['start', 9],
    ] as const
    expect(verdict([claim('right-a', 0)], ...words.slice(0, 3))).toEqual({ refuted: [], open: ['right-a'] })
    expect(verdict([claim('right-a', 0)], ...words)).toEqual({ refuted: ['right-a'], open: [] })
  })

  test('does not fall by words that were held up on their way', () => {
    const burst = [
      ['start', 40],
      ['start', 40.1],
      ['right-a', 40.2],
    ] as const
    expect(verdict([claim('right-a', 0)], ...burst)).toEqual({ refuted: [], open: [] })
    const two = [claim('left-a', 0), claim('right-a', 20)]
    expect(verdict(two, ...burst)).toEqual({ refuted: [], open: [] })
  })

  test('of an end that came too early falls with the first word that says otherwise', () => {
    expect(verdict([claim('now-a', 0, true)], ['start', 0.1])).toEqual({ refuted: ['now-a'], open: [] })
    expect(verdict([claim('now-a', 0, true)], ['now-a', 4])).toEqual({ refuted: [], open: [] })
  })
})

test('a press that may have been an end was one, where the player comes from an end long after it asked', () => {
  const press = { ...claim('02', 0), mayBeEnd: true }
  expect(verdict([press], ['02', 7, true])).toEqual({ refuted: ['02'], open: [] })
  expect(verdict([press], ['02', 4, true])).toEqual({ refuted: [], open: [] })
  expect(verdict([press], ['02', 7, false])).toEqual({ refuted: [], open: [] })
  expect(verdict([claim('right-a', 0)], ['right-a', 7, true])).toEqual({ refuted: [], open: [] })
})

describe('several claims', () => {
  const quick = [claim('right-a', 0), claim('left-a', 1), claim('right-a', 2)]

  test('come true one after the other, however late they are named', () => {
    expect(verdict(quick, ['right-a', 3])).toEqual({ refuted: [], open: ['left-a', 'right-a'] })
    expect(verdict(quick, ['right-a', 3], ['left-a', 4])).toEqual({ refuted: [], open: ['right-a'] })
  })

  test('pass each other over when nothing was heard of them', () => {
    expect(verdict(quick, ['left-a', 9])).toEqual({ refuted: [], open: ['right-a'] })
    const slow = [claim('right-a', 0), claim('right-b', 60)]
    expect(verdict(slow, ['right-b', 61])).toEqual({ refuted: [], open: [] })
  })

  test('do not when another place was named between them', () => {
    const slow = [claim('now-a', 0), claim('right-a', 7)]
    expect(verdict(slow, ['start', 6], ['right-a', 7.2])).toEqual({ refuted: ['now-a'], open: [] })
  })

  test('of which the first looked ahead leave the press behind it', () => {
    const ahead = [claim('now-a', 0, true), claim('right-a', 2)]
    expect(verdict(ahead, ['right-a', 2.2])).toEqual({ refuted: ['now-a'], open: [] })
  })
})
