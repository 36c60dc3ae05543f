import { AppError, type HouseFault } from './error.ts'
import { playOrder } from './play-order.ts'
import type { Queue, QueueMove } from './queue.ts'

/** Where a stream may be asked to go, seen from the item that is due. */
export type QueueGoal = 'next' | 'previous' | 'first'

/** The move that leads there; before the first item there is nothing but the first. @throws AppError as `checkPlays` does. */
export function moveTo(goal: QueueGoal, queue: Queue): QueueMove {
  if (goal === 'first') return { op: 'go-to', id: checkPlays(queue) }
  checkPlays(queue)
  return { op: 'step', by: goal === 'next' ? 1 : -1 }
}

/** The id of the first item that the stream has to play. @throws AppError `conflict` where it plays nothing. */
export function checkPlays(queue: Queue): string {
  const { name, closed } = queue
  const [first] = playOrder(queue)
  if (closed) throw cannotPlay(name, 'stream-closed', 'is closed: open it first')
  if (first === undefined) throw cannotPlay(name, 'stream-empty', 'is empty: add something to it first')
  return first.id
}

function cannotPlay(stream: string, fault: HouseFault, why: string): AppError {
  return new AppError('conflict', `stream "${stream}" ${why}`, { details: { fault, stream } })
}
