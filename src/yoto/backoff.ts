const firstMs = 1_000
const longestMs = 60_000

/** Milliseconds to wait after this many failures in a row: 1 s doubling to 60 s, each cut by up to a half at random. */
export function backoffMs(failures: number, random: () => number): number {
  const ms = Math.min(longestMs, firstMs * 2 ** Math.min(16, Math.max(0, failures - 1)))
  return Math.round(ms * (0.5 + random() / 2))
}
