/** Time as it is handed to every part, so that tests and the simulator can move it by hand. */
export interface Clock {
  now(): Date
  /** Calls `run` once, at `when` or as soon after it as possible; a time in the past means at once. Returns what cancels it. */
  at(when: Date, run: () => void): () => void
  /** Resolves after `ms` milliseconds of this clock; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** Calls `run` every `ms` milliseconds of the clock until the returned function is called. */
export function every(clock: Clock, ms: number, run: () => void): () => void {
  let cancel: () => void
  const arm = () => {
    cancel = clock.at(new Date(clock.now().getTime() + ms), () => {
      arm()
      run()
    })
  }
  arm()
  return () => cancel()
}

/** ISO 8601 in UTC, written with an offset because readers of the contract expect one. */
export function isoOf(date: Date): string {
  return date.toISOString().replace('Z', '+00:00')
}

// Longer timeouts overflow Node's 32-bit timer and fire at once.
const longestTimeoutMs = 2 ** 31 - 1

/** The clock of the machine. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => new Date(),
  at(when, run) {
    let timer: NodeJS.Timeout
    const arm = () => {
      const ms = when.getTime() - Date.now()
      timer = ms > longestTimeoutMs ? setTimeout(arm, longestTimeoutMs) : setTimeout(run, Math.max(0, ms))
      timer.unref()
    }
    arm()
    return () => clearTimeout(timer)
  },
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const cancel = systemClock.at(new Date(Date.now() + ms), () => {
        signal?.removeEventListener('abort', stop)
        resolve()
      })
      const stop = () => {
        cancel()
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', stop, { once: true })
    })
  },
}
