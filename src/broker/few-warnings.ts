import type { Clock } from '../core/clock.ts'
import type { Log, LogDetail } from '../core/log.ts'

interface Minute {
  readonly startMs: number
  /** How many of each kind were said. */
  readonly kinds: Map<string, number>
  said: number
  leftOut: number
  readonly cancel: () => void
}

const minuteMs = 60_000
const mostOfAKind = 3
const mostInAMinute = 30

/**
 * Lines of the log about what others send, who may send it ten thousand times a second: a few of each kind and not
 * many in a minute, and then how many more there were.
 */
export class FewWarnings {
  readonly #clock: Clock
  readonly #log: Log
  #minute: Minute | null = null

  constructor({ clock, log }: { readonly clock: Clock; readonly log: Log }) {
    this.#clock = clock
    this.#log = log
  }

  /** Says at once how many were left out, for the minute does not end any more. */
  stop(): void {
    this.#end()
  }

  say(level: 'warn' | 'error', kind: string, line: { message: string; detail: LogDetail }): void {
    const minute = this.#current()
    const alike = minute.kinds.get(kind) ?? 0
    if (alike >= mostOfAKind || minute.said >= mostInAMinute) {
      minute.leftOut += 1
      return
    }
    minute.kinds.set(kind, alike + 1)
    minute.said += 1
    this.#log[level](line.message, line.detail)
  }

  #current(): Minute {
    const nowMs = this.#clock.now().getTime()
    const known = this.#minute
    // A clock that was set back must not silence them for long.
    if (known !== null && nowMs >= known.startMs && nowMs < known.startMs + minuteMs) return known
    this.#end()
    const cancel = this.#clock.at(new Date(nowMs + minuteMs), () => this.#end())
    const minute = { startMs: nowMs, kinds: new Map<string, number>(), said: 0, leftOut: 0, cancel }
    this.#minute = minute
    return minute
  }

  #end(): void {
    const minute = this.#minute
    if (minute === null) return
    this.#minute = null
    minute.cancel()
    if (minute.leftOut === 0) return
    this.#log.warn('more MQTT messages were refused or failed than the log names', {
      left_out: minute.leftOut,
    })
  }
}
