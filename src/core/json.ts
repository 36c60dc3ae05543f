/** What stands between `{` and `}`; nothing is known of its values. */
export type JsonObject = Readonly<Record<string, unknown>>

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** No card, story or command is nested as deep; what reads them goes down as far as they do. */
export const deepestJson = 100

/** Whether a text opens more than `deepestJson` lists and objects in each other. Nothing is read of it, so it may be of any length. */
export function isNestedTooDeep(text: string): boolean {
  let depth = 0
  let isInString = false
  for (let at = 0; at < text.length; at++) {
    const letter = text.charCodeAt(at)
    if (letter === quote) isInString = !isInString
    else if (isInString) {
      if (letter === backslash) at++
    } else if (letter === list || letter === object) {
      if (++depth > deepestJson) return true
    } else if (letter === listEnd || letter === objectEnd) depth--
  }
  return false
}

const [quote, backslash] = [0x22, 0x5c]
const [list, listEnd, object, objectEnd] = [0x5b, 0x5d, 0x7b, 0x7d]

/** The object in a text; undefined for anything else. `parse` reads the text where JSON's own reading will not do. */
export function parseJsonObject(
  text: string,
  parse: (text: string) => unknown = JSON.parse,
): JsonObject | undefined {
  try {
    const value = parse(text)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
