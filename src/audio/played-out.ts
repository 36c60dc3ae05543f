import { Recent } from '../core/recent.ts'
import type { SentOf } from './playable.ts'

/** A queue as one file, in the order it had then. */
interface Round {
  readonly stream: string
  /** Tells it from every other order of the stream. */
  readonly seed: number
}

const listenersKept = 1_000

/**
 * Tells when a round has been sent to its end: the last byte has gone out to a listener, in whatever ranges, who was
 * sent at least half of the last item. Who only looks at the end of the file, for tags, has not heard it.
 */
export class PlayedOut {
  /** How many frames of a round's last item went out, by round and listener. */
  readonly #heard = new Recent<string, number>(listenersKept)
  readonly #ended: (round: Round) => void

  constructor(ended: (round: Round) => void) {
    this.#ended = ended
  }

  /** The same telling, which hears of the round's end too. */
  following(round: Round, told: SentOf): SentOf {
    return (sent) => {
      told(sent)
      if (sent.isLast === true) this.#sent(round, sent)
    }
  }

  #sent(round: Round, { listener, frames, from, to }: Parameters<SentOf>[0]): void {
    const name = `${round.stream} ${round.seed} ${listener}`
    const heard = (from === 0 ? 0 : (this.#heard.get(name) ?? 0)) + to - from
    this.#heard.set(name, heard)
    if (to < frames || heard < frames / 2) return
    this.#heard.delete(name)
    this.#ended(round)
  }
}
