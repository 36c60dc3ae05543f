import type { Log, LogDetail } from '../../../src/core/log.ts'

/** A log for a whole day: it keeps errors, and of all else how often it was said. */
export interface CountingLog extends Log {
  readonly errors: string[]
  /** How many lines have these words in their message. */
  count(words: string): number
}

export function countingLog(): CountingLog {
  const errors: string[] = []
  const counts = new Map<string, number>()
  const said = (message: string) => void counts.set(message, (counts.get(message) ?? 0) + 1)
  const log: CountingLog = {
    errors,
    count(words) {
      let sum = 0
      for (const [message, times] of counts) if (message.includes(words)) sum += times
      return sum
    },
    debug: said,
    info: said,
    warn: said,
    error(message: string, detail?: LogDetail) {
      said(message)
      errors.push(detail === undefined ? message : `${message} ${JSON.stringify(detail)}`)
    },
    for: () => log,
  }
  return log
}
