/** @module-tag slow */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Nearest } from '../../src/stories/check/nearest.ts'
import { roundsIn } from '../../src/stories/check/rounds.ts'

const ways = fc
  .integer({ min: 1, max: 8 })
  .chain((size) =>
    fc.array(fc.array(fc.nat(size - 1), { maxLength: 3 }), { minLength: size, maxLength: size }),
  )

/** Which places each one leads to, over others too. */
function reachOf(map: readonly (readonly number[])[]): readonly ReadonlySet<number>[] {
  return map.map((first) => {
    const reach = new Set(first)
    for (const number of reach) for (const to of map[number] ?? []) reach.add(to)
    return reach
  })
}

test('those in a group are those that lead to one another, and a group stands behind all that it leads to', () => {
  fc.assert(
    fc.property(ways, (map) => {
      const reach = reachOf(map)
      const rounds = roundsIn(map)
      expect(rounds.flatMap(({ members }) => members).sort()).toEqual([...map.keys()].sort())
      const groupOf = (number: number) => rounds.findIndex(({ members }) => members.includes(number))
      for (const one of map.keys()) {
        for (const other of map.keys()) {
          const isMutual = one === other || (reach[one]?.has(other) && reach[other]?.has(one))
          expect(groupOf(one) === groupOf(other)).toBe(isMutual === true)
        }
        for (const to of map[one] ?? []) expect(groupOf(to)).toBeLessThanOrEqual(groupOf(one))
        expect(rounds[groupOf(one)]?.isRound).toBe(reach[one]?.has(one))
      }
    }),
    { numRuns: 500 },
  )
})

test('a way of twenty thousand places is not too deep', () => {
  const long = Array.from({ length: 20_000 }, (_, number) => (number < 19_999 ? [number + 1] : []))
  expect(roundsIn(long)).toHaveLength(20_000)
})

test('the nearest comes first', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), (costs) => {
      const nearest = new Nearest()
      for (const [number, cost] of costs.entries()) nearest.push(cost, number)
      const came = costs.map(() => nearest.pop())
      expect(came.map((one) => one?.cost)).toEqual(costs.toSorted((one, other) => one - other))
      expect(came.every((one) => one !== null && costs[one.number] === one.cost)).toBe(true)
      expect(nearest.pop()).toBe(null)
    }),
  )
})
