import { Type } from 'typebox'

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A length of time as people write it: `10s`, `15m`, `2h`, `7d`. */
export const duration = Type.String({
  pattern: '^[1-9][0-9]{0,4}[smhd]$',
  expected: 'a length of time such as "15m"',
})

/** The same from a minute to a day: `1m` to `1440m`, `24h` or `1d`. */
export const durationUpToADay = Type.String({
  pattern: '^([1-9][0-9]{0,2}m|1[0-3][0-9]{2}m|14[0-3][0-9]m|1440m|([1-9]|1[0-9]|2[0-4])h|1d)$',
  expected: 'a length of time from a minute to a day such as "30m"',
})

/** Milliseconds of a text that fits `duration`; 0 for any other. */
export function durationMs(text: string): number {
  return Number.parseInt(text, 10) * (unitMs[text.slice(-1)] ?? 0) || 0
}
