import { didYouMean } from '../language/names.ts'

/** What a message under `set` asks for, or why nothing is done about it. */
export type Parsed<Wish> = { readonly ok: true; readonly wishes: readonly Wish[] } | Refusal

export interface Refusal {
  readonly ok: false
  readonly code: 'unknown_field' | 'invalid_value' | 'invalid_payload'
  readonly field: string | null
  readonly value: unknown
  /** For people: what would do instead. It stands behind the field's name, where there is one. */
  readonly message: string
}

/** A value, or what it should have been. */
export type Read<Value> = { readonly value: Value } | { readonly expected: string }
export type Reader<Value> = (value: unknown) => Read<Value>

/** In characters. Longer ones are no commands but mistakes. */
export const longestPayload = 64 * 1024

/** Refuses a payload over `longestPayload`. */
export function tooLong(field: string | null, payload: string): Refusal {
  const message = `expected at most ${longestPayload} characters, found ${payload.length}`
  return { ok: false, code: 'invalid_payload', field, value: payload, message }
}

/** `expected` says what would have done, as it stands behind that word. */
export function wrongValue(field: string | null, value: unknown, expected: string): Refusal {
  return { ok: false, code: 'invalid_value', field, value, message: `expected ${expected}` }
}

/** Refuses a field that there is not, and names the one that was probably meant. */
export function unknownField(
  field: string,
  { value, known }: { value: unknown; known: readonly string[] },
): Refusal {
  const near = didYouMean(field, known)
  const hint = near === null ? '' : `did you mean ${near}? `
  return {
    ok: false,
    code: 'unknown_field',
    field,
    value,
    message: `unknown field, ${hint}known: ${known.join(', ')}`,
  }
}

/** A number, or plain digits as text; the limits are included. */
export function number(limits: { min: number; max: number; whole?: boolean }): Reader<number> {
  const { min, max, whole = false } = limits
  const expected = `a ${whole ? 'whole ' : ''}number from ${min} to ${max}`
  return (value) => {
    const given = typeof value === 'string' && /^\s*-?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value
    if (typeof given !== 'number' || !(given >= min && given <= max)) return { expected }
    return whole && !Number.isInteger(given) ? { expected } : { value: given }
  }
}

/** One of the words, whatever its case and the blanks around it. */
export function oneOf<const Word extends string>(words: readonly Word[]): Reader<Word> {
  return (value) => {
    const word = words.find((each) => typeof value === 'string' && each === value.trim().toLowerCase())
    return word === undefined ? { expected: `one of ${words.join(', ')}` } : { value: word }
  }
}

/** What buttons of Home Assistant and people send to say "do it"; "off" does nothing on purpose. */
export function press(value: unknown): Read<true> {
  const meant =
    typeof value === 'string'
      ? ['press', 'true', 'on', '1'].includes(value.trim().toLowerCase())
      : value === true || value === 1
  return meant ? { value: true } : { expected: 'true or PRESS' }
}

/** Only the JSON values: in a text nobody could tell them from a word. */
export function flag(value: unknown): Read<boolean> {
  return typeof value === 'boolean' ? { value } : { expected: 'true or false' }
}
