import type { Effect } from '../../core/effect.ts'
import type { ActionContext, PluginEffect } from '../plugin.ts'
import type { ActionStep, Step } from '../step.ts'

/**
 * The steps with actions that do nothing of what only a plug-in can do: `told` hears of it: its
 * `detail`, as a text or as JSON.
 */
export function withDryActs(steps: readonly Step[], told: (words: string) => void): readonly Step[] {
  const inner = (list: readonly Step[]) => withDryActs(list, told)
  return steps.map((step): Step => {
    switch (step.does) {
      case 'act':
        return dryAct(step, told)
      case 'choose':
        return { ...step, ways: step.ways.map((way) => ({ ...way, do: inner(way.do) })) }
      case 'wait-for':
        return step.onTimeout === 'stop' ? step : { ...step, onTimeout: inner(step.onTimeout) }
      case 'repeat':
        return { ...step, do: inner(step.do) }
      case 'parallel':
        return { ...step, ways: step.ways.map(inner) }
      default:
        return step
    }
  })
}

function dryAct(step: ActionStep, told: (words: string) => void): ActionStep {
  const { definition } = step
  const run = (context: ActionContext<unknown>) => definition.run(dryContext(context, told))
  return { ...step, definition: { ...definition, run } }
}

function dryContext(context: ActionContext<unknown>, told: (words: string) => void): ActionContext<unknown> {
  const effect = async (effect: Effect | PluginEffect) => {
    if (effect.kind !== 'plugin') return context.effect(effect)
    told(typeof effect.detail === 'string' ? effect.detail : JSON.stringify(effect.detail))
  }
  return { ...context, dryRun: true, effect }
}
