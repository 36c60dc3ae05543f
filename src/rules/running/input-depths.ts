import type { Effect } from '../../core/effect.ts'

interface Setting {
  readonly input: string
  readonly depth: number
}

/** How many rules have led, one by another, to each input that is being set just now. */
export class InputDepths {
  readonly #settings = new Set<Setting>()

  /** 0 where no rule sets it. */
  of(input: string): number {
    return Math.max(0, ...[...this.#settings].flatMap((one) => (one.input === input ? [one.depth] : [])))
  }

  /** Does what a rule `depth` deep asks for; where that sets an input, it counts until that is over. Rejects as `work` does. */
  async during<Result>(effect: Effect, depth: number, work: () => Promise<Result>): Promise<Result> {
    if (effect.kind !== 'set-input') return work()
    const setting: Setting = { input: effect.name, depth: depth + 1 }
    this.#settings.add(setting)
    try {
      return await work()
    } finally {
      this.#settings.delete(setting)
    }
  }
}
