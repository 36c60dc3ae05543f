import type { Clock } from '../core/clock.ts'

/** Resolves when the promise does, or after `longestMs`, at once where that is not above 0. @throws what the promise rejects with until then. */
export async function waitAtMost(clock: Clock, promise: Promise<void>, longestMs: number): Promise<void> {
  if (longestMs <= 0) return
  const enough = new AbortController()
  const late = clock.sleep(longestMs, enough.signal).catch(() => undefined)
  await Promise.race([promise, late]).finally(() => enough.abort())
}
