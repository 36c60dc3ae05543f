import { folded, wordsIn } from '../core/folded.ts'
import type { Icon } from '../core/icon.ts'

/** Finds icons by words, whatever their accents and case. */
export class IconSearch {
  /** What each is found by; a list is searched at every key that is pressed. */
  readonly #texts = new WeakMap<Icon, { readonly title: string; readonly all: string }>()

  /** Those that have all the words in their titles and tags; those with all of them in their titles come first. */
  find(icons: readonly Icon[], text: string): readonly Icon[] {
    const words = wordsIn(text)
    if (words.length === 0) return icons
    const inTitle: Icon[] = []
    const elsewhere: Icon[] = []
    for (const icon of icons) {
      const { title, all } = this.#textOf(icon)
      if (words.every((word) => title.includes(word))) inTitle.push(icon)
      else if (words.every((word) => all.includes(word))) elsewhere.push(icon)
    }
    return [...inTitle, ...elsewhere]
  }

  #textOf(icon: Icon): { readonly title: string; readonly all: string } {
    const known = this.#texts.get(icon)
    if (known !== undefined) return known
    const title = folded(icon.title)
    const text = { title, all: [title, ...icon.tags.map(folded)].join('\n') }
    this.#texts.set(icon, text)
    return text
  }
}
