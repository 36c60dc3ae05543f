import type { Clock } from '../../core/clock.ts'
import { AppError } from '../../core/error.ts'
import { EndOfRun } from './end-of-run.ts'
import { LateSignal } from './late-signal.ts'
import type { Strand } from './run.ts'

// Nobody else acts on the stream meanwhile. It is longer than any command to a player takes.
const patienceMs = 30_000

/**
 * One action while it is done. Of what it has asked for nothing is left when it has ended: that would come between the
 * steps behind it. An action that neither ends nor waits keeps others from their turn, and is given up.
 */
export class Doing {
  readonly #strand: Strand
  readonly #clock: Pick<Clock, 'now' | 'at'>
  readonly #over = new LateSignal()
  readonly #asked = new Set<Promise<unknown>>()
  /** That the run has ended or is suspended, once something it asked for came to that. */
  #end: EndOfRun | null = null
  #cancel: () => void = () => undefined
  #giveUp: () => void = () => undefined

  constructor(strand: Strand, clock: Pick<Clock, 'now' | 'at'>) {
    this.#strand = strand
    this.#clock = clock
  }

  /** Aborted when it has ended. */
  get over(): AbortSignal {
    return this.#over.signal
  }

  /** Resolves as `run` does. @throws AppError where it takes too long, and whatever `run` throws. */
  async whole<Result>(run: () => Promise<Result>): Promise<Result> {
    const tooLong = new Promise<never>((_, reject) => {
      const seconds = patienceMs / 1000
      this.#giveUp = () =>
        reject(new AppError('unavailable', `it did nothing for ${seconds} seconds, and did not end`))
    })
    this.#watch()
    try {
      return await Promise.race([this.#toItsEnd(run), tooLong])
    } finally {
      this.#over.abort(hasEnded)
      this.#cancel()
    }
  }

  async #toItsEnd<Result>(run: () => Promise<Result>): Promise<Result> {
    let result: Result
    try {
      result = await run()
    } finally {
      this.#over.abort(hasEnded)
      await Promise.allSettled(this.#asked)
    }
    // Also where it has caught that: it was cut short, and is not done.
    if (this.#end !== null) throw this.#end
    return result
  }

  /** Something that it waits for. @throws AppError where it has ended already. */
  asked<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#follow(work)
    // An action that does not wait for it must not end the process.
    result.catch(() => undefined)
    return result
  }

  async #follow<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#end !== null) throw this.#end
    if (this.#over.aborted) throw new AppError('conflict', hasEnded)
    const doing = work()
    this.#asked.add(doing)
    this.#watch()
    try {
      return await doing
    } catch (error) {
      if (error instanceof EndOfRun) this.#end = error
      throw error
    } finally {
      this.#asked.delete(doing)
      this.#watch()
    }
  }

  /** Counts anew from now on. */
  #watch(): void {
    this.#cancel()
    if (this.#over.aborted) return
    this.#cancel = this.#clock.at(new Date(this.#clock.now().getTime() + patienceMs), () => {
      if (!this.#strand.isAside) this.#giveUp()
    })
  }
}

const hasEnded = 'the action has ended, and does nothing more'
