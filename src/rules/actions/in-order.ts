import type { Effect } from '../../core/effect.ts'
import type { ActionContext } from '../plugin.ts'

type Hands = Pick<ActionContext<unknown>, 'effect' | 'lastEffect'>

/** Carries the effects out, one after the other; behind the last of them the action does nothing. */
export async function inOrder({ effect, lastEffect }: Hands, effects: readonly Effect[]): Promise<void> {
  for (const one of effects.slice(0, -1)) await effect(one)
  const last = effects.at(-1)
  if (last !== undefined) await lastEffect(last)
}
