import { Type } from 'typebox'
import type { Instead } from './expected.ts'

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A pattern for the letters in either case. */
export const anyCase = (word: string) =>
  word.replace(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`)

/** `15min`, `5 minutes`, `1 h`, and `00:05:00` as Home Assistant writes it. */
const also: readonly Instead[] = [
  ...(
    [
      ['s', ['s', 'sec', 'secs', 'second', 'seconds']],
      ['m', ['m', 'min', 'mins', 'minute', 'minutes']],
      ['h', ['h', 'hr', 'hrs', 'hour', 'hours']],
      ['d', ['d', 'day', 'days']],
    ] as const
  ).map(([unit, words]): Instead => {
    // The usual form is left to the schema's own pattern, which knows how long it may be.
    const pattern = `^(?![0-9]+[smhd]$)([1-9][0-9]{0,4}) *(?:${words.map(anyCase).join('|')})$`
    return { pattern, write: `$1${unit}`, plain: true }
  }),
  { pattern: '^0?0:0?0:0?([1-9][0-9]?)$', write: '$1s', plain: true },
  { pattern: '^0?0:0?([1-9][0-9]?):0?0$', write: '$1m', plain: true },
  { pattern: '^0?([1-9][0-9]?):0?0:0?0$', write: '$1h', plain: true },
]
/** A number alone says not of what. */
const instead: readonly Instead[] = [{ pattern: '^([1-9][0-9]{0,3})$', write: '$1s', or: '$1m', plain: true }]
/** What a schema of lengths of time takes beside its own pattern, and helps with. */
export const durationForms = { also, instead }

/** A length of time as people write it: `10s`, `15m`, `2h`, `7d`. */
export const duration = Type.String({
  pattern: '^[1-9][0-9]{0,4}[smhd]$',
  expected: 'a length of time such as "15m"',
  ...durationForms,
})

/** The same from a minute to a day: `1m` to `1440m`, `24h` or `1d`. */
export const durationUpToADay = Type.String({
  pattern: '^([1-9][0-9]{0,2}m|1[0-3][0-9]{2}m|14[0-3][0-9]m|1440m|([1-9]|1[0-9]|2[0-4])h|1d)$',
  expected: 'a length of time from a minute to a day such as "30m"',
  ...durationForms,
})

/** The same up to seven days. */
export const durationUpToAWeek = Type.String({
  pattern:
    '^([1-9][0-9]{0,4}s|([1-9][0-9]{0,3}|100[0-7][0-9]|10080)m|([1-9][0-9]?|1[0-5][0-9]|16[0-8])h|[1-7]d)$',
  expected: 'a length of time such as "10s" or "5m"',
  beyond: { pattern: '^[1-9][0-9]{0,4}[smhd]$', code: 'type/value', says: 'is longer than 7 days' },
  ...durationForms,
})

/** Milliseconds of a text that fits `duration`; 0 for any other. */
export function durationMs(text: string): number {
  return Number.parseInt(text, 10) * (unitMs[text.slice(-1)] ?? 0) || 0
}

const units: readonly (readonly [name: string, ms: number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
]

/** `90 seconds`, `5 minutes`, `1 day`: exact, by the largest unit of which it is a whole number. `ms` is whole seconds. */
export function durationInWords(ms: number): string {
  const [name, length] = units.find(([, unit]) => ms % unit === 0) ?? ['second', 1000]
  const count = ms / length
  return `${count} ${name}${count === 1 ? '' : 's'}`
}
