import { type Clock, isoOf } from '../../core/clock.ts'
import type { PlayerEvent } from '../../core/event.ts'
import type { Log } from '../../core/log.ts'
import type { Rule } from '../rule-set.ts'
import { Breaker, pauseMs } from './breaker.ts'
import type { Start } from './start.ts'
import { placeOf } from './words.ts'

interface StartLimitsOptions {
  readonly clock: Pick<Clock, 'now' | 'at'>
  readonly log: Log
  /** Told that a rule rests, and with null that it does no longer. */
  readonly troubled: (rule: Rule, why: string | null) => void
}

// Rules that set what starts one another would go on for ever.
const deepest = 8

/** Keeps rules that start one another, or themselves, from going round for ever: such a rule rests. */
export class StartLimits {
  readonly #options: StartLimitsOptions
  readonly #breaker: Breaker
  /** Of rules that rest: what ends that. */
  readonly #rests = new Map<string, () => void>()

  constructor(options: StartLimitsOptions) {
    this.#options = options
    this.#breaker = new Breaker(options.clock)
  }

  /** Counts a start. Null where it may begin; else why not. */
  heldBack({ rule, depth, event, trigger, because }: Start): string | null {
    const { log } = this.#options
    const until = this.#breaker.pausedUntil(rule.id)
    if (until !== null) return `it was started too often, and rests until ${isoOf(until)}`
    if (depth > deepest) {
      const error = `${deepest} rules have started one another in a row by setting inputs; this one is not run`
      log.error(`${placeOf(rule)} is held`, { error, because })
      this.#pause(rule, error)
      return error
    }
    if (!mayGoRound(trigger.kind, event) || this.#breaker.allows(rule.id)) return null
    const error = `it was started more than 30 times in a minute, the last time because ${because}`
    log.error(`${placeOf(rule)} rests for 10 minutes`, { error })
    this.#pause(rule, error)
    return error
  }

  /** A rule that was edited or taken out starts over. */
  forget(rule: string): void {
    this.#breaker.forget(rule)
    this.#rests.get(rule)?.()
  }

  #pause(rule: Rule, why: string): void {
    const { clock, troubled } = this.#options
    this.#rests.get(rule.id)?.()
    this.#breaker.pause(rule.id)
    troubled(rule, why)
    const isOver = () => {
      cancel()
      this.#rests.delete(rule.id)
      troubled(rule, null)
    }
    const cancel = clock.at(new Date(clock.now().getTime() + pauseMs), isOver)
    this.#rests.set(rule.id, isOver)
  }
}

/** What rules may bring about themselves, here or by way of somebody who listens. */
function mayGoRound(kind: string, event: PlayerEvent | null): boolean {
  const outside: readonly string[] = ['input', 'mqtt', 'webhook', 'ha']
  return outside.includes(kind) || event?.commanded === true
}
