import type { Rule } from '../rule-set.ts'
import type { Step, Way } from '../step.ts'

/** "if", "else"; of more than these "way 2 of 3", with the `else` by its name. */
export function wordsOfWay(ways: readonly Way[], way: number): string {
  if (ways[way]?.if === null) return 'else'
  const conditioned = ways.filter((one) => one.if !== null)
  return conditioned.length === 1 ? 'if' : `${way + 1} of ${conditioned.length}`
}

/** The rule with its name, for the log. */
export function wordsOf({ id, name }: Rule): string {
  return name == null ? `rule "${id}"` : `rule "${id}" (${name})`
}

/** The same with its place. */
export function placeOf({ id, name, place }: Rule): string {
  return `rule "${id}" (${name == null ? place : `${name}, ${place}`})`
}

/** A step with its number, for the log. */
export function wordsOfStep({ kind, name }: Step, at: string): string {
  return `action ${at} \`${kind}\`${name === undefined ? '' : ` (${name})`}`
}
