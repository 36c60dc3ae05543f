import type { Clock } from './clock.ts'
import type { Log, LogDetail } from './log.ts'

interface Minute {
  readonly startMs: number
  /** How many of each kind were said. */
  readonly kinds: Map<string, number>
  said: number
  leftOut: number
  readonly cancel: () => void
}

type Level = 'info' | 'warn' | 'error'

interface FewLinesOptions {
  readonly clock: Clock
  readonly log: Log
  /** What the lines were about that were left out, for people; their number follows. */
  readonly more: { readonly level: Level; readonly message: string }
}

const minuteMs = 60_000
const mostOfAKind = 3
const mostInAMinute = 30

/**
 * Lines of the log about what others send or ask for, who may do so ten thousand times a second: the first few of each
 * kind and not many in a minute, and then how many more there were.
 */
export class FewLines {
  readonly #options: FewLinesOptions
  #minute: Minute | null = null

  constructor(options: FewLinesOptions) {
    this.#options = options
  }

  /** Says at once how many were left out, for the minute does not end any more. */
  stop(): void {
    this.#end()
  }

  say(level: Level, kind: string, line: { message: string; detail: LogDetail }): void {
    const minute = this.#current()
    const alike = minute.kinds.get(kind) ?? 0
    if (alike >= mostOfAKind || minute.said >= mostInAMinute) {
      minute.leftOut += 1
      return
    }
    minute.kinds.set(kind, alike + 1)
    minute.said += 1
    this.#options.log[level](line.message, line.detail)
  }

  #current(): Minute {
    const { clock } = this.#options
    const nowMs = clock.now().getTime()
    const known = this.#minute
    // A clock that was set back must not silence them for long.
    if (known !== null && nowMs >= known.startMs && nowMs < known.startMs + minuteMs) return known
    this.#end()
    const cancel = clock.at(new Date(nowMs + minuteMs), () => this.#end())
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
    const { log, more } = this.#options
    log[more.level](more.message, { left_out: minute.leftOut })
  }
}
