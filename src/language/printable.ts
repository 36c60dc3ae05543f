/** Characters that would steer a terminal, or turn the text around, become visible ones of the same width. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) =>
    character === '\t' ? character : '\uFFFD'.repeat(character.length),
  )
}
