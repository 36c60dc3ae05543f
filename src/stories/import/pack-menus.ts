import type { Pack, PackOption, PackStage, Transition } from './pack.ts'

/**
 * How the wheel of an action is told with two buttons. `none`: there is nothing to choose. `pair`: left takes the first,
 * right the second. `carousel`: left hears the next, right takes. `wheel`: the same, with a scene for each option.
 */
export type MenuKind = 'none' | 'pair' | 'carousel' | 'wheel'

export interface Option extends PackOption {
  /** From 0, as in the action. */
  readonly index: number
  readonly of: PackStage
}

/** What the actions of a pack are, and from how many places they are come to. */
export class PackMenus {
  readonly #pack: Pack
  readonly #options = new Map<string, readonly Option[]>()
  readonly #kinds = new Map<string, MenuKind>()
  /** By action: the places of its wheel at which it is come to, each as often as that is so; null for any. */
  readonly #entries = new Map<string, (number | null)[]>()

  constructor(pack: Pack) {
    this.#pack = pack
    this.#noteEntry(pack.start)
    for (const { ok, home } of pack.stages.values()) for (const way of [ok, home]) this.#noteEntry(way)
  }

  /** Those that lead somewhere, in the order of the wheel. */
  options(action: string): readonly Option[] {
    const known = this.#options.get(action)
    if (known !== undefined) return known
    const options = (this.#pack.actions.get(action) ?? []).flatMap((option, index) => {
      const of = option === null ? undefined : this.#pack.stages.get(option.stage)
      return option === null || of === undefined ? [] : [{ ...option, index, of }]
    })
    this.#options.set(action, options)
    return options
  }

  /** Which of them is the first that has the number, or a higher one; behind the last comes the first. */
  placeOf(action: string, index: number): number {
    const options = this.options(action)
    let [low, high] = [0, options.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((options[middle]?.index ?? 0) < index) low = middle + 1
      else high = middle
    }
    return low === options.length ? 0 : low
  }

  kind(action: string): MenuKind {
    const known = this.#kinds.get(action)
    if (known !== undefined) return known
    const kind = this.#kindOf(action)
    this.#kinds.set(action, kind)
    return kind
  }

  /** Whether just one stage leads to it. */
  hasOneEntry(action: string): boolean {
    return this.#entries.get(action)?.length === 1
  }

  #kindOf(action: string): MenuKind {
    const options = this.options(action)
    if (options.length < 2) return 'none'
    const isPlain = options.every((option) => option.if === null && isOffered(option.of))
    if (!isPlain) return 'wheel'
    if (options.length === 2) return 'pair'
    const entries = new Set(this.#entries.get(action))
    const isSteady = entries.size === 1 && !entries.has(null)
    const setsNothing = options.every(({ of }) => of.sets.length === 0)
    return options.length <= mostOptions && isSteady && setsNothing ? 'carousel' : 'wheel'
  }

  #noteEntry(way: Transition | null): void {
    if (way === null) return
    const entries = this.#entries.get(way.action) ?? []
    entries.push(typeof way.index === 'number' ? way.index : null)
    this.#entries.set(way.action, entries)
  }
}

// A carousel has no more.
const mostOptions = 20

/** It waits until the wheel goes on or OK takes it. */
function isOffered({ control: { wheel, ok, autoplay }, ok: way }: PackStage): boolean {
  return wheel && ok && !autoplay && way !== null
}

/** Whether nothing is heard of any, and nothing set. */
export function isForTheEye(options: readonly Option[]): boolean {
  return options.every(({ of }) => of.audio === null && of.sets.length === 0)
}
