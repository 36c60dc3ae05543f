import { AppError } from './error.ts'

/** Something that was asked for, of one player or stream. */
export interface Work<Result> {
  readonly run: () => Promise<Result>
  /**
   * The value that is all it sets. Where too many are under way it waits instead of being refused, and a newer one
   * may take its place: `overtaken` is what comes of it then.
   */
  readonly value?: { readonly name: string; readonly overtaken: Result }
  /** Values that nobody wants to be set any more if they still wait. */
  readonly overtakes?: readonly string[]
  /** It brings rest, and finds room where all else is refused. */
  readonly isUrgent?: boolean
}

// Enough that a slider moves while one answer is lost, and few enough that beside it there is room for a "stop".
const mostOfAValue = 4
const mostUrgent = 2

/**
 * Keeps what is under way for each player or stream from piling up: no more than so many at once. What only sets a
 * value, as a slider does dozens of times a second, waits for its turn, and of those that wait the newest alone is
 * done; all else is refused when there are too many.
 */
export class UnderWay {
  readonly #most: number
  readonly #crowds = new Map<string, Crowd>()

  constructor(most: number) {
    this.#most = most
  }

  /**
   * Resolves or rejects as the work does. `name`: what it is for, in words for people.
   * @throws AppError `busy` where too many are under way; nothing was done then.
   */
  take<Result>(name: string, work: Work<Result>): Promise<Result> {
    const crowd = this.#crowds.get(name) ?? this.#newCrowd(name)
    return crowd.take(work)
  }

  #newCrowd(name: string): Crowd {
    const crowd = new Crowd({ name, most: this.#most, ended: () => this.#crowds.delete(name) })
    this.#crowds.set(name, crowd)
    return crowd
  }
}

interface CrowdOptions {
  readonly name: string
  readonly most: number
  /** Called when nothing is under way any more. */
  readonly ended: () => void
}

interface Waiting {
  readonly begin: () => void
  readonly overtake: () => void
}

class Crowd {
  readonly #options: CrowdOptions
  /** How many of each value are under way. */
  readonly #counts = new Map<string, number>()
  /** By the value that they set; the newest are last. */
  readonly #waiting = new Map<string, Waiting>()
  #size = 0

  constructor(options: CrowdOptions) {
    this.#options = options
  }

  take<Result>(work: Work<Result>): Promise<Result> {
    const { value, overtakes = [], isUrgent = false } = work
    const hasPlace = this.#hasPlace(value?.name, isUrgent)
    if (!hasPlace && value === undefined) return Promise.reject(this.#busy())
    for (const name of overtakes) this.#overtake(name)
    if (value === undefined || hasPlace) return this.#carryOut(work)
    this.#overtake(value.name)
    return new Promise((resolve) =>
      this.#waiting.set(value.name, {
        begin: () => resolve(this.#carryOut(work)),
        overtake: () => resolve(value.overtaken),
      }),
    )
  }

  #overtake(value: string): void {
    const waiting = this.#waiting.get(value)
    this.#waiting.delete(value)
    waiting?.overtake()
  }

  #hasPlace(value: string | undefined, isUrgent = false): boolean {
    if (this.#size >= this.#options.most + (isUrgent ? mostUrgent : 0)) return false
    return value === undefined || (this.#counts.get(value) ?? 0) < mostOfAValue
  }

  async #carryOut<Result>({ run, value }: Work<Result>): Promise<Result> {
    this.#count(value?.name, 1)
    try {
      return await run()
    } finally {
      this.#count(value?.name, -1)
      this.#beginWaiting()
      if (this.#size === 0) this.#options.ended()
    }
  }

  #beginWaiting(): void {
    for (const [value, { begin }] of this.#waiting) {
      if (!this.#hasPlace(value)) continue
      this.#waiting.delete(value)
      begin()
    }
  }

  #count(value: string | undefined, by: 1 | -1): void {
    this.#size += by
    if (value === undefined) return
    const count = (this.#counts.get(value) ?? 0) + by
    if (count === 0) this.#counts.delete(value)
    else this.#counts.set(value, count)
  }

  #busy(): AppError {
    const { name, most } = this.#options
    return new AppError(
      'busy',
      `not done: ${most} are under way for ${name} already, as many as may be; send it again when they are done`,
    )
  }
}
