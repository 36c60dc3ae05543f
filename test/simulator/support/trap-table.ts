import { afterEach, describe, expect, test } from 'vitest'
import type { CloudOptions } from '../../../src/simulator/cloud.ts'
import { House } from './house.ts'

export interface Trap {
  readonly name: string
  /** An empty one is the default. */
  readonly on: Partial<CloudOptions>
  readonly off: Partial<CloudOptions>
  /** What a peer does, and what it sees of the trap. */
  readonly seen: (house: House) => Promise<unknown>
  readonly expected: { readonly on: unknown; readonly off: unknown }
}

export const tokenLifeSeconds = 3_600

/** Tests of each trap, on and off, in a cloud of its own. */
export function testTraps(traps: readonly Trap[]): void {
  describe.each(traps)('$name', (trap) => {
    let house: House
    afterEach(() => house.close())

    test.each(['on', 'off'] as const)('%s', async (position) => {
      house = await House.open({ tokenLifeSeconds, ...trap[position] })
      expect(await trap.seen(house)).toEqual(trap.expected[position])
    })
  })
}
