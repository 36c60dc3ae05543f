import { setImmediate as nextTurn } from 'node:timers/promises'
import { AppError, messageOf } from '../../core/error.ts'
import type { Judgement } from '../condition.ts'
import type { ChooseStep, ParallelStep, RepeatStep, Step, WaitForStep } from '../step.ts'
import { act } from './acting.ts'
import { EndOfRun, StepFailed } from './end-of-run.ts'
import type { Run, Strand } from './run.ts'
import type { ListPlace, StepHands, StepPlace } from './step-place.ts'
import { coming, sleep, timedOut } from './waiting.ts'
import { ask, wayAmong } from './way.ts'
import { placeOf, wordsOf, wordsOfStep, wordsOfWay } from './words.ts'

/** Does the steps of a run, one after the other; of a run that is taken up again, those that it has not done yet. */
export class Steps {
  readonly #hands: StepHands

  constructor(hands: StepHands) {
    this.#hands = hands
  }

  /** @throws EndOfRun where the run was ended, StepFailed where one failed. */
  async doAll(steps: readonly Step[], place: ListPlace): Promise<void> {
    const { run, strand, prefix } = place
    for (const [index, step] of [...steps.entries()].slice(run.progress.endedIn(prefix))) {
      run.checkGoesOn()
      const isLast = place.isLast && index === steps.length - 1
      await this.#one(step, { run, strand, step: `${prefix}${index + 1}`, isLast })
      run.progress.ended(prefix)
    }
  }

