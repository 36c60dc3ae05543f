import { type Answer, answeringStream } from '../core/answer.ts'
import type { Clock } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { AppError } from '../core/error.ts'
import { Turns } from '../core/turns.ts'
import { wallTime } from '../rules/time.ts'

interface AnswersOptions {
  /** By the name of the stream that is asked for. */
  readonly records: Collection<readonly Answer[]>
  readonly exists: (stream: string) => boolean
  readonly zone: string
  readonly clock: Clock
}

/**
 * Which stream plays for whom. Everything that meets a card asks here: what is served, where a press of its player
 * belongs, and what a command to that player moves.
 */
export class StreamAnswers {
  readonly #options: AnswersOptions
  readonly #answers = new Map<string, readonly Answer[]>()
  readonly #turns = new Turns<string>()

  constructor(options: AnswersOptions) {
    this.#options = options
  }

  /** Reads what was set in the runs before. Rejects as the store does. */
  async start(): Promise<void> {
    for (const [stream, answers] of await this.#options.records.entries()) this.#answers.set(stream, answers)
  }

  /** The stream that plays where `stream` is asked for now; `player` is null where it cannot be told. */
  streamFor(stream: string, player: string | null): string {
    const answers = this.#answers.get(stream)
    if (answers === undefined) return stream
    const { exists, zone, clock } = this.#options
    const { time, weekday } = wallTime(clock.now(), zone)
    return answeringStream(stream, { answers, exists }, { player, time, weekday })
  }

  /** Whether it matters who asks for the stream. */
  dependOnPlayer(stream: string): boolean {
    return this.of(stream).some(({ when }) => when.player !== undefined)
  }

  of(stream: string): readonly Answer[] {
    return this.#answers.get(stream) ?? []
  }

  /** Every stream that answers in place of another, and that other. */
  users(): { readonly stream: string; readonly answers: string }[] {
    return [...this.#answers].flatMap(([answers, list]) => list.map(({ stream }) => ({ stream, answers })))
  }

  /**
   * Puts these in place of those before; resolves when the store has them.
   * @throws AppError `not_found` where a stream is not there, `unprocessable` for one that would answer itself.
   */
  set(stream: string, answers: readonly Answer[]): Promise<void> {
    return this.#turns.take(stream, async () => {
      this.#check(stream, answers)
      if (answers.length === 0) await this.#options.records.delete(stream)
      else await this.#options.records.set(stream, answers)
      if (answers.length === 0) this.#answers.delete(stream)
      else this.#answers.set(stream, answers)
    })
  }

  /** The stream is no more: one of that name begins without answers. */
  forget(stream: string): Promise<void> {
    return this.#turns.take(stream, async () => {
      if (!this.#answers.delete(stream)) return
      await this.#options.records.delete(stream)
    })
  }

  #check(stream: string, answers: readonly Answer[]): void {
    const { exists } = this.#options
    if (!exists(stream)) throw new AppError('not_found', `there is no stream "${stream}"`)
    for (const [index, answer] of answers.entries()) {
      const which = `answer ${index + 1}`
      if (answer.stream === stream)
        throw new AppError(
          'unprocessable',
          `${which} names "${stream}" itself, which plays anyway where no answer holds: name another stream`,
        )
      if (!exists(answer.stream))
        throw new AppError(
          'not_found',
          `${which}: there is no stream "${answer.stream}"; put something into it first`,
        )
    }
  }
}
