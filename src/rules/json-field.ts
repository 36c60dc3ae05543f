import { isJsonObject, parseJsonObject } from '../core/json.ts'

/** How an option names a field of a JSON object: `action`, or `state.power` of one in another. */
export const jsonFieldPattern = '^[^.\\s]+(\\.[^.\\s]+){0,7}$'

/** The text or number that a field of a JSON object holds, as text; null where there is none. */
export function jsonField(text: string, path: string): string | null {
  let value: unknown = parseJsonObject(text)
  for (const name of path.split('.')) {
    if (!isJsonObject(value) || !Object.hasOwn(value, name)) return null
    value = value[name]
  }
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : null
}
