import { BridgeLogging } from '../broker/bridge-logging.ts'
import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import { echoed } from '../log/echo.ts'
import { type LogLevel, logLevels, logText } from '../log.ts'

interface BrokerLogInput {
  readonly log: Log
  /** The least important level that is said. */
  readonly level: LogLevel
  readonly redact: (text: string) => string
  readonly clock: Clock
}

/** The same log, said on the local broker as well from the moment that somebody can publish there. */
export function saidOnBroker({ log, level, redact, clock }: BrokerLogInput): {
  readonly log: Log
  /** Takes whoever publishes on the topic; it rejects while the broker is away. */
  publishWith(publish: (payload: string) => Promise<void>): void
} {
  let logging: BridgeLogging | undefined
  return {
    log: echoed(log, ({ part, ...entry }) => {
      if (logging === undefined || logLevels.indexOf(entry.level) < logLevels.indexOf(level)) return
      logging.add({ level: entry.level, part, text: logText(entry, redact) })
    }),
    publishWith(publish) {
      logging = new BridgeLogging({ publish, clock })
    },
  }
}
