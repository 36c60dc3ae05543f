import { AppError } from '../../core/error.ts'
import type { Setting } from '../../core/story.ts'
import { mostScenes } from '../read/schema.ts'
import type { DraftScene } from './draft.ts'
import { SceneNames } from './names.ts'

type Heard = Omit<DraftScene, 'id'>

/** The scenes that are made of a pack, in the order in which they are come to; each once for all that it stands for. */
export class PackScenes {
  readonly #names = new SceneNames()
  /** By what they stand for. */
  readonly #ids = new Map<string, string>()
  /** Scenes that have a name and are yet to be made: those that they lead to get theirs then. */
  readonly #open: (() => DraftScene)[] = []
  readonly #scenes: DraftScene[] = []

  /** Those that are made. */
  get scenes(): readonly DraftScene[] {
    return this.#scenes
  }

  makeAll(): void {
    for (let make = this.#open.shift(); make !== undefined; make = this.#open.shift())
      this.#scenes.push(make())
  }

  /** The name of the scene that stands for it. @throws AppError `unprocessable` for more than a story may have. */
  scene(what: string, wished: string, make: (id: string) => Heard): string {
    const known = this.#ids.get(what)
    if (known !== undefined) return known
    if (this.#ids.size >= mostScenes)
      throw new AppError(
        'unprocessable',
        `this comes to more than ${mostScenes} scenes, and a story may have no more: make several stories of it`,
      )
    const id = this.#names.take(wished)
    this.#ids.set(what, id)
    this.#open.push(() => ({ id, ...make(id) }))
    return id
  }

  /** A scene that sets something as it begins; silent ones before it set what it sets itself once more. */
  setting(
    what: string,
    wished: string,
    { sets, make }: { readonly sets: readonly (readonly Setting[])[]; readonly make: (id: string) => Heard },
  ): string {
    const last = sets.at(-1)
    let first = this.scene(what, wished, (id) => ({
      ...make(id),
      ...(last === undefined ? {} : { set: last }),
    }))
    for (const [step, set] of sets.slice(0, -1).toReversed().entries()) {
      const to = first
      const counting = (): Heard => ({ play: null, set, exit: { kind: 'go', to } })
      first = this.scene(`${what} step ${step}`, `${wished} counts`, counting)
    }
    return first
  }

  /** The scene in which the story is over where nobody answers. */
  stop(): string {
    return this.scene('stop', 'stop', (id) => ({ play: null, exit: { kind: 'ending', name: id } }))
  }
}
