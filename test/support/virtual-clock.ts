import { DryClock } from '../../src/rules/dry/dry-clock.ts'

/** A clock that stands still until a test moves it. Timers run in order of time, then of setting. */
export class VirtualClock extends DryClock {
  constructor(start = '2026-11-21T10:00:00Z') {
    super(new Date(start), Number.POSITIVE_INFINITY)
  }

  /**
   * Moves the clock on, running what is due on the way. Between two timers it lets promises and sockets
   * have their turn, so that what one timer starts can set the next; `between` is how long that turn is.
   */
  override advance(ms: number, between: () => Promise<void> = oneTurn): Promise<void> {
    return super.advance(ms, between)
  }
}

export function oneTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
