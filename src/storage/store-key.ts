/**
 * One table holds all collections, so a key of the table is `<collection>:<key>`. Both halves may be any
 * text: the colon that parts them, the escape sign itself and what SQLite would not keep apart (NUL, half
 * surrogate pairs, which all become the same replacement character) are written as `%` and four hex digits.
 */
export function storeKey(collection: string, key: string): string {
  return `${escaped(collection)}:${escaped(key)}`
}

/** First key of the collection, and the first one behind its last. `;` follows `:` in every byte order. */
export function storeKeyRange(collection: string): { from: string; to: string } {
  return { from: `${escaped(collection)}:`, to: `${escaped(collection)};` }
}

/** The key inside its collection. */
export function keyOf(storeKey: string): string {
  return storeKey
    .slice(storeKey.indexOf(':') + 1)
    .replaceAll(/%([0-9a-f]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

function escaped(text: string): string {
  return text.replaceAll(
    /[%:\0]|\p{Surrogate}/gu,
    (sign) => `%${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
