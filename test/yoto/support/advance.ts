import type { VirtualClock } from '../../support/virtual-clock.ts'

/** Moves the clock on in small steps, giving real sockets a moment after each, until it is true. */
export async function advanceUntil(clock: VirtualClock, isTrue: () => boolean, stepMs = 500): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (isTrue()) return
    await clock.advance(stepMs)
    await new Promise((resolve) => setTimeout(resolve, 3))
  }
  throw new Error('it did not become true')
}

/** A moment of real time in which whatever is under way on sockets arrives. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 40))
}
