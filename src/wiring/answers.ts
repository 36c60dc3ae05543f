import { type Answer, answerFault, answeringStream } from '../core/answer.ts'
import type { Clock } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { AppError } from '../core/error.ts'
import { Turns } from '../core/turns.ts'
import { wallTime } from '../rules/time.ts'
import { wallMoments } from './wall-moments.ts'

interface AnswersOptions {
  /** By the name of the stream that is asked for. */
  readonly records: Collection<readonly Answer[]>
  readonly exists: (stream: string) => boolean
  readonly zone: string
  readonly clock: Clock
}

/** Where answers lie in the store, by the name of the stream that is asked for. */
export const answersCollection = 'answers'

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
    return this.#streamAt(stream, player, this.#options.clock.now())
  }

  /**
   * When, `after` one moment and `before` another, the clock first has another stream play for the same player where
   * `stream` is asked for; null where it does not.
   */
  endsAt(
    stream: string,
    player: string | null,
    { after, before }: { readonly after: Date; readonly before: Date },
  ): Date | null {
    const times = timesOf(this.of(stream), player)
    if (times.size === 0) return null
    const current = this.#streamAt(stream, player, after)
    const moments = wallMoments(times, { after, before, zone: this.#options.zone })
    return moments.find((moment) => this.#streamAt(stream, player, moment) !== current) ?? null
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
   * Puts these in place of those before; resolves when the store has them. `check` throws where they must not be changed.
   * @throws AppError `not_found` where a stream is not there, `unprocessable` for one that could never answer.
   */
  set(stream: string, answers: readonly Answer[], check: () => void = () => undefined): Promise<void> {
    return this.#turns.take(stream, async () => {
      check()
      this.#check(stream, answers)
      if (answers.length === 0) await this.#options.records.delete(stream)
      else await this.#options.records.set(stream, answers)
      if (answers.length === 0) this.#answers.delete(stream)
      else this.#answers.set(stream, answers)
    })
  }

  /**
   * Puts these in place of those before, of many streams, once `write` has them in the store: it may come with the streams
   * themselves, so what they name is for whoever asks to check. Rejects as `write` does, and then all is as before.
   */
  setAll(filed: ReadonlyMap<string, readonly Answer[]>, write: () => Promise<void>): Promise<void> {
    // Always in the same order, or two who come at once would wait for each other.
    return this.#inTurns([...filed.keys()].sort(), async () => {
      await write()
      for (const [stream, answers] of filed) this.#answers.set(stream, answers)
    })
  }

  /** The stream is no more: one of that name begins without answers. */
  forget(stream: string): Promise<void> {
    return this.#turns.take(stream, async () => {
      if (!this.#answers.delete(stream)) return
      await this.#options.records.delete(stream)
    })
  }

  #streamAt(stream: string, player: string | null, moment: Date): string {
    const answers = this.#answers.get(stream)
    if (answers === undefined) return stream
    const { exists, zone } = this.#options
    const { time, weekday } = wallTime(moment, zone)
    return answeringStream(stream, { answers, exists }, { player, time, weekday })
  }

  #inTurns(streams: readonly string[], work: () => Promise<void>): Promise<void> {
    const [stream, ...rest] = streams
    return stream === undefined ? work() : this.#turns.take(stream, () => this.#inTurns(rest, work))
  }

  #check(stream: string, answers: readonly Answer[]): void {
    const { exists } = this.#options
    if (!exists(stream)) throw new AppError('not_found', `there is no stream "${stream}"`)
    for (const [index, answer] of answers.entries()) {
      const which = `answer ${index + 1}`
      const fault = answerFault(stream, answer)
      if (fault !== null) throw new AppError('unprocessable', `${which} ${fault}`)
      if (!exists(answer.stream))
        throw new AppError(
          'not_found',
          `${which}: there is no stream "${answer.stream}"; put something into it first`,
        )
    }
  }
}

/** The times of day at which answers for the player begin or cease to hold, "HH:MM". */
function timesOf(answers: readonly Answer[], player: string | null): ReadonlySet<string> {
  const own = answers.filter(({ when }) => when.player === undefined || when.player === player)
  return new Set(
    own.flatMap(({ when: { between, days } }) => [
      ...(between === undefined ? [] : [between.from, between.to]),
      ...(days === undefined ? [] : ['00:00']),
    ]),
  )
}
