import type { Effect } from '../../core/effect.ts'
import { valuesFor } from '../names.ts'
import type { ActionContext, PluginEffect } from '../plugin.ts'
import type { ActionStep } from '../step.ts'
import { filled, settingsOf, targetStream } from './action-context.ts'
import { Doing } from './doing.ts'
import { carryOut } from './effects.ts'
import type { StepHands, StepPlace } from './step-place.ts'
import { sleep } from './waiting.ts'

/** Does an action, once; what it asks for is numbered, so that it is known again after a restart. */
export async function act(step: ActionStep, place: StepPlace, hands: StepHands): Promise<void> {
  const doing = new Doing(place.strand, hands.clock)
  const nextMark = marksOf(place)
  const last = await doing.whole(() =>
    step.definition.run(contextOf(step, place, { hands, doing, nextMark })),
  )
  if (last !== undefined) await carryOut(last, { ...place, mark: nextMark() }, hands)
}

function marksOf({ step }: StepPlace): () => string {
  let asked = 0
  return () => `${step}!${asked++}`
}

interface Acting {
  readonly hands: StepHands
  readonly doing: Doing
  readonly nextMark: () => string
}

function contextOf(
  step: ActionStep,
  place: StepPlace,
  { hands, doing, nextMark }: Acting,
): ActionContext<never> {
  const { world, clock, dryRun } = hands
  const { run, strand, trace } = place
  const { rule, start } = run
  const now = () => valuesFor({ rule, data: start.data }, world)
  const wait = (ms: number) => {
    const mark = nextMark()
    return doing.asked(() => sleep(mark, ms, place, hands, doing.over))
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
      sleep: (ms) => wait(ms),
      until: (when) => wait(when.getTime() - clock.now().getTime()),
    },
    recorded: async (look) => run.progress.recall(nextMark(), look),
    stream: () => targetStream(rule, start.data),
    settings: settingsOf(step, now),
    effect: (effect: Effect | PluginEffect, own?: () => Promise<unknown>) => {
      const mark = nextMark()
      return doing.asked(() => carryOut(effect, { run, strand, mark, trace, isLast: false }, hands, own))
    },
  }
}
