const longestText = 300

/** A text out of a file for people: on one line, without what cannot be shown; `undefined` where nothing remains. */
export function cleanText(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined
  const clean = text
    // No tag that people read is this long, and the rest need not be looked at.
    .slice(0, 10_000)
    .replace(unseen, ' ')
    .replace(/\s+/gu, ' ')
    .trim()
  // By characters, so that none is cut in two.
  const shown = [...clean].slice(0, longestText).join('').trimEnd()
  return shown === '' ? undefined : shown
}

// Control characters, halves of surrogate pairs, and what turns the direction of the writing around it.
const unseen = /[\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu
