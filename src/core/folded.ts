// Letters that are no accented others to Unicode, but are to who searches.
const plain: Readonly<Record<string, string>> = {
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  æ: 'ae',
  œ: 'oe',
  ı: 'i',
}

/** Without accents and case; capitals come first, for those of `ß` are two letters. */
export function folded(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toUpperCase()
    .toLowerCase()
    .replace(/[øłđðþæœı]/g, (letter) => plain[letter] ?? letter)
}

/** The words that somebody looks for, without accents and case. */
export function wordsIn(text: string): readonly string[] {
  return folded(text).split(/\s+/).filter(Boolean)
}

/** Whether all words of `wordsIn` stand in a text, whatever its accents and case. */
export function hasWords(text: string, words: readonly string[]): boolean {
  if (words.length === 0) return true
  const within = folded(text)
  return words.every((word) => within.includes(word))
}
