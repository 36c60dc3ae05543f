/** Names that the YAML of rule files refuses. */
export const reservedNames = new Set(['constructor', 'prototype'])
const longest = 60

/** Makes names of scenes from any names: as near as may be, and each another one. */
export class SceneNames {
  readonly #taken = new Set<string>()
  readonly #counts = new Map<string, number>()

  /** The name itself where it can be one and is free. */
  take(wished: string): string {
    const plain = plainName(wished, ' ')
    const base = plain === '' || reservedNames.has(plain) ? `scene ${plain}`.trim() : plain
    let name = base
    for (let count = this.#counts.get(base) ?? 1; this.#taken.has(name); ) {
      count += 1
      this.#counts.set(base, count)
      const ending = ` ${count}`
      name = `${shortened(base, longest - ending.length)}${ending}`
    }
    this.#taken.add(name)
    return name
  }
}

/** The id of a story with that title: `spy-mission`. */
export function storyId(title: string): string {
  const plain = plainName(title.toLowerCase(), '-')
  return plain === '' || reservedNames.has(plain) ? 'story' : plain
}

/** Letters, digits, `_` and `-`, with `gap` in place of all else. */
function plainName(wished: string, gap: ' ' | '-'): string {
  const kept = wished
    .normalize('NFC')
    .slice(0, 1_000)
    .replace(/[^\p{L}\p{N}_-]+/gu, gap)
    .replace(/^[ _-]+/, '')
  return shortened(kept, longest)
}

function shortened(name: string, most: number): string {
  // What is cut off must not leave half a character.
  const cut = name.length > most ? [...name].slice(0, most).join('') : name
  return gapless(cut)
}

function gapless(name: string): string {
  return name.endsWith(' ') || name.endsWith('-') ? name.replace(/[ -]+$/, '') : name
}
