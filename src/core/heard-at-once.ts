import type { Effect } from './effect.ts'
import { makesStream } from './queue.ts'

/** Whether whoever wishes it from outside expects it to be heard at once, and not when the item ends. */
export function isHeardAtOnce(effect: Effect): boolean {
  if (effect.kind === 'fill-queue') return effect.how === 'now'
  if (effect.kind !== 'mutate-queue') return false
  const { mutation } = effect
  if (mutation.op === 'insert-next') return mutation.now === true
  return mutation.op === 'step' || mutation.op === 'go-to'
}

/** Whether it puts something into a stream. */
export function putsIn(effect: Effect): boolean {
  return effect.kind === 'fill-queue' || (effect.kind === 'mutate-queue' && makesStream(effect.mutation))
}
