import { AppError } from './error.ts'

/** Something that was asked for, under a name. */
export interface Work<Result> {
  readonly run: () => Promise<Result>
  /** It brings rest, and finds room where all else is refused. */
  readonly isUrgent?: boolean
}

const mostUrgent = 2

/** Keeps what is under way from piling up: no more than so many of each name at once. */
export class UnderWay {
  readonly #most: number
  readonly #counts = new Map<string, number>()

  constructor(most: number) {
    this.#most = most
  }

  /**
   * Resolves or rejects as the work does. `name`: what it is for, in words for people.
   * @throws AppError `busy` where too many are under way; nothing was done then.
   */
  async take<Result>(name: string, { run, isUrgent = false }: Work<Result>): Promise<Result> {
    if (this.#count(name) >= this.#most + (isUrgent ? mostUrgent : 0)) throw tooMany(this.#most, name)
    this.#counts.set(name, this.#count(name) + 1)
    try {
      return await run()
    } finally {
      const left = this.#count(name) - 1
      if (left === 0) this.#counts.delete(name)
      else this.#counts.set(name, left)
    }
  }

  #count(name: string): number {
    return this.#counts.get(name) ?? 0
  }
}

/** Refuses one more of what is called `name`. */
export function tooMany(most: number, name: string): AppError {
  return new AppError(
    'busy',
    `not done: ${most} are under way for ${name} already, as many as may be; send it again when they are done`,
  )
}
