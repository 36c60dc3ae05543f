import type { Clock } from '../../core/clock.ts'
import { isoOf } from '../../core/clock.ts'
import type { Also } from '../../core/collection.ts'
import type { Effect } from '../../core/effect.ts'
import { AppError, messageOf } from '../../core/error.ts'
import type { PluginEffect } from '../plugin.ts'
import { askedOf } from './action-context.ts'
import { EndOfRun, unlessAborted } from './end-of-run.ts'
import type { Batch } from './journal.ts'
import type { Run, Strand } from './run.ts'
import type { EffectTrace, StepTrace } from './trace.ts'

/** What effects are carried out with. */
export interface EffectHands {
  readonly clock: Clock
  readonly dryRun: boolean
  /** Resolves when such an effect can be tried, as just after the start nothing is known of players yet; null: now. */
  ready(effect: Effect | PluginEffect): Promise<void> | null
  /** `also`: rows that the store takes together with what the effect changes in it. */
  perform(effect: Effect, run: Run, also: Also): Promise<void>
}

/** Where an effect stands: in which run, under which mark, in whose trace. */
export interface EffectPlace {
  readonly run: Run
  readonly strand: Strand
  readonly mark: string
  readonly trace: StepTrace
  /** Whether the run does nothing behind it. */
  readonly isLast: boolean
}

// What was to be done in the evening is not to be heard at night.
const lateMs = 900_000
// Whoever is asked and never answers keeps the rule from running again.
const answerMs = 300_000
// Nobody reads more of one step, and all are kept.
const mostNoted = 100

/**
 * Carries an effect out, once: what changes queues, vars and inputs is in the store together with the mark that it was
 * done; of what goes outside, it is marked before that it begins. Where a kill has left open what came of it, it is not
 * done again. What goes outside is not done either when its time was over long ago, as after a night without power.
 * @throws AppError with the reason when it could not be carried out.
 */
export async function carryOut(
  effect: Effect | PluginEffect,
  place: EffectPlace,
  hands: EffectHands & { readonly perform: EffectHands['perform'] },
  own: () => Promise<unknown> = async () => undefined,
): Promise<void> {
  const { run, mark } = place
  run.checkGoesOn()
  const known = run.progress.get(mark)
  if (known === 'begun') return leftOpen(effect, place, hands)
  if (typeof known === 'string' && known.startsWith(failure))
    throw new AppError('conflict', known.slice(failure.length))
  if (known !== undefined) return
  if (isInside(effect)) return traced(effect, place, hands, () => inside(effect, place, hands))
  if (effect.kind === 'log') return traced(effect, place, hands, () => hands.perform(effect, run, nothing))
  if (hands.clock.now().getTime() - run.dueMs > lateMs) return tooLate(effect, place, hands)
  const ready = hands.ready(effect)
  if (ready !== null) await run.aside(place.strand, (signal) => unlessAborted(ready, signal))
  await begin(place)
  const work = async () => {
    if (effect.kind !== 'plugin') return hands.perform(effect, run, nothing)
    if (!hands.dryRun) await own()
  }
  if (isSlow(effect)) await slowly(effect, place, hands, work)
  else await traced(effect, place, hands, work)
  run.isDueAt(hands.clock.now().getTime())
}

const failure = 'failed: '
const nothing: Also = { rows: () => [] }

/** @throws AppError where it could not be kept, and a kill would have it done twice. */
async function begin({ run, mark }: EffectPlace): Promise<void> {
  run.progress.set(mark, 'begun')
  const [isKept] = await Promise.all([run.write(), run.othersStored()])
  if (isKept || !run.isKept) return run.checkGoesOn()
  const why = 'it is not done, as the store could not keep that it is: after a kill it would be done again'
  run.progress.set(mark, `${failure}${why}`)
  throw new AppError('unavailable', why)
}

type InsideKind = 'mutate-queue' | 'fill-queue' | 'set-var' | 'set-input'

/** What changes nothing but what the store holds, and is stored there together with the journal. */
function isInside(effect: Effect | PluginEffect): effect is Extract<Effect, { kind: InsideKind }> {
  const inside: readonly string[] = ['mutate-queue', 'fill-queue', 'set-var', 'set-input']
  return inside.includes(effect.kind)
}

