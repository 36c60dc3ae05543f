import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Entry } from '../../core/collection.ts'
import type { Effect } from '../../core/effect.ts'
import { AppError, messageOf } from '../../core/error.ts'
import type { Log } from '../../core/log.ts'
import type { Judgement } from '../condition.ts'
import { valuesFor } from '../names.ts'
import type { ActionContext, PlainData, PluginEffect, TriggerData, TriggerDef, World } from '../plugin.ts'
import type { Bound, Rule } from '../rule-set.ts'
import type { ActionStep, ChooseStep, ParallelStep, RepeatStep, Step, WaitForStep, Way } from '../step.ts'
import { filled, settingsOf, targetStream } from './action-context.ts'
import { Doing } from './doing.ts'
import { carryOut, type EffectHands } from './effects.ts'
import { EndOfRun, StepFailed, unlessAborted } from './end-of-run.ts'
import type { Run, Strand } from './run.ts'
import type { StepTrace } from './trace.ts'
import { ask, wayAmong } from './way.ts'

/** What steps are done with. */
export interface StepHands extends EffectHands {
  readonly world: World
  readonly log: Log
  /** Calls `fired` when the trigger next fires and its own `if` holds, until the signal is aborted. */
  arm(rule: Rule, trigger: Bound<TriggerDef>, armed: Armed): void
  changed(run: Run): void
}

export interface Armed {
  /** Tells it from the rule's own triggers and from those of other runs. */
  readonly name: string
  readonly signal: AbortSignal
  /** What the rule was started with: it stands for whatever the trigger itself does not tell of. */
  readonly data: TriggerData
  readonly fired: (because: string) => void
  /** It fired, but its `if` did not hold. */
  readonly unmet: (judgement: Judgement, because: string) => void
  /** As the run is by then, to be written together with whatever else the same event has brought about. */
  readonly rows: () => readonly Entry[]
}

/** Where a list of steps stands: `prefix` is `2.` within step 2, empty for the rule's own. */
interface ListPlace {
  readonly run: Run
  readonly strand: Strand
  readonly prefix: string
}

interface StepPlace {
  readonly run: Run
  readonly strand: Strand
  /** `2.1` */
  readonly step: string
  readonly trace: StepTrace
}

/** Does the steps of a run, one after the other; of a run that is taken up again, those that it has not done yet. */
export class Steps {
  readonly #hands: StepHands
  #rounds = 0

  constructor(hands: StepHands) {
    this.#hands = hands
  }

  /** @throws EndOfRun where the run was ended, StepFailed where one failed. */
  async doAll(steps: readonly Step[], place: ListPlace): Promise<void> {
    const { run, prefix } = place
    for (const [index, step] of [...steps.entries()].slice(run.progress.endedIn(prefix))) {
      run.checkGoesOn()
      await this.#one(step, { ...place, step: `${prefix}${index + 1}` })
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
    this.#hands.log.info(`${wordsOf(run.rule)} skips ${wordsOfStep(step, at)}: ${why}`, { because, ...seen })
  }

  #failed(step: Step, { run, step: at, trace }: StepPlace, error: unknown): void {
    const { log } = this.#hands
    const isSaid = error instanceof StepFailed
    trace.outcome = 'failed'
    if (!isSaid) trace.why = messageOf(error)
    const detail = { error: messageOf(error) }
    if (step.onError === 'continue') {
      log.warn(`${placeOf(run.rule)} goes on though ${wordsOfStep(step, at)} failed`, detail)
      return
    }
    if (!isSaid) log.error(`${placeOf(run.rule)} stopped at ${wordsOfStep(step, at)}`, detail)
    throw isSaid ? error : new StepFailed(at, error)
  }

  #does(step: Step, place: StepPlace): Promise<void> {
    switch (step.does) {
      case 'act':
        return this.#act(step, place)
      case 'choose':
        return this.#choose(step, place)
      case 'wait':
        return this.#sleep(`${place.step}~`, step.ms, place)
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

  /** Until so many milliseconds after the run first came here, or `ended` is aborted. */
  async #sleep(mark: string, ms: number, place: StepPlace, ended?: AbortSignal): Promise<void> {
    const { clock } = this.#hands
    const { run } = place
    const until = run.progress.recall(mark, () => clock.now().getTime() + ms)
    const left = () => until - clock.now().getTime()
    if (left() > 0) {
      this.#waits(place)
      await run.write()
      await run.aside(place.strand, (signal) =>
        clock.sleep(Math.max(0, left()), ended === undefined ? signal : AbortSignal.any([signal, ended])),
      )
      place.trace.outcome = 'running'
    }
    run.isDueAt(until)
  }

