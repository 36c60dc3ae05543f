import { type Clock, isoOf } from '../core/clock.ts'

/** A line of the log, ready to be shown. */
export interface Line {
  readonly level: string
  /** Empty for the product as a whole. */
  readonly part: string
  readonly text: string
}

interface BridgeLoggingOptions {
  /** Rejects while the broker is away; that is not said, for it would be a line of the log again. */
  readonly publish: (payload: string) => Promise<void>
  readonly clock: Clock
}

interface Minute {
  readonly startMs: number
  said: number
  leftOut: number
}

const minuteMs = 60_000
const mostInAMinute = 20
const longestText = 2000

/**
 * Says lines of the log on the broker: of each level twenty a minute, and then how many more there were. Nothing is
 * kept for later.
 */
export class BridgeLogging {
  readonly #options: BridgeLoggingOptions
  readonly #minutes = new Map<string, Minute>()
  #isSaying = false

  constructor(options: BridgeLoggingOptions) {
    this.#options = options
  }

  add(line: Line): void {
    // What comes of saying a line is not said in its turn.
    if (this.#isSaying) return
    const minute = this.#minuteOf(line.level)
    if (minute.said >= mostInAMinute) {
      this.#leaveOut(line.level, minute)
      return
    }
    minute.said += 1
    this.#say(line)
  }

  #minuteOf(level: string): Minute {
    const { clock } = this.#options
    const nowMs = clock.now().getTime()
    const known = this.#minutes.get(level)
    // A clock that was set back must not silence it for long.
    if (known !== undefined && nowMs >= known.startMs && nowMs < known.startMs + minuteMs) return known
    const minute = { startMs: nowMs, said: 0, leftOut: 0 }
    this.#minutes.set(level, minute)
    return minute
  }

  #leaveOut(level: string, minute: Minute): void {
    minute.leftOut += 1
    if (minute.leftOut > 1) return
    this.#options.clock.at(new Date(minute.startMs + minuteMs), () => this.#sayLeftOut(level, minute))
  }

  #sayLeftOut(level: string, { leftOut }: Minute): void {
    const lines = leftOut === 1 ? 'line of this level was' : 'lines of this level were'
    this.#say({ level, part: '', text: `${leftOut} more ${lines} left out here; the log has them` })
  }

  #say({ level, part, text }: Line): void {
    const { publish, clock } = this.#options
    const message = text.length > longestText ? `${text.slice(0, longestText)}…` : text
    const said = { level, message, at: isoOf(clock.now()), ...(part === '' ? {} : { part }) }
    this.#isSaying = true
    try {
      publish(JSON.stringify(said)).catch(() => undefined)
    } finally {
      this.#isSaying = false
    }
  }
}
