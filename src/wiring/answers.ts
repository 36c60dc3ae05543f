import { type Answer, answerFault, answeringStream } from '../core/answer.ts'
import type { Clock } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { AppError } from '../core/error.ts'
import { Turns } from '../core/turns.ts'
import { plainCalendar } from '../rules/calendar.ts'
import { emptyRuleSet, type FiledAnswer } from '../rules/rule-set.ts'
import { speaksOfPlayer } from '../rules/stream-answers.ts'
import { wallTime } from '../rules/time.ts'
import { AnswerConditions, type ConditionFinding, faultIn } from './answer-conditions.ts'
import { wallMoments } from './wall-moments.ts'

interface AnswersOptions {
  /** By the name of the stream that is asked for. */
  readonly records: Collection<readonly Answer[]>
  readonly exists: (stream: string) => boolean
  readonly zone: string
  readonly clock: Clock
  /** Hears when answers of a stream can no longer hold, in words, and with null when they can again: each change once. */
  readonly told?: (stream: string, fault: string | null) => void
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
  readonly #said = new Map<string, string>()
  #conditions: AnswerConditions

  constructor(options: AnswersOptions) {
    this.#options = options
    this.#conditions = new AnswerConditions(houseWithoutRules(options.zone))
  }

  /** From now on these tell what holds in the house; before it is known, expressions do not hold. */
  judgeBy(conditions: AnswerConditions): void {
    this.#conditions = conditions
    this.#changed()
  }

  /** Expressions and days are read anew: what they name may have come or gone. */
  rulesChanged(): void {
    this.#conditions.forget()
    this.#changed()
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
    const conditions = this.#conditions
    const filed = conditions.filedTimes(conditions.filed(stream), player, { after, before })
    const set = timesOf(this.of(stream), player, (text) => conditions.timesIn(text))
    const times = new Set([...set, ...filed.walls])
    if (times.size === 0 && filed.moments.length === 0) return null
    const current = this.#streamAt(stream, player, after)
    const walls = times.size === 0 ? [] : wallMoments(times, { after, before, zone: this.#options.zone })
    const moments = [...walls, ...filed.moments].sort((one, other) => one.getTime() - other.getTime())
    return moments.find((moment) => this.#streamAt(stream, player, moment) !== current) ?? null
  }

  /** Whether it matters who asks for the stream. */
  dependOnPlayer(stream: string): boolean {
    return (
      this.filed(stream).some(speaksOfPlayer) ||
      this.of(stream).some(
        ({ when: { player, if: text } }) =>
          player !== undefined || (text !== undefined && this.#conditions.speaksOfPlayer(text)),
      )
    )
  }

  /** What rule files say: these go before the others, and nothing but the files changes them. */
  filed(stream: string): readonly FiledAnswer[] {
    return this.#conditions.filed(stream)
  }

  /** What was set, without what rule files say. */
  of(stream: string): readonly Answer[] {
    return this.#answers.get(stream) ?? []
  }

  /** Every stream that answers in place of another, and that other. */
  users(): { readonly stream: string; readonly answers: string }[] {
    return [...this.#conditions.allFiled, ...this.#answers].flatMap(([answers, list]) =>
      list.map(({ stream }) => ({ stream, answers })),
    )
  }

  /**
   * Puts these in place of those before; resolves when the store has them. `check` throws where they must not be changed.
   * What probably is not meant as it is written stands in what it resolves to.
   * @throws AppError `not_found` where a stream is not there, `unprocessable` for one that could never answer.
   */
  set(
    stream: string,
    answers: readonly Answer[],
    check: () => void = () => undefined,
  ): Promise<readonly string[]> {
    return this.#turns.take(stream, async () => {
      check()
      const warnings = this.#check(stream, answers)
      if (answers.length === 0) await this.#options.records.delete(stream)
      else await this.#options.records.set(stream, answers)
      if (answers.length === 0) this.#answers.delete(stream)
      else this.#answers.set(stream, answers)
      this.#changed()
      return warnings
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
      this.#changed()
    })
  }

  /** The stream is no more: one of that name begins without answers. */
  forget(stream: string): Promise<void> {
    return this.#turns.take(stream, async () => {
      if (!this.#answers.delete(stream)) return
      this.#changed()
      await this.#options.records.delete(stream)
    })
  }

  #streamAt(stream: string, player: string | null, moment: Date): string {
    const { exists, zone } = this.#options
    const conditions = this.#conditions
    const filed = conditions
      .filed(stream)
      .find((answer) => exists(answer.stream) && conditions.filedHolds(answer, { player, stream, moment }))
    if (filed !== undefined) return filed.stream
    const answers = this.#answers.get(stream)
    if (answers === undefined) return stream
    const { time } = wallTime(moment, zone)
    const asker = {
      player,
      time,
      isOn: (days: readonly string[]) => conditions.isOn(days, moment),
      holds: (text: string) => conditions.holds(text, { player, stream, moment }),
    }
    return answeringStream(stream, { answers, exists }, asker)
  }

