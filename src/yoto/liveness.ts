import type { ParsedMessage } from './parse.ts'

/** What a message shows of its player: there, switched off, perhaps off, or neither. */
export interface Sign {
  readonly shows: 'there' | 'off' | 'perhaps-off' | 'nothing'
  /** The player was started anew, and has forgotten what was asked of it. */
  readonly restarted: boolean
}

interface Heard {
  /** What follows the player's id in the topic. */
  readonly kind: string
  readonly message: ParsedMessage
  readonly isRetained: boolean
  readonly nowMs: number
}

// What a player said just before its end may arrive after the news of it.
const stragglingMs = 5_000
// Running times are told in whole seconds, and messages take their time.
const startToleranceMs = 15_000
// A start that nobody saw before: younger than this, it is news.
const freshStart_s = 60
// A player answers within a second. One that answered before and is silent for so many rounds of questions is off.
const mostSilentRounds = 2

/** Whether one player is there, from everything that speaks of it. It outlives connections. */
export class Liveness {
  #lastWordMs = Number.NEGATIVE_INFINITY
  #offMs = Number.NEGATIVE_INFINITY
  #startedMs: number | undefined
  #presence_ms: number | undefined
  #answers = false
  #silentRounds = 0

  hear(heard: Heard): Sign {
    const sign = heard.kind === 'presence' ? this.#presence(heard) : this.#word(heard)
    if (sign.shows === 'off') this.#offMs = heard.nowMs
    if (sign.shows === 'there') {
      this.#offMs = Number.NEGATIVE_INFINITY
      this.#silentRounds = 0
      if (!heard.isRetained) this.#lastWordMs = heard.nowMs
    }
    return sign
  }

  /** It has answered a question. */
  answered(): void {
    this.#answers = true
    this.#silentRounds = 0
  }

  /** A round of questions stayed without an answer. Gives whether the player must be off. */
  silent(): boolean {
    this.#silentRounds++
    return this.#answers && this.#silentRounds >= mostSilentRounds
  }

  /**
   * The last will of a player was written when it connected, and one of an older connection may come late: where it
   * is older than the player's last words, or was kept by the broker, the player itself has to be asked.
   */
  #presence({ message, isRetained }: Heard): Sign {
    const { presence_ms } = message
    if (message.patch.online === undefined) return nothing
    if (message.patch.online) {
      const restarted = !isRetained && presence_ms !== undefined && presence_ms !== this.#presence_ms
      this.#presence_ms = presence_ms
      return { shows: 'there', restarted }
    }
    const isOld = presence_ms !== undefined && presence_ms <= this.#lastWordMs
    return { shows: isRetained || isOld ? 'perhaps-off' : 'off', restarted: false }
  }

  #word({ message, isRetained, nowMs }: Heard): Sign {
    if (isRetained) return nothing
    if (message.patch.online === false) return { shows: 'off', restarted: false }
    const restarted = this.#restarted(message, nowMs)
    if (!restarted && nowMs - this.#offMs < stragglingMs) return nothing
    return { shows: 'there', restarted }
  }

  #restarted({ upTime_s }: ParsedMessage, nowMs: number): boolean {
    if (upTime_s === undefined) return false
    const startedMs = nowMs - upTime_s * 1000
    const known = this.#startedMs
    this.#startedMs = startedMs
    return known === undefined ? upTime_s < freshStart_s : startedMs - known > startToleranceMs
  }
}

const nothing: Sign = { shows: 'nothing', restarted: false }
