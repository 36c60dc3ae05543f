import type { PlayerState } from '../core/player.ts'

/*
 * Value templates of Home Assistant for the fields of a player's state, which all are always there. "None" is the
 * word by which all but its platform `text` read "unknown"; an empty text they would pass over, and keep what was
 * before.
 */

type Field = keyof PlayerState

/** Numbers, words of a closed list and times, as they are. */
export function plainOf(field: Field): string {
  return `{{ value_json.${field} }}`
}

/** Free text, as much of it as a state of Home Assistant may hold. */
export function textOf(field: Field): string {
  return `{{ (value_json.${field} or 'None')[:255] }}`
}

/** Text that people can write too. Home Assistant knows no "unknown" there: it would show the word "None". */
export function writtenTextOf(field: Field): string {
  return `{{ (value_json.${field} or '')[:255] }}`
}

/** ON or OFF; a number other than 0 is ON. */
export function truthOf(field: Field): string {
  return `{{ 'None' if value_json.${field} is none else 'ON' if value_json.${field} else 'OFF' }}`
}

/** The result of an expression, which is worked out only where the field is known. */
export function calculatedFrom(field: Field, expression: string): string {
  return `{{ 'None' if value_json.${field} is none else ${expression} }}`
}