/** Who is asked may take seconds to answer, and nobody's press shall wait for that. */
function isSlow({ kind }: Effect | PluginEffect): boolean {
  const quick: readonly string[] = [
    ...['command', 'start-stream', 'tell-story', 'let-end'],
    ...['return-volume', 'publish', 'delete-stream'],
  ]
  return !quick.includes(kind)
}

/** Others act meanwhile. When the run ends, nobody waits for the answer any more. */
async function slowly(
  effect: Effect | PluginEffect,
  place: EffectPlace,
  hands: EffectHands,
  work: () => Promise<void>,
): Promise<void> {
  const { run, strand, mark } = place
  // Nothing of it has begun: it is done when the run is taken up again.
  if (run.signal.aborted) run.progress.delete(mark)
  await run.aside(strand, () =>
    traced(effect, place, hands, () => unlessAborted(answered(work(), hands.clock), run.gone)),
  )
}

/** @throws AppError where no answer comes. */
async function answered(work: Promise<void>, clock: Pick<Clock, 'sleep'>): Promise<void> {
  const enough = new AbortController()
  const never = clock.sleep(answerMs, enough.signal).then(() => {
    throw new AppError('unavailable', `there was no answer within ${answerMs / 60_000} minutes`)
  })
  try {
    await Promise.race([work, never])
  } finally {
    never.catch(() => undefined)
    enough.abort('answered')
  }
}

async function inside(
  effect: Effect,
  { run, mark, isLast }: EffectPlace,
  { perform }: EffectHands,
): Promise<void> {
  let batch: Batch | null = null
  try {
    await perform(effect, run, {
      // Asked again where what it follows from was lost.
      rows: () => {
        settled(batch)?.lost()
        run.progress.set(mark, 'done')
        batch = run.batch()
        if (isLast) run.leave()
        return batch.rows
      },
      // What goes outside is in the store with the disk's word, and all before it.
      isSoon: true,
    })
  } catch (error) {
    settled(batch)?.lost()
    throw error
  }
  settled(batch)?.kept()
}

// Whether the store was asked at all, the compiler cannot see.
const settled = (batch: Batch | null): Batch | null => batch

async function traced(
  effect: Effect | PluginEffect,
  place: EffectPlace,
  { clock }: EffectHands,
  work: () => Promise<void>,
): Promise<void> {
  const { run, mark } = place
  const trace = noted(effect, place, clock)
  const began = clock.now().getTime()
  try {
    await work()
    run.progress.set(mark, 'done')
    trace.outcome = 'done'
  } catch (error) {
    // What comes of it is not known.
    if (error instanceof EndOfRun) throw error
    run.progress.set(mark, `${failure}${messageOf(error)}`)
    trace.outcome = 'failed'
    trace.reason = messageOf(error)
    throw error
  } finally {
    trace.ms = clock.now().getTime() - began
  }
}

function leftOpen(effect: Effect | PluginEffect, place: EffectPlace, { clock }: EffectHands): void {
  place.run.progress.set(place.mark, 'unknown')
  const trace = noted(effect, place, clock)
  trace.outcome = 'unknown'
  trace.reason = 'the product ended while it was being done; it is not done again'
}

function tooLate(effect: Effect | PluginEffect, place: EffectPlace, { clock }: EffectHands): void {
  place.run.progress.set(place.mark, 'late')
  const trace = noted(effect, place, clock)
  trace.outcome = 'late'
  trace.reason = `it was to be done at ${isoOf(new Date(place.run.dueMs))}, and nothing that old is sent`
}

function noted(
  effect: Effect | PluginEffect,
  { trace }: EffectPlace,
  clock: Pick<Clock, 'now'>,
): EffectTrace {
  const asked = effect.kind === 'plugin' ? effect.detail : askedOf(effect)
  const noted: EffectTrace = { kind: effect.kind, asked, at: isoOf(clock.now()), outcome: 'sent' }
  if (trace.effects.length < mostNoted) trace.effects.push(noted)
  return noted
}
