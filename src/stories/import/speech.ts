/** The most characters that one `say` takes. */
export const longestSpeech = 5_000

/** A text that a voice can say and a YAML file can hold: no control characters, no space where nothing is said. */
export function speakable(text: string): string {
  return (
    text
      .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
      // The replacement character is what is left of bytes that were no text.
      .replace(/\t|\p{Zs}/gu, ' ')
      // Rule files take two braces for a template of Home Assistant, and nobody says them.
      .replace(/\{{2,}|\}{2,}/g, ' ')
      .replace(/[\p{Cs}\uFFFD\uFEFF\uFFFE\uFFFF]|(?!\n)\p{Cc}/gu, '')
      .split('\n')
      .map((line) => line.trim().replace(/ {2,}/g, ' '))
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim()
  )
}

/** The text on one line. */
export function inOneLine(text: string): string {
  return speakable(text).replace(/\n+/g, ' ')
}

/** The text in parts that each may be said: cut behind a paragraph or a sentence where there is one, else a word. */
export function spokenParts(text: string): readonly string[] {
  const parts: string[] = []
  let rest = text
  while (rest.length > longestSpeech) {
    const at = cutIn(rest.slice(0, longestSpeech))
    parts.push(rest.slice(0, at).trim())
    rest = rest.slice(at).trim()
  }
  return [...parts, ...(rest === '' ? [] : [rest])].filter((part) => part !== '')
}

function cutIn(head: string): number {
  for (const stop of ['\n\n', '\n', '. ', '! ', '? ', ' ']) {
    const at = head.lastIndexOf(stop)
    // A first part of two words would be a strange one.
    if (at > head.length / 2) return at + stop.length
  }
  // Not between the halves of a character.
  return /[\uD800-\uDBFF]$/.test(head) ? head.length - 1 : head.length
}

/** The text as far as one `say` takes it. */
export function shortSpeech(text: string): string {
  return spokenParts(text)[0] ?? ''
}

/** An answer as somebody offers it. */
export function asQuestion(words: string): string {
  return /[.!?…:,;]["'”’»)]?$/.test(words) ? words : `${words}?`
}
