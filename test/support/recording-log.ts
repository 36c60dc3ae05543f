import type { Log, LogDetail } from '../../src/core/log.ts'

export interface Line {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly part: string
  readonly message: string
  readonly detail: LogDetail | undefined
}

/** A log that keeps its lines for the test to read. */
export function recordingLog(lines: Line[] = [], part = ''): Log & { readonly lines: Line[] } {
  const add = (level: Line['level']) => (message: string, detail?: LogDetail) => {
    lines.push({ level, part, message, detail })
  }
  return {
    lines,
    debug: add('debug'),
    info: add('info'),
    warn: add('warn'),
    error: add('error'),
    for: (name) => recordingLog(lines, name),
  }
}
