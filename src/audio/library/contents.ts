import type { Chapter } from '../import/chapters.ts'
import type { Identity } from '../open-files.ts'
import type { Warnings } from '../warnings.ts'
import type { Imports, Rendition } from './imports.ts'
import {
  type Importing,
  type Inspected,
  inspectFile,
  type LibraryFile,
  type Lookup,
  libraryFile,
  type Place,
} from './inspect-file.ts'
import type { KnownFiles } from './known-files.ts'
import type { StillFiles } from './still-files.ts'

interface ContentsOptions {
  readonly known: KnownFiles | undefined
  readonly imports: Imports | undefined
  readonly still: StillFiles | undefined
  readonly said: Warnings
}

interface Found {
  readonly identity: Identity
  readonly content: Promise<Content>
}

/** What was read out of a file. */
type Content =
  | { readonly kind: 'in-profile'; readonly file: LibraryFile }
  | Exclude<Inspected, { readonly kind: 'in-profile' }>

type Ready = Extract<Lookup, { readonly state: 'ready' }>

const arriving: Importing = { state: 'importing', progress: 0 }
const noChapters: readonly Chapter[] = []

/** What lies at the places of the library: each content is read once, for as long as it stays what it is. */
export class Contents {
  readonly #known: KnownFiles | undefined
  readonly #imports: Imports | undefined
  readonly #still: StillFiles | undefined
  readonly #said: Warnings
  /** By path on this machine, so that only what is there is remembered. */
  readonly #found = new Map<string, Found>()

  constructor({ known, imports, still, said }: ContentsOptions) {
    this.#known = known
    this.#imports = imports
    this.#still = still
    this.#said = said
  }

  /** There is no file at the path, or none that can be reached; `isAbsent` where that is certain. */
  gone(wished: string, isAbsent: boolean): void {
    this.#found.delete(wished)
    this.#still?.forget(wished)
    if (isAbsent) this.#known?.forget(wished)
  }

  /** What can be played of what lies there now; where that is not in the profile, its import begins. */
  async at(place: Place, name: string): Promise<Lookup> {
    const lookup = await this.#read(place, name)
    if (lookup.state === 'refused')
      this.#said.warn(place.wished, 'a file cannot be played', { file: name, reason: lookup.reason })
    else this.#said.well(place.wished)
    return lookup
  }

  async #read(place: Place, name: string): Promise<Lookup> {
    if (this.#isArriving(place)) return this.#untilImported(place, name, arriving)
    const content = await this.#contentAt(place, name)
    switch (content.kind) {
      case 'in-profile':
        return { state: 'ready', file: content.file, at: place, chapters: noChapters }
      case 'other':
        return this.#imports === undefined
          ? { state: 'refused', reason: content.reason }
          : this.#imported(place, name, this.#imports)
      case 'unreadable':
        return { state: 'refused', reason: content.reason }
    }
  }

  async #imported(place: Place, name: string, imports: Imports): Promise<Lookup> {
    const state = await imports.look(place, name)
    if (state.state === 'importing') return this.#untilImported(place, name, state)
    return state.state === 'done' ? readyRendition(state.rendition, { place, name }) : state
  }

  /** What the name played before its content was replaced, as long as nothing can be played of that. */
  async #untilImported(place: Place, name: string, successor: Importing): Promise<Lookup> {
    const earlier = (await this.#imports?.earlier(place)) ?? null
    return earlier === null ? successor : { ...readyRendition(earlier, { place, name }), successor }
  }

  #isArriving(place: Place): boolean {
    if (this.#still === undefined || this.#known?.get(place.wished, place.identity) !== undefined)
      return false
    return !this.#still.isStill(place)
  }

  #contentAt(place: Place, name: string): Promise<Content> {
    const { wished, identity } = place
    const found = this.#found.get(wished)
    if (found?.identity === identity) return found.content
    const content = this.#inspect(place, name)
    this.#found.set(wished, { identity, content })
    return content
  }

  async #inspect(place: Place, name: string): Promise<Content> {
    const { wished, identity } = place
    const known = this.#known?.get(wished, identity)
    if (known?.frames === null) return { kind: 'other', reason: 'it is not in the profile' }
    const inspected: Inspected =
      known === undefined
        ? await inspectFile(place)
        : { kind: 'in-profile', hash: known.hash, frames: known.frames }
    // Being copied in, or not readable yet: the next look reads it anew, though nothing of it seems changed.
    if (inspected.kind === 'unreadable') this.#found.delete(wished)
    if (inspected.kind !== 'in-profile') return inspected
    const { frames, hash } = inspected
    if (known === undefined) this.#known?.note(wished, { identity, hash, frames })
    return { kind: 'in-profile', file: libraryFile({ name, title: null, frames, hash, place }) }
  }
}

function readyRendition(rendition: Rendition, of: { place: Place; name: string }): Ready {
  const { chapters, facts } = rendition
  return { state: 'ready', file: libraryFile({ ...rendition, ...of }), at: rendition, chapters, facts }
}
