import { Type } from 'typebox'

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A length of time as people write it: `10s`, `15m`, `2h`, `7d`. */
export const duration = Type.String({
  pattern: '^[1-9][0-9]{0,4}[smhd]$',
  expected: 'a length of time such as "15m"',
})

/** Milliseconds of a text that fits `duration`; 0 for any other. */
export function durationMs(text: string): number {
  return Number.parseInt(text, 10) * (unitMs[text.slice(-1)] ?? 0) || 0
}
