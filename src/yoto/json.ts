import { isJsonObject, type JsonObject } from '../core/json.ts'

/** The object, or an empty one in place of anything else. */
export function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {}
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** Text that says something; a whole number becomes its text. Undefined for everything else. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  return Number.isSafeInteger(value) ? String(value) : undefined
}

/** An http or https address; anything else a stranger sends is no address. */
export function webAddressOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^https?:\/\//i.test(value)) return undefined
  return URL.canParse(value) ? value : undefined
}

/** Undefined for bytes that are no UTF-8: nothing of them could be written back as it was. */
export function textOfUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/**
 * The value of a JSON text. Ids and keys that were sent as bare numbers are read as text, so that `08` keeps
 * its zero and `12e4` does not become 120000.
 * @throws SyntaxError when the text is not JSON.
 */
export function parseJson(text: string): unknown {
  return JSON.parse(text.replace(bareIds, '"$1":"$2"'))
}

const idNames = 'cardId|chapterKey|trackKey|key|deviceId|requestId'

/** In valid JSON a quoted name before a colon can only be a key: inside a string its quotes are escaped. */
export const bareIds = new RegExp(String.raw`"(${idNames})"\s*:\s*([+-]?\d[\d.eE+-]*)(?=\s*[,}])`, 'g')

/** What `parseJson` reads of a number that has this name; undefined where the name is none of an id. */
export function bareIdIn(name: string | undefined, number: string): string | undefined {
  return name !== undefined && idNames.split('|').includes(name) ? number : undefined
}
