import type { PlayerState } from '../core/player.ts'
import { slugOf } from '../core/slug.ts'
import { didYouMean } from '../language/names.ts'
import { list } from '../language/wording.ts'

/** A player as rules call it. */
export type Named = Pick<PlayerState, 'id' | 'name'> & Partial<Pick<PlayerState, 'model'>>

interface PlayerNamesOptions {
  /** Of the section `players`: names with the ids they stand for. */
  readonly aliases: () => ReadonlyMap<string, string>
  readonly players: () => readonly Named[]
}

/**
 * Finds the player that rules call by its id, by its name, the name as people write it in rules or the slug of it, or by
 * a name of the section `players`.
 */
export class PlayerNames {
  readonly #options: PlayerNamesOptions
  /** They are pure functions of a name; making them takes longer than all else here. */
  readonly #forms = new Map<string, Forms>()

  constructor(options: PlayerNamesOptions) {
    this.#options = options
  }

  /** Its id; undefined while there is no such player, or where two are called so. */
  idOf(written: string): string | undefined {
    const named = written.normalize('NFC')
    const alias = this.#options.aliases().get(named)
    if (alias !== undefined) return alias
    const players = this.#options.players()
    if (players.some(({ id }) => id === named)) return named
    const [found, another] = this.#called(named, players)
    return another === undefined ? found?.id : undefined
  }

  /** Why there is no player of that name, for people; null where there is one. */
  faultOf(named: string): { readonly message: string; readonly help: string } | null {
    const players = this.#options.players()
    const id = this.idOf(named)
    if (id !== undefined && players.some((player) => player.id === id)) return null
    const called = this.#called(named, players)
    if (id === undefined && called.length > 1)
      return {
        message: `${called.length} players are called "${named}"`,
        help: `give one a name of its own: \`players: {my-player: ${called[0]?.id ?? ''}}\``,
      }
    const names = players
      .map(({ name }) => this.#formsOf(name))
      .map(({ slug, plain }) => dashed(slug === '' ? plain : slug))
      .filter((name) => name !== '')
    const known = [...this.#options.aliases().keys(), ...names, ...players.map((player) => player.id)]
    const near =
      id === undefined
        ? didYouMean(
            dashed(named),
            known.filter((name) => name !== named),
          )
        : null
    const question = near === null ? '' : ` - did you mean "${near}"?`
    const message =
      id === undefined
        ? `there is no player "${named}"${question}`
        : `"${named}" stands for the player "${id}", which there is not`
    const all = [...new Set([...this.#options.aliases().keys(), ...names])].filter((name) => name !== named)
    const there = names.length === 0 ? 'there is no player now' : `there are: ${list(all)}`
    return { message, help: `${there}; it works as soon as one of that name is there` }
  }

  /** Whose letters are the same go before whose are the same without accents. */
  #called(named: string, players: readonly Named[]): readonly Named[] {
    const { plain, slug } = this.#formsOf(named)
    const same = players.filter(
      ({ name }) => name === named || (plain !== '' && this.#formsOf(name).plain === plain),
    )
    if (same.length > 0 || slug === '') return same
    return players.filter(({ name }) => this.#formsOf(name).slug === slug)
  }

  #formsOf(name: string): Forms {
    const known = this.#forms.get(name)
    if (known !== undefined) return known
    if (this.#forms.size >= mostForms) this.#forms.clear()
    const forms = { plain: plainOf(name), slug: slugOf(name, '') }
    this.#forms.set(name, forms)
    return forms
  }
}

/** How a name may be written: in its own letters, and in those of English; empty where nothing of it can. */
interface Forms {
  readonly plain: string
  readonly slug: string
}

// More than a household has players and its rules have names for them.
const mostForms = 1000

/** In small letters of any script, with one mark in place of all that is neither letter nor digit. */
function plainOf(name: string): string {
  return name
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '')
}

/** As people write it in rules. */
function dashed(slug: string): string {
  return slug.replaceAll('_', '-')
}
