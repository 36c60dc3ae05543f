import type { Effect } from '../../core/effect.ts'
import type { ActionContext, LastEffect } from '../plugin.ts'

/** Carries the effects out, one after the other, but for the last one, with which the action ends. */
export async function inOrder(
  { effect }: Pick<ActionContext<unknown>, 'effect'>,
  effects: readonly Effect[],
): Promise<LastEffect> {
  for (const one of effects.slice(0, -1)) await effect(one)
  return effects.at(-1)
}
