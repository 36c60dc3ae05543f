import { mostCommands, placeOf } from '../core/command-place.ts'
import type { Perform } from '../core/effect.ts'
import { UnderWay } from '../core/under-way.ts'

/**
 * Does the same, but lets no more than a few commands to each player be under way at once. Throws AppError `busy` for
 * one more; of values that wait, as those of a slider, the newest is sent, and those it overtakes count as done.
 */
export function withFewCommands(perform: Perform): Perform {
  const underWay = new UnderWay(mostCommands)
  return async (effect, because) => {
    const run = () => perform(effect, because)
    if (effect.kind !== 'command') return run()
    return underWay.take(`player ${effect.player}`, { run, ...placeOf<void>([effect.command], undefined) })
  }
}
