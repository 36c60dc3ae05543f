import { tellPlayers } from '../broker/stream-desk.ts'
import type { Effect, Perform } from '../core/effect.ts'

/**
 * The same, where what sends players on is carried out as a command to each of them. `commandsFor`: what these are now.
 * Rejects with `unavailable` where one of them could not be told; the others are.
 */
export function sendingOn(
  perform: Perform,
  commandsFor: (stream: string) => Promise<readonly Effect[]>,
): Perform {
  return async (effect, because, also) => {
    if (effect.kind !== 'send-on') return perform(effect, because, also)
    await tellPlayers(await commandsFor(effect.stream), because, perform)
  }
}
