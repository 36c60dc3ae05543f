import type { SentOf } from '../audio/playable.ts'
import { PlayedOut } from '../audio/played-out.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import type { Queue } from '../core/queue.ts'
import type { Hub } from '../hub.ts'

/** Has a queue's rounds followed in what is told to be sent of it. */
export type Rounds = (queue: Queue, told: SentOf) => SentOf

const because = 'its round was heard to the end'

/**
 * Shuffled queues that are heard as one file begin their next round, in another order, once one was sent to its end.
 * Who is in the middle of the old one goes on in it, and does not turn it once more.
 */
export function finiteRounds(hub: Pick<Hub, 'mutateQueue'>, log: Log): Rounds {
  const playedOut = new PlayedOut(({ stream, seed }) => {
    hub.mutateQueue(stream, { op: 'reshuffle', of: seed }, because).catch((error) => {
      // The stream was deleted since.
      if (error instanceof AppError && error.code === 'not_found') return
      log.warn('a stream could not be shuffled for its next round; the same order plays again', {
        stream,
        reason: messageOf(error),
      })
    })
  })
  return ({ name: stream, mode, order }, told) =>
    mode !== 'finite' || order === null || order.ids.length < 2
      ? told
      : playedOut.following({ stream, seed: order.seed }, told)
}
