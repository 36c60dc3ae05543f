export interface BackoffOptions {
  /** The wait after the first failure; 1 s where it is not given. */
  readonly firstMs?: number
  /** The longest wait; 60 s where it is not given. */
  readonly longestMs?: number
  /** 0 to 1. */
  readonly random: () => number
}

/**
 * Milliseconds to wait after this many failures in a row: doubling up to the longest, each cut by up to a half
 * at random, so that not everybody comes back at the same moment.
 */
export function backoffMs(failures: number, options: BackoffOptions): number {
  const { firstMs = 1_000, longestMs = 60_000, random } = options
  const ms = Math.min(longestMs, firstMs * 2 ** Math.min(16, Math.max(0, failures - 1)))
  return Math.round(ms * (0.5 + random() / 2))
}