  #waits({ run, trace }: StepPlace): void {
    trace.outcome = 'waiting'
    this.#hands.changed(run)
  }

  async #waitFor(step: WaitForStep, place: StepPlace): Promise<void> {
    const { run, step: at, trace } = place
    const came = run.progress.get(`${at}>`) ?? (await this.#coming(step, place))
    if (typeof came === 'string') trace.why = came
    if (came !== timedOut) return
    if (step.onTimeout === 'stop') throw new EndOfRun('stopped', timedOut)
    await this.doAll(step.onTimeout, { ...place, prefix: `${at}.` })
  }

  /** What came, or that the time is over; written before anything follows from it, or what came would be lost. */
  async #coming(step: WaitForStep, place: StepPlace): Promise<PlainData> {
    const { clock } = this.#hands
    const { run, step: at, strand, trace } = place
    const { timeoutMs } = step
    const until =
      timeoutMs === null ? null : run.progress.recall(`${at}~`, () => clock.now().getTime() + timeoutMs)
    const listening = new AbortController()
    try {
      const fired = new Promise<string>((resolve) => {
        for (const [index, trigger] of step.when.entries()) {
          const name = `${run.rule.id} waiting at ${at}${step.when.length > 1 ? ` (${index + 1})` : ''}`
          this.#hands.arm(run.rule, trigger, {
            ...{ name, signal: listening.signal, rows: () => run.rows(), data: run.start.data },
            fired: (because) => resolve(run.progress.recall(`${at}>`, () => because)),
            unmet: (judgement, because) => this.#waitsOn(step, place, { judgement, because }),
          })
        }
      })
      this.#waits(place)
      await run.write()
      const came = await run.aside(strand, (signal) => {
        const time =
          until === null ? [] : [this.#timeOver(until, AbortSignal.any([signal, listening.signal]))]
        return unlessAborted(Promise.race([fired, ...time]), signal)
      })
      run.isDueAt(clock.now().getTime())
      trace.outcome = 'running'
      const first = run.progress.recall(`${at}>`, () => came)
      await run.write()
      return first
    } finally {
      listening.abort('it came')
    }
  }

  #waitsOn(
    step: Step,
    { run, step: at, trace }: StepPlace,
    { judgement: { why, saw }, because }: { readonly judgement: Judgement; readonly because: string },
  ): void {
    trace.why = `${because}, but ${why}`
    if (saw.length > 0) trace.saw = saw
    const seen = saw.length === 0 ? {} : { saw }
    this.#hands.log.info(`${wordsOf(run.rule)} waits on at ${wordsOfStep(step, at)}: ${why}`, {
      because,
      ...seen,
    })
    this.#hands.changed(run)
  }

  async #timeOver(untilMs: number, signal: AbortSignal): Promise<string> {
    const { clock } = this.#hands
    // Whoever is no longer waited for must not end the process.
    await clock.sleep(Math.max(0, untilMs - clock.now().getTime()), signal).catch(() => undefined)
    return timedOut
  }

  async #repeat(step: RepeatStep, place: StepPlace): Promise<void> {
    const { run, step: at } = place
    const { progress } = run
    for (;;) {
      const known = progress.get(`${at}@`)
      const round = typeof known === 'number' ? known : 0
      if (typeof step.rounds === 'number' ? round >= step.rounds : !this.#goesRound(step, place, round))
        return
      await this.doAll(step.do, { ...place, prefix: `${at}.` })
      const asked = progress.get(`${at}?`)
      progress.forget(at)
      if (asked !== undefined) progress.set(`${at}?`, asked)
      progress.set(`${at}@`, round + 1)
      run.signal.throwIfAborted()
      // Whoever goes round without a wait keeps nobody else from his turn.
      if (++this.#rounds % roundsInATurn === 0) await run.aside(place.strand, () => nextTurn())
    }
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
        await this.doAll(steps, { run, strand: own, prefix: `${at}.${index + 1}.` })
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

  async #act(step: ActionStep, place: StepPlace): Promise<void> {
    const doing = new Doing(place.strand, this.#hands.clock)
    await doing.whole(() => step.definition.run(this.#context(step, place, doing)))
  }

  #context(step: ActionStep, place: StepPlace, doing: Doing): ActionContext<never> {
    const { world, clock, dryRun } = this.#hands
    const { run, step: at, trace, strand } = place
    const { rule, start } = run
    const now = () => valuesFor({ rule, data: start.data }, world)
    let asked = 0
    const nextMark = () => `${at}!${asked++}`
    const sleep = (ms: number) => {
      const mark = nextMark()
      return doing.asked(() => this.#sleep(mark, ms, place, doing.over))
    }
    return {
      options: filled(step, now) as never,
      ruleId: rule.id,
      world,
      trigger: start.data,
      signal: run.signal,
      dryRun,
      clock: {
        now: () => clock.now(),
        sleep: (ms) => sleep(ms),
        until: (when) => sleep(when.getTime() - clock.now().getTime()),
      },
      recorded: async (look) => run.progress.recall(nextMark(), look),
      stream: () => targetStream(rule, start.data),
      settings: settingsOf(step, now),
      effect: (effect: Effect | PluginEffect, own?: () => Promise<unknown>) => {
        const mark = nextMark()
        return doing.asked(() => carryOut(effect, { run, strand, mark, trace }, this.#hands, own))
      },
    }
  }
}

const timedOut = 'nothing came in time'
const roundsInATurn = 100

/** "if", "else"; of more than these "way 2 of 3", with the `else` by its name. */
function wordsOfWay(ways: readonly Way[], way: number): string {
  if (ways[way]?.if === null) return 'else'
  const conditioned = ways.filter((one) => one.if !== null)
  return conditioned.length === 1 ? 'if' : `${way + 1} of ${conditioned.length}`
}

/** The rule with its name, for the log. */
export function wordsOf({ id, name }: Rule): string {
  return name == null ? `rule "${id}"` : `rule "${id}" (${name})`
}

/** The same with its place. */
export function placeOf({ id, name, place }: Rule): string {
  return `rule "${id}" (${name == null ? place : `${name}, ${place}`})`
}

function wordsOfStep({ kind, name }: Step, at: string): string {
  return `action ${at} \`${kind}\`${name === undefined ? '' : ` (${name})`}`
}
