import { type Clock, systemClock } from '../core/clock.ts'
import { AppError, messageOf } from '../core/error.ts'
import { FewLines } from '../core/few-lines.ts'
import type { Log } from '../core/log.ts'
import { Freshness } from './freshness.ts'
import type { TopicFault } from './household-topic.ts'
import { longestPayload } from './reading.ts'
import type { MessageHandler } from './subscriptions.ts'

interface HouseholdMessagesOptions {
  readonly client: { subscribe(filter: string, handler: MessageHandler): () => void }
  /** Why a filter is not for rules; null where it is. */
  readonly fault: (filter: string) => TopicFault | null
  readonly clock: Clock
  /** Real time, by which it is seen that the program stood still; the machine's clock where absent. */
  readonly heart?: Clock
  readonly log: Log
}

/** Something that somebody has said on the broker. */
export interface HouseholdMessage {
  readonly topic: string
  readonly payload: string
}

const unnamed = { level: 'warn', message: 'more MQTT messages were not heard than the log names' } as const
const windowMs = 10_000
const mostInWindow = 200

/**
 * Hears for rules what is said on the topics of the household, from now on: nothing that the broker has kept, or sends
 * once more, nothing that may be old, and no more than rules can be started by.
 */
export class HouseholdMessages {
  readonly #options: HouseholdMessagesOptions
  readonly #freshness: Freshness
  readonly #warnings: FewLines
  #windowStartMs = Number.NEGATIVE_INFINITY
  #inWindow = 0

  constructor(options: HouseholdMessagesOptions) {
    this.#options = options
    this.#freshness = new Freshness({ clock: options.clock, heart: options.heart ?? systemClock })
    this.#warnings = new FewLines({ ...options, more: unnamed })
    this.#freshness.start()
  }

  stop(): void {
    this.#freshness.stop()
    this.#warnings.stop()
  }

  /**
   * Calls `receive` for each message under the filter until the returned function is called; over lost connections too.
   * @throws AppError `unprocessable` for a filter that is not for rules.
   */
  listen(filter: string, receive: (message: HouseholdMessage) => void): () => void {
    const fault = this.#options.fault(filter)
    if (fault !== null) throw new AppError('unprocessable', `${fault.message}; ${fault.help}`)
    return this.#options.client.subscribe(filter, (topic, payload, { retain, isRepeated = false }) => {
      // What was kept, or comes once more, tells of no new event.
      if (retain || isRepeated) return
      const why = this.#whyNot(payload)
      if (why === null) receive({ topic, payload })
      else
        this.#warnings.say('warn', `${filter} ${why.kind}`, {
          message: 'no rule hears of an MQTT message',
          detail: { topic: topic.slice(0, 200), problem: why.problem },
        })
    })
  }

  #whyNot(payload: string): { readonly kind: string; readonly problem: string } | null {
    if (payload.length > longestPayload) {
      const problem = `it has ${payload.length} characters, and ${longestPayload} is the most`
      return { kind: 'size', problem }
    }
    try {
      this.#freshness.arrived().check()
    } catch (error) {
      return { kind: 'age', problem: messageOf(error) }
    }
    if (this.#hasRoom()) return null
    const problem = `more than ${mostInWindow} came within ${windowMs / 1000} s`
    return { kind: 'flood', problem }
  }

  #hasRoom(): boolean {
    const nowMs = this.#options.clock.now().getTime()
    const isOver = nowMs >= this.#windowStartMs + windowMs || nowMs < this.#windowStartMs
    if (isOver) {
      this.#windowStartMs = nowMs
      this.#inWindow = 0
    }
    this.#inWindow += 1
    return this.#inWindow <= mostInWindow
  }
}
