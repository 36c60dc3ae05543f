import { createHash } from 'node:crypto'
import { titleOf } from '../names.ts'
import type { Lookup } from './inspect-file.ts'

/** What the last look through the library has seen, for those who cannot wait for another. */
export class Shelf {
  readonly #titles = new Map<string, string>()
  readonly #names = new Map<string, string>()

  /** Takes what a look has seen. Returns whether another title is among it. */
  looked(files: readonly { readonly file: string; readonly lookup: Lookup }[]): boolean {
    const before = new Map(this.#titles)
    this.#titles.clear()
    this.#names.clear()
    let isOther = before.size > 0 && before.size !== files.length
    for (const { file, lookup } of files) {
      const title = lookup.state === 'ready' ? lookup.file.title : titleOf(file)
      this.#titles.set(file, title)
      this.#names.set(idOf(file), file)
      isOther ||= (before.get(file) ?? titleOf(file)) !== title
    }
    return isOther
  }

  /** As the file says it itself, else after its name. */
  titleOf(file: string): string {
    return this.#titles.get(file) ?? titleOf(file)
  }

  /** The name of the file with that id; undefined where the last look saw none. */
  nameOf(id: string): string | undefined {
    return this.#names.get(id)
  }
}

const idBytes = 16

/** Stands for a file where its name cannot, in addresses: the same for as long as the file has its name. */
export function idOf(file: string): string {
  return createHash('sha256').update(file).digest().subarray(0, idBytes).toString('base64url')
}
