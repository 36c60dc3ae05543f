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

/** Finds the player that rules call by its id, by its name or the slug of it, or by a name of the section `players`. */
export class PlayerNames {
  readonly #options: PlayerNamesOptions
  /** A name's slug is a pure function of it; making one takes longer than all else here. */
  readonly #slugs = new Map<string, string>()

  constructor(options: PlayerNamesOptions) {
    this.#options = options
  }

  /** Its id; undefined while there is no such player, or where two are called so. */
  idOf(named: string): string | undefined {
    const alias = this.#options.aliases().get(named)
    if (alias !== undefined) return alias
    const players = this.#options.players()
    if (players.some(({ id }) => id === named)) return named
    const [found, another] = players.filter((player) => this.#isCalled(player, named))
    return another === undefined ? found?.id : undefined
  }

  /** Why there is no player of that name, for people; null where there is one. */
  faultOf(named: string): { readonly message: string; readonly help: string } | null {
    const players = this.#options.players()
    const id = this.idOf(named)
    if (id !== undefined && players.some((player) => player.id === id)) return null
    const called = players.filter((player) => this.#isCalled(player, named))
    if (id === undefined && called.length > 1)
      return {
        message: `${called.length} players are called "${named}"`,
        help: `give one a name of its own: \`players: {my-player: ${called[0]?.id ?? ''}}\``,
      }
    const names = players.map(({ name }) => dashed(this.#slugOf(name))).filter((name) => name !== '')
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

  #isCalled({ name }: Named, named: string): boolean {
    if (name === named) return true
    const slug = this.#slugOf(named)
    return slug !== '' && this.#slugOf(name) === slug
  }

  #slugOf(name: string): string {
    const known = this.#slugs.get(name)
    if (known !== undefined) return known
    if (this.#slugs.size >= mostSlugs) this.#slugs.clear()
    const slug = slugOf(name, '')
    this.#slugs.set(name, slug)
    return slug
  }
}

// More than a household has players and its rules have names for them.
const mostSlugs = 1000

/** As people write it in rules. */
function dashed(slug: string): string {
  return slug.replaceAll('_', '-')
}
