import type { Light } from '../core/player.ts'

/**
 * Readings of single values from a stranger's JSON. Each gives the value, `unreadable`, or undefined where the
 * value says nothing (such as day -1 right after boot).
 */
export type Coerce<Value> = (value: unknown) => Value | undefined | typeof unreadable

export const unreadable = Symbol('unreadable')

/** A finite number in these bounds; also as digits in a string, which some fields and firmwares send. */
export function numberWithin(lowest: number, highest: number): Coerce<number> {
  return (value) => {
    const number = numberOf(value)
    return number !== undefined && number >= lowest && number <= highest ? number : unreadable
  }
}

export function wholeWithin(lowest: number, highest: number): Coerce<number> {
  return (value) => {
    const number = numberOf(value)
    return Number.isInteger(number) ? numberWithin(lowest, highest)(value) : unreadable
  }
}

/** true and false, or 1 and 0. */
export const truth: Coerce<boolean> = (value) => {
  if (typeof value === 'boolean') return value
  if (value === 1 || value === '1' || value === 'true') return true
  if (value === 0 || value === '0' || value === 'false') return false
  return unreadable
}

/** Text, and null for an empty one; a number becomes its text. */
export const text: Coerce<string | null> = (value) => {
  if (typeof value === 'string') return value === '' ? null : value
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : unreadable
}

export function oneOf<const Word extends string>(words: readonly Word[]): Coerce<Word> {
  return (value) => words.find((word) => word === value) ?? unreadable
}

/** A word for each of 0, 1, 2 … */
export function numbered<const Word extends string>(words: readonly Word[]): Coerce<Word> {
  return (value) => words[numberOf(value) ?? -1] ?? unreadable
}

/** Yoto's ways to write a light: `off`, `#0`, `0xRRGGBB`, `#rrggbb`. */
export const light: Coerce<Light> = (value) => {
  if (value === 'off' || value === '#0' || value === '0') return 'off'
  const digits = typeof value === 'string' ? /^(?:0x|#)([0-9a-f]{6})$/i.exec(value)?.[1] : undefined
  return digits === undefined ? unreadable : `#${digits.toLowerCase()}`
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value !== 'string' || !/^-?\d{1,15}(\.\d{1,6})?$/.test(value)) return undefined
  return Number(value)
}
