import { isDeepStrictEqual } from 'node:util'
import type { CardDifference } from '../core/card-difference.ts'
import { isJsonObject, type JsonObject } from '../core/json.ts'

const mostDifferences = 100
const longestValue = 200

/** Where the one document differs from the other, at most a hundred places, in the order of the second. */
export function differencesBetween(account: JsonObject, here: JsonObject): readonly CardDifference[] {
  return [...differing(account, here, '')].slice(0, mostDifferences)
}

function* differing(account: unknown, here: unknown, path: string): Generator<CardDifference> {
  if (isDeepStrictEqual(account, here)) return
  if (isJsonObject(account) && isJsonObject(here)) {
    for (const name of new Set([...Object.keys(here), ...Object.keys(account)]))
      yield* differing(account[name], here[name], path === '' ? name : `${path}.${name}`)
    return
  }
  if (Array.isArray(account) && Array.isArray(here)) {
    for (let index = 0; index < Math.max(account.length, here.length); index++)
      yield* differing(account[index], here[index], `${path}[${index}]`)
    return
  }
  yield { path, account: shown(account), here: shown(here) }
}

function shown(value: unknown): string | null {
  if (value === undefined) return null
  const text = JSON.stringify(value)
  return text.length > longestValue ? `${text.slice(0, longestValue - 1)}…` : text
}
