import { setMaxListeners } from 'node:events'
import type { Clock } from '../../core/clock.ts'
import type { Judgement } from '../condition.ts'
import type { PlainData } from '../plugin.ts'
import type { Step, WaitForStep } from '../step.ts'
import { unlessAborted } from './end-of-run.ts'
import type { StepHands, StepPlace } from './step-place.ts'
import { wordsOf, wordsOfStep } from './words.ts'

type WaitHands = Pick<StepHands, 'clock' | 'log' | 'arm' | 'changed'>

/** A trigger that is waited for fired, but its `if` did not hold. */
interface Unmet {
  readonly judgement: Judgement
  readonly because: string
  readonly hands: WaitHands
}

export const timedOut = 'nothing came in time'

/** Until so many milliseconds after the run first came here, or `ended` is aborted. */
export async function sleep(
  mark: string,
  ms: number,
  place: StepPlace,
  hands: WaitHands,
  ended?: AbortSignal,
): Promise<void> {
  const { clock } = hands
  const { run } = place
  const until = run.progress.recall(mark, () => clock.now().getTime() + ms)
  const left = () => until - clock.now().getTime()
  if (left() > 0) {
    waits(place, hands)
    await run.write()
    await run.aside(place.strand, (signal) =>
      clock.sleep(Math.max(0, left()), ended === undefined ? signal : AbortSignal.any([signal, ended])),
    )
    place.trace.outcome = 'running'
  }
  run.isDueAt(until)
}

function waits({ run, trace }: StepPlace, { changed }: Pick<WaitHands, 'changed'>): void {
  trace.outcome = 'waiting'
  changed(run)
}

/** What came, or that the time is over; written before anything follows from it, or what came would be lost. */
export async function coming(step: WaitForStep, place: StepPlace, hands: WaitHands): Promise<PlainData> {
  const { clock } = hands
  const { run, step: at, strand, trace } = place
  const { timeoutMs } = step
  const until =
    timeoutMs === null ? null : run.progress.recall(`${at}~`, () => clock.now().getTime() + timeoutMs)
  const listening = new AbortController()
  setMaxListeners(0, listening.signal)
  try {
    const fired = new Promise<string>((resolve) => {
      for (const [index, trigger] of step.when.entries()) {
        const name = `${run.rule.id} waiting at ${at}${step.when.length > 1 ? ` (${index + 1})` : ''}`
        hands.arm(run.rule, trigger, {
          ...{ name, signal: listening.signal, rows: () => run.rows(), data: run.start.data },
          fired: (because) => resolve(run.progress.recall(`${at}>`, () => because)),
          unmet: (judgement, because) => waitsOn(step, place, { judgement, because, hands }),
        })
      }
    })
    waits(place, hands)
    await run.write()
    const came = await run.aside(strand, (signal) => {
      const time = until === null ? [] : [timeOver(until, AbortSignal.any([signal, listening.signal]), clock)]
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

function waitsOn(
  step: Step,
  { run, step: at, trace }: StepPlace,
  { judgement: { why, saw }, because, hands }: Unmet,
): void {
  trace.why = `${because}, but ${why}`
  if (saw.length > 0) trace.saw = saw
  const seen = saw.length === 0 ? {} : { saw }
  hands.log.info(`${wordsOf(run.rule)} waits on at ${wordsOfStep(step, at)}: ${why}`, {
    because,
    ...seen,
  })
  hands.changed(run)
}

async function timeOver(
  untilMs: number,
  signal: AbortSignal,
  clock: Pick<Clock, 'now' | 'sleep'>,
): Promise<string> {
  // Whoever is no longer waited for must not end the process.
  await clock.sleep(Math.max(0, untilMs - clock.now().getTime()), signal).catch(() => undefined)
  return timedOut
}
