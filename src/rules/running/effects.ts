import type { Clock } from '../../core/clock.ts'
import { isoOf } from '../../core/clock.ts'
import type { Entry } from '../../core/collection.ts'
import type { Effect } from '../../core/effect.ts'
import { AppError, messageOf } from '../../core/error.ts'
import type { PluginEffect } from '../plugin.ts'
import { askedOf } from './action-context.ts'
import { unlessAborted } from './end-of-run.ts'
import type { Run, Strand } from './run.ts'
import type { EffectTrace, StepTrace } from './trace.ts'

/** What effects are carried out with. */
export interface EffectHands {
  readonly clock: Clock
  readonly dryRun: boolean
  /** Resolves when such an effect can be tried, as just after the start nothing is known of players yet; null: now. */
  ready(effect: Effect | PluginEffect): Promise<void> | null
  /** `also`: rows that the store takes together with what the effect changes in it. */
  perform(effect: Effect, run: Run, also: () => readonly Entry[]): Promise<void>
}

/** Where an effect stands: in which run, under which mark, in whose trace. */
export interface EffectPlace {
  readonly run: Run
  readonly strand: Strand
  readonly mark: string
  readonly trace: StepTrace
}

// What was to be done in the evening is not to be heard at night.
const lateMs = 900_000

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
  const known = run.progress.get(mark)
  if (known === 'begun') return leftOpen(effect, place, hands)
  if (typeof known === 'string' && known.startsWith(failure))
    throw new AppError('conflict', known.slice(failure.length))
  if (known !== undefined) return
  if (isInside(effect)) return traced(effect, place, hands, () => inside(effect, place, hands))
  if (effect.kind === 'log') return traced(effect, place, hands, () => hands.perform(effect, run, () => []))
  if (hands.clock.now().getTime() - run.dueMs > lateMs) return tooLate(effect, place, hands)
  const ready = hands.ready(effect)
  if (ready !== null) await run.aside(place.strand, (signal) => unlessAborted(ready, signal))
  run.progress.set(mark, 'begun')
  await run.write()
  const work = async () => {
    if (effect.kind !== 'plugin') return hands.perform(effect, run, () => [])
    if (!hands.dryRun) await own()
  }
  await traced(effect, place, hands, () => (isSlow(effect) ? run.aside(place.strand, work) : work()))
}

const failure = 'failed: '
// An action of a plug-in may do thousands of things, and what is kept of it is written each time.
const mostEffects = 100

type InsideKind = 'mutate-queue' | 'fill-queue' | 'delete-stream' | 'set-var' | 'set-input'

/** What changes nothing but what the store holds. */
function isInside(effect: Effect | PluginEffect): effect is Extract<Effect, { kind: InsideKind }> {
  const inside: readonly string[] = ['mutate-queue', 'fill-queue', 'delete-stream', 'set-var', 'set-input']
  return inside.includes(effect.kind)
}

/** Who is asked may take seconds to answer, and nobody's press shall wait for that. */
function isSlow({ kind }: Effect | PluginEffect): boolean {
  const quick: readonly string[] = ['command', 'start-stream', 'return-volume', 'publish']
  return !quick.includes(kind)
}

function inside(effect: Effect, { run, mark }: EffectPlace, { perform }: EffectHands): Promise<void> {
  return perform(effect, run, () => {
    run.progress.set(mark, 'done')
    return run.rows()
  })
}

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
  if (trace.effects.length < mostEffects) trace.effects.push(noted)
  return noted
}
