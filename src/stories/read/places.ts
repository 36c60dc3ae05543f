import { type Cause, causeKey } from '../../core/story.ts'
import type { Node } from '../../language/node.ts'

/** A file that a story names, and where. */
export interface NamedFile {
  /** Its path in the library. */
  readonly file: string
  readonly node: Node
}

/** Where the scenes of a story and the ways out of them stand in the file. */
export class Places {
  readonly #scenes = new Map<string, Node>()
  readonly #ways = new Map<string, Node>()

  addScene(scene: string, node: Node): void {
    this.#scenes.set(scene, node)
  }

  addWay(scene: string, cause: Cause, node: Node): void {
    this.#ways.set(`${scene} ${causeKey(cause)}`, node)
  }

  /** The name of the scene. */
  scene(scene: string): Node | undefined {
    return this.#scenes.get(scene)
  }

  /** What leads on by that cause; of what nobody wrote, the name of the scene. */
  way(scene: string, cause: Cause): Node | undefined {
    return this.#ways.get(`${scene} ${causeKey(cause)}`) ?? this.scene(scene)
  }
}
