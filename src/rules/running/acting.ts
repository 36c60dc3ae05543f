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
  await doing.whole(() => step.definition.run(contextOf(step, place, { hands, doing })))
}

function contextOf(
  step: ActionStep,
  place: StepPlace,
  { hands, doing }: { readonly hands: StepHands; readonly doing: Doing },
): ActionContext<never> {
  const { world, clock, dryRun } = hands
  const { run, step: at, trace, strand, isLast } = place
  const { rule, start } = run
  const now = () => valuesFor({ rule, data: start.data }, world)
  let asked = 0
  const nextMark = () => `${at}!${asked++}`
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
    lastEffect: (effect) => {
      const mark = nextMark()
      return doing.askedLast(() => carryOut(effect, { run, strand, mark, trace, isLast }, hands))
    },
  }
}
