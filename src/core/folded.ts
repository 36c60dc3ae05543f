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
  ß: 'ss',
}

/** Without accents and case; capitals come first, for those of `ß` are two letters. */
export function folded(text: string): string {
  return withoutAccents(text.normalize('NFKD').toUpperCase().toLowerCase())
}

/** Latin letters as English has them: `Größe` is `Grosse`. Letters of other scripts lose their marks alone. */
export function withoutAccents(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[øłđðþæœıß]/giu, (letter) => {
      const small = letter.toLowerCase()
      const found = plain[small] ?? letter
      return small === letter ? found : found.charAt(0).toUpperCase() + found.slice(1)
    })
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
