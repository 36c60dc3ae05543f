import { mostSpoken } from '../core/story.ts'

/** The text as a voice gets it: on one line, without control characters; or why it cannot be said. */
export function wordsOf(text: string): { readonly words: string } | { readonly fault: string } {
  const words = text
    .replace(/[\p{Cs}\uFEFF\uFFFD]/gu, '')
    // Some voices read markup, and take what stands in two brackets for names of sounds.
    .replace(/[<>]/g, ' ')
    .replace(/\[(?=\[)/g, '[ ')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .normalize('NFC')
  const count = [...words].length
  if (count > mostSpoken)
    return {
      fault: `it has ${count.toLocaleString('en')} characters, and a voice says ${mostSpoken.toLocaleString('en')} at a time: make several scenes of it`,
    }
  return /[\p{L}\p{N}]/u.test(words) ? { words } : { fault: 'there are no words in it' }
}

const longestTitle = 60

/** What the sound is called where people see it. */
export function titleOf(words: string): string {
  const characters = [...words]
  return characters.length <= longestTitle
    ? words
    : `${characters
        .slice(0, longestTitle - 1)
        .join('')
        .trimEnd()}…`
}
