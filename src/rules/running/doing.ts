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
  #hasAskedLast = false
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

  /** @throws AppError where it takes too long, and whatever `run` throws. */
  async whole(run: () => Promise<void>): Promise<void> {
    const tooLong = new Promise<never>((_, reject) => {
      const seconds = patienceMs / 1000
      this.#giveUp = () =>
        reject(new AppError('unavailable', `it did nothing for ${seconds} seconds, and did not end`))
    })
    this.#watch()
    try {
      await Promise.race([this.#toItsEnd(run), tooLong])
    } finally {
      this.#over.abort(hasEnded)
      this.#cancel()
    }
  }

  async #toItsEnd(run: () => Promise<void>): Promise<void> {
    try {
      await run()
    } finally {
      this.#over.abort(hasEnded)
      await Promise.allSettled(this.#asked)
    }
    // Also where it has caught that: it was cut short, and is not done.
    if (this.#end !== null) throw this.#end
  }

  /** Something that it waits for. @throws AppError where it has ended already. */
  asked<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#follow(work)
    // An action that does not wait for it must not end the process.
    result.catch(() => undefined)
    return result
  }

  /** The last thing that it waits for: what was asked for before has ended by then, and what is asked for behind it is refused. */
  askedLast<Result>(work: () => Promise<Result>): Promise<Result> {
    const before = [...this.#asked]
    const result = this.asked(async () => {
      await Promise.allSettled(before)
      return work()
    })
    this.#hasAskedLast = true
    return result
  }

  async #follow<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#end !== null) throw this.#end
    if (this.#over.aborted) throw new AppError('conflict', hasEnded)
    if (this.#hasAskedLast) throw new AppError('conflict', hasAskedLast)
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

const hasAskedLast = 'the action has asked for its last effect, and does nothing more'
const hasEnded = 'the action has ended, and does nothing more'