  #inTurns(streams: readonly string[], work: () => Promise<void>): Promise<void> {
    const [stream, ...rest] = streams
    return stream === undefined ? work() : this.#turns.take(stream, () => this.#inTurns(rest, work))
  }

  /** Has what is in use at hand, and says what of it can no longer hold. */
  #changed(): void {
    const conditions = this.#conditions
    conditions.keep(new Set([...this.#answers.values()].flat().flatMap(({ when }) => when.if ?? [])))
    for (const stream of new Set([...this.#answers.keys(), ...this.#said.keys()])) {
      const fault = faultIn(stream, this.of(stream), conditions)
      if (fault === (this.#said.get(stream) ?? null)) continue
      if (fault === null) this.#said.delete(stream)
      else this.#said.set(stream, fault)
      this.#options.told?.(stream, fault)
    }
  }

  #check(stream: string, answers: readonly Answer[]): readonly string[] {
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
    const findings = answers.flatMap(({ when }, index) =>
      this.#conditions.findingsOf(when).map((finding) => ({ index, finding })),
    )
    const errors = findings.filter(({ finding }) => finding.level === 'error')
    if (errors.length > 0) throw refusal(errors)
    return findings.map(worded)
  }
}

interface Found {
  /** Of the answer, from 0. */
  readonly index: number
  readonly finding: ConditionFinding
}

function worded({ index, finding }: Found): string {
  return `answer ${index + 1}: ${finding.message}`
}

function refusal(found: readonly Found[]): AppError {
  const fields = found.map(({ index, finding: { level: _, field, ...finding } }) => ({
    field: `answers.${index}.when.${field}`,
    ...finding,
  }))
  return new AppError('unprocessable', found.slice(0, mostFaults).map(worded).join('; '), {
    details: { fields: fields.slice(0, mostFaults) },
  })
}

const mostFaults = 20

/** Where nobody has read the rule files yet. */
function houseWithoutRules(zone: string) {
  const ruleSet = { ...emptyRuleSet, calendar: plainCalendar(zone) }
  return {
    ruleSet: () => ruleSet,
    player: () => undefined,
    playerId: () => undefined,
    queue: () => undefined,
    vars: () => new Map<string, never>(),
    inputs: () => new Map<string, never>(),
  }
}

/** The times of day at which answers for the player begin or cease to hold, "HH:MM". */
function timesOf(
  answers: readonly Answer[],
  player: string | null,
  timesIn: (expression: string) => readonly string[],
): ReadonlySet<string> {
  const own = answers.filter(({ when }) => when.player === undefined || when.player === player)
  return new Set(
    own.flatMap(({ when: { between, days, if: text } }) => [
      ...(text === undefined ? [] : timesIn(text)),
      ...(between === undefined ? [] : [between.from, between.to]),
      ...(days === undefined ? [] : ['00:00']),
    ]),
  )
}
