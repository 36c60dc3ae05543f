import { oneTurn, type VirtualClock } from '../../support/virtual-clock.ts'

/** Moves the clock on in small steps, giving real sockets a moment after each, until it is true. A step of 0: they alone are waited for. */
export async function advanceUntil(clock: VirtualClock, isTrue: () => boolean, stepMs = 500): Promise<void> {
  const mostTries = stepMs === 0 ? 10_000 : 400
  for (let tries = 0; tries < mostTries; tries++) {
    if (isTrue()) return
    await clock.advance(stepMs)
    await aMoment()
  }
  throw new Error('it did not become true')
}

/** A question to a server of this process and its answer. On a busy machine a timer alone is over before a socket was looked at once. */
export async function aMoment(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await oneTurn()
  await new Promise((resolve) => setTimeout(resolve, 2))
}

/** A moment of real time in which whatever is under way on sockets arrives. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 40))
}
