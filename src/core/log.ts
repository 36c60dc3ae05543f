/** Where a part says what happened. One line per call; `detail` is printed behind it as key=value. */
export interface Log {
  debug(message: string, detail?: LogDetail): void
  info(message: string, detail?: LogDetail): void
  warn(message: string, detail?: LogDetail): void
  error(message: string, detail?: LogDetail): void
  /** The same log with the name of a part in front of each line. */
  for(part: string): Log
}

export type LogDetail = Readonly<Record<string, unknown>>

/** For a command, which says its answer and nothing else. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  for: () => silentLog,
}
