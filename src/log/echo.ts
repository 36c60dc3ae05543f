import type { Log, LogDetail } from '../core/log.ts'

/** What one call of a log said, as it was said. */
export interface LogEntry {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  /** The parts it comes from, with `/` between them; empty for the product as a whole. */
  readonly part: string
  readonly message: string
  readonly detail: LogDetail | undefined
}

/** The same log; whatever is said is also heard by another. */
export function echoed(log: Log, hear: (entry: LogEntry) => void, part = ''): Log {
  const say = (level: LogEntry['level']) => (message: string, detail?: LogDetail) => {
    log[level](message, detail)
    hear({ level, part, message, detail })
  }
  return {
    debug: say('debug'),
    info: say('info'),
    warn: say('warn'),
    error: say('error'),
    for: (name) => echoed(log.for(name), hear, part === '' ? name : `${part}/${name}`),
  }
}
