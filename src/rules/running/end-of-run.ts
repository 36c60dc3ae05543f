/** Thrown within a run to end it before its last step. */
export class EndOfRun extends Error {
  readonly how: 'stopped' | 'ended' | 'suspended'

  /**
   * `stopped`: by its own `stop`. `ended`: from outside, for good. `suspended`: the product stops; the run goes on when it
   * is started again. `why` is for people; null where nothing is to be said.
   */
  constructor(how: EndOfRun['how'], why: string | null) {
    super(why ?? how)
    this.how = how
    this.why = why
  }

  readonly why: string | null
}

/** A step failed, and that has been said. */
export class StepFailed extends Error {
  /** `step`: `2.1`. */
  constructor(step: string, error: unknown) {
    super(`stopped at action ${step}`, { cause: error })
  }
}

/** Resolves or rejects as the work does, or rejects with the signal's reason. */
export function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    // Also where nobody waits any more, a rejection must not end the process.
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
  })
}
