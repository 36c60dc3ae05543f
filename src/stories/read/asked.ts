import type { AskedType } from '../../core/story.ts'
import type { Expression } from '../../language/expression/expression.ts'
import { entitiesIn } from '../../language/expression/states.ts'
import type { ScalarNode } from '../../language/node.ts'
import { namesAskedIn, typeOfName } from '../house.ts'
import type { StoryReading } from './reading.ts'

/** What a story asks the house, gathered as its expressions are read. */
export class Asked {
  readonly #names = new Map<string, AskedType>()
  readonly #entities: ScalarNode[] = []

  /** Undefined where it asks nothing. */
  get names(): Readonly<Record<string, AskedType>> | undefined {
    return this.#names.size === 0 ? undefined : Object.fromEntries(this.#names)
  }

  /** The expressions that ask for entities of Home Assistant. */
  get entities(): readonly ScalarNode[] {
    return this.#entities
  }

  /** Notes what the expression asks for that stands there. */
  note(
    expression: Expression,
    node: ScalarNode,
    { vars, environment }: Pick<StoryReading, 'vars' | 'environment'>,
  ): void {
    const names = namesAskedIn(expression, vars)
    for (const name of names) this.#names.set(name, typeOfName(name, environment))
    if (entitiesIn(names).length > 0) this.#entities.push(node)
  }
}
