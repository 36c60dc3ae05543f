import { createHash } from 'node:crypto'
import type { Rule } from '../rule-set.ts'

const hashes = new WeakMap<NonNullable<Rule['meaning']>, string>()

/** Tells what is written in the rule from what is written in another. */
export function meaningOfRule({ meaning }: Rule): string {
  if (meaning === undefined) return ''
  const hash = hashes.get(meaning) ?? createHash('sha256').update(meaning.own).digest('base64url')
  hashes.set(meaning, hash)
  return hash
}
