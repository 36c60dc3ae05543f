import { AsyncLocalStorage } from 'node:async_hooks'
import type { Clock } from '../../core/clock.ts'
import { AppError, messageOf } from '../../core/error.ts'
import type { Log } from '../../core/log.ts'

/** What of a plug-in runs, and for whom. */
export interface Doing {
  /** `trigger moon`, `setup`. */
  readonly what: string
  /** The rule's id; null where it runs for none. */
  readonly rule: string | null
}

interface WatchOptions {
  /** What it is called. */
  readonly plugin: string
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
  /** Called once: it failed too often and is stopped. */
  readonly stopped: (why: string) => void
}

const mostFailures = 20
const withinMs = 60_000

interface Running {
  readonly watch: PluginWatch
  readonly doing: Doing
}

// What a plug-in lets go of, a timer or a promise, is still known as its own by this.
const running = new AsyncLocalStorage<Running>()

/** Counts what fails of one plug-in, and stops it where that is too much. */
export class PluginWatch {
  /** The plug-in's id; until it has said that, the name of its file. */
  plugin: string
  readonly #options: WatchOptions
  #failures: number[] = []
  #stopped: string | null = null

  constructor(options: WatchOptions) {
    this.#options = options
    this.plugin = options.plugin
  }

  /** Why it does not run any more; null while it does. */
  get stoppedBecause(): string | null {
    return this.#stopped
  }

  /**
   * Does something of the plug-in; where that returns a promise, what becomes of it is the caller's.
   * @throws AppError naming the plug-in and the rule, where it throws or the plug-in was stopped.
   */
  run<Result>(doing: Doing, work: () => Result): Result {
    if (this.#stopped !== null) throw new AppError('conflict', this.#stopped)
    try {
      return running.run({ watch: this, doing }, work)
    } catch (error) {
      throw this.failed(error, doing)
    }
  }

  /** The same where nobody waits for it: what fails is said in the log. */
  runAlone(doing: Doing, work: () => unknown): void {
    if (this.#stopped !== null) return
    try {
      const result: unknown = running.run({ watch: this, doing }, work)
      if (isThenable(result)) result.then(undefined, (error: unknown) => this.failedAlone(error, doing))
    } catch (error) {
      this.failedAlone(error, doing)
    }
  }

  /** Notes a failure. Returns it in words that name the plug-in and the rule. */
  failed(error: unknown, doing: Doing): AppError {
    const { clock } = this.#options
    const rule = doing.rule === null ? '' : ` of rule "${doing.rule}"`
    const words = `plug-in "${this.plugin}" failed in ${doing.what}${rule}: ${wordsOf(error)}`
    const now = clock.now().getTime()
    // A clock that was set back must not keep old ones for ever.
    this.#failures = this.#failures.filter((at) => Math.abs(now - at) < withinMs)
    this.#failures.push(now)
    if (this.#failures.length >= mostFailures && this.#stopped === null) this.#stop(words)
    return new AppError('conflict', words)
  }

  failedAlone(error: unknown, doing: Doing): void {
    this.#options.log.error(this.failed(error, doing).message)
  }

  /** Ends what it does, whatever becomes of it: it was taken out or changed. */
  end(): void {
    this.#stopped ??= `plug-in "${this.plugin}" is not there any more as it was`
  }

  #stop(last: string): void {
    this.#stopped = `plug-in "${this.plugin}" failed ${mostFailures} times in a minute and is stopped until its file is changed; the last: ${last}`
    this.#options.stopped(this.#stopped)
  }
}

/** Does something of ours for a plug-in that called it: what fails in it then is not the plug-in's. */
export function outside<Result>(work: () => Result): Result {
  return running.exit(work)
}

/**
 * Takes what nobody caught, where it comes from something a plug-in let go of, such as a timer or a promise. False where
 * it does not.
 */
export function takeStray(error: unknown): boolean {
  const found = running.getStore()
  if (found === undefined) return false
  const { watch, doing } = found
  outside(() => watch.failedAlone(error, { ...doing, what: `what ${doing.what} let go of,` }))
  return true
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

const longest = 500

/** Also of what is no error, and of one whose message cannot be had. */
export function wordsOf(error: unknown): string {
  try {
    return messageOf(error).slice(0, longest)
  } catch {
    return 'it threw something that has no words'
  }
}