  async #one(step: Step, at: Omit<StepPlace, 'trace'>): Promise<void> {
    const { run } = at
    const trace = run.stepTrace(at.step, step)
    const place = { ...at, trace }
    try {
      const unmet = this.#unmet(step, place)
      if (unmet !== null) this.#skipped(step, place, unmet)
      else {
        await this.#does(step, place)
        if (trace.outcome !== 'skipped') trace.outcome = 'done'
      }
    } catch (error) {
      if (error instanceof EndOfRun) {
        if (error.how === 'stopped') trace.outcome = 'done'
        throw error
      }
      this.#failed(step, place, error)
    } finally {
      this.#hands.changed(run)
    }
  }

  /** Asked once: a step that has begun to act is not left because of what it did. */
  #unmet(step: Step, { run, step: at, trace }: StepPlace): Judgement | null {
    if (step.if === undefined || run.progress.get(`${at}?`) !== undefined) return null
    const { unmet, saw } = ask(step.if, { rule: run.rule, data: run.start.data, world: this.#hands.world })
    if (saw.length > 0) trace.saw = saw
    if (unmet === null) run.progress.set(`${at}?`, true)
    return unmet
  }

  #skipped(step: Step, { run, step: at, trace }: StepPlace, { why, saw }: Judgement): void {
    trace.outcome = 'skipped'
    trace.why = why
    const seen = saw.length === 0 ? {} : { saw }
    const { because } = run.start
    const level = isToldBefore(run, at) ? 'debug' : 'info'
    this.#hands.log[level](`${wordsOf(run.rule)} skips ${wordsOfStep(step, at)}: ${why}`, {
      because,
      ...seen,
    })
  }

  #failed(step: Step, { run, step: at, trace }: StepPlace, error: unknown): void {
    const { log } = this.#hands
    const isSaid = error instanceof StepFailed
    trace.outcome = 'failed'
    if (!isSaid) trace.why = messageOf(error)
    const detail = { error: messageOf(error) }
    if (step.onError === 'continue') {
      const level = isToldBefore(run, at) ? 'debug' : 'warn'
      log[level](`${placeOf(run.rule)} goes on though ${wordsOfStep(step, at)} failed`, detail)
      return
    }
    if (!isSaid) log.error(`${placeOf(run.rule)} stopped at ${wordsOfStep(step, at)}`, detail)
    throw isSaid ? error : new StepFailed(at, error)
  }

  #does(step: Step, place: StepPlace): Promise<void> {
    switch (step.does) {
      case 'act':
        return act(step, place, this.#hands)
      case 'choose':
        return this.#choose(step, place)
      case 'wait':
        return sleep(`${place.step}~`, step.ms, place, this.#hands)
      case 'wait-for':
        return this.#waitFor(step, place)
      case 'repeat':
        return this.#repeat(step, place)
      case 'parallel':
        return this.#parallel(step, place)
      case 'stop':
        throw new EndOfRun('stopped', step.because)
    }
  }

  async #choose(step: ChooseStep, place: StepPlace): Promise<void> {
    const { run, step: at } = place
    const known = run.progress.get(`${at}>`)
    const way = typeof known === 'number' ? known : this.#wayOf(step, place)
    if (typeof way !== 'number') return this.#skipped(step, place, way)
    run.progress.set(`${at}>`, way)
    await this.doAll(step.ways[way]?.do ?? [], { ...place, prefix: `${at}.` })
  }

  #wayOf(step: ChooseStep, { run, trace }: StepPlace): number | Judgement {
    const { rule, start } = run
    const { way, saw } = wayAmong(step.ways, { rule, data: start.data, world: this.#hands.world })
    if (saw.length > 0) trace.saw = [...new Set([...(trace.saw ?? []), ...saw])]
    if (typeof way === 'number') trace.way = wordsOfWay(step.ways, way)
    return way
  }

  async #waitFor(step: WaitForStep, place: StepPlace): Promise<void> {
    const { run, step: at, trace } = place
    const came = run.progress.get(`${at}>`) ?? (await coming(step, place, this.#hands))
    if (typeof came === 'string') trace.why = came
    if (came !== timedOut) return
    if (step.onTimeout === 'stop') throw new EndOfRun('stopped', timedOut)
    await this.doAll(step.onTimeout, { ...place, prefix: `${at}.` })
  }

  async #repeat(step: RepeatStep, place: StepPlace): Promise<void> {
    const { run, step: at } = place
    const { progress } = run
    for (;;) {
      const known = progress.get(`${at}@`)
      const round = typeof known === 'number' ? known : 0
      if (typeof step.rounds === 'number' ? round >= step.rounds : !this.#goesRound(step, place, round))
        return
      this.#countRound(run)
      await this.doAll(step.do, { ...place, prefix: `${at}.`, isLast: false })
      const asked = progress.get(`${at}?`)
      progress.forget(at)
      if (asked !== undefined) progress.set(`${at}?`, asked)
      progress.set(`${at}@`, round + 1)
      run.signal.throwIfAborted()
      // Whoever goes round without a wait keeps nobody else from his turn. Tried dry, he has all the time there is.
      if (!this.#hands.dryRun && roundsOf(run) % roundsInATurn === 0)
        await run.aside(place.strand, () => nextTurn())
    }
  }

  /** @throws AppError `conflict` where loops in loops have gone round too often. */
  #countRound(run: Run): void {
    const rounds = roundsOf(run)
    if (rounds >= mostRounds)
      throw new AppError(
        'conflict',
        `its loops have gone round ${mostRounds.toLocaleString('en')} times in all, and a run may no oftener`,
      )
    run.progress.set(roundsMark, rounds + 1)
  }

  #goesRound({ rounds, most }: RepeatStep, { run, step: at, trace }: StepPlace, round: number): boolean {
    if (typeof rounds === 'number' || run.progress.get(`${at}>`) === true) return true
    const { world } = this.#hands
    const { unmet, saw } = ask(rounds, { rule: run.rule, data: run.start.data, world })
    trace.way = `${round} ${round === 1 ? 'round' : 'rounds'} so far; \`while\` ${unmet === null ? 'holds' : 'holds no longer'}`
    if (saw.length > 0) trace.saw = saw
    if (unmet !== null) return false
    if (round >= most)
      throw new AppError(
        'conflict',
        `it has gone round ${most} times, and \`while\` still holds; \`max\` says how often it may`,
      )
    run.progress.set(`${at}>`, true)
    return true
  }

  async #parallel(step: ParallelStep, place: StepPlace): Promise<void> {
    const { run, step: at, strand } = place
    const ways = step.ways.map(async (steps, index) => {
      const own = run.newStrand()
      run.acts(1)
      try {
        await own.turn?.ready
        await this.doAll(steps, { run, strand: own, prefix: `${at}.${index + 1}.`, isLast: false })
      } catch (error) {
        // A `stop` in one of them is the end of all.
        if (error instanceof EndOfRun && error.how === 'stopped') run.stop(error.why)
        throw error
      } finally {
        own.turn?.leave()
        run.acts(-1)
      }
    })
    const outcomes = await this.#aside(run, strand, Promise.allSettled(ways))
    const errors = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    const end = errors.find((error) => error instanceof EndOfRun)
    if (end !== undefined) throw end
    if (errors.length > 0) throw errors[0]
  }

  /** The strands of a run that is ended meanwhile end by themselves, and are waited for. */
  async #aside<Result>(run: Run, strand: Strand, work: Promise<Result>): Promise<Result> {
    strand.turn?.leave()
    strand.turn = null
    run.acts(-1)
    const result = await work
    run.acts(1)
    const own = run.newStrand()
    strand.turn = own.turn
    await strand.turn?.ready
    return result
  }
}

/** How often the loops of a run have gone round, all of them together. */
function roundsOf({ progress }: Run): number {
  const known = progress.get(roundsMark)
  return typeof known === 'number' ? known : 0
}

/** Whether the step stands in a loop that has gone round some times already. */
function isToldBefore({ progress, isRoutine }: Run, step: string): boolean {
  if (isRoutine) return true
  const numbers = step.split('.')
  const around = numbers.slice(1).map((_, index) => numbers.slice(0, index + 1).join('.'))
  return around.some((loop) => Number(progress.get(`${loop}@`) ?? 0) >= roundsTold)
}

// No step is called so.
const roundsMark = '@'
// What happens in a loop again and again is worth a line of the log only at first; the trace has it.
const roundsTold = 3
const roundsInATurn = 100
// A week of a round each minute; three loops in one another would come to a thousand million.
const mostRounds = 10_000
