const longestQuote = 40
const longestList = 12

/** What somebody wrote, in quotes, short enough for one line. */
export function quote(text: string): string {
  return `"${shorten(text)}"`
}

/** A piece of YAML or of our language as it is shown in a sentence. */
export function code(text: string): string {
  return `\`${shorten(text)}\``
}

/** At most 40 characters of the first line. */
export function shorten(text: string): string {
  const line = text.split('\n', 1)[0] ?? ''
  const short = line.length > longestQuote ? line.slice(0, longestQuote - 1) : line
  return short.length < text.length ? `${short.trimEnd()}…` : short
}

/** `a, b, c`, cut where a sentence would become a page. */
export function list(words: readonly string[]): string {
  const shown = words.slice(0, longestList).map(shorten)
  return words.length > longestList ? `${shown.join(', ')}, …` : shown.join(', ')
}

/** `a, b or c`. */
export function either(words: readonly string[]): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`
}

/** `line 12`, `lines 12, 14`. */
export function inLines(lines: readonly number[]): string {
  const numbers = [...new Set(lines)].map(String)
  return `${numbers.length === 1 ? 'line' : 'lines'} ${list(numbers)}`
}
