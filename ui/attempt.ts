import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { RequestError } from './request.ts'
import type { Say } from './text.ts'

interface AttemptHost extends ReactiveControllerHost {
  readonly say: Say
}

/** Words for a refusal that an element knows better than the product; null leaves them to it. */
type Explain = (error: RequestError) => string | null

const tickMs = 250

/** One thing a form asks for: whether it is under way, why it failed, and how long it must wait. */
export class Attempt implements ReactiveController {
  busy = false
  /** Why the last try failed, in the reader's words. */
  fault: string | null = null
  /** What the product answered to it; null for what is no answer of it. */
  status: number | null = null
  /** The fields that were wrong. */
  fields: readonly string[] = []
  /** Seconds until another try is of use. */
  waitS = 0
  /** The whole wait that `waitS` is left of. */
  wholeWaitS = 0
  readonly #host: AttemptHost
  readonly #explain: Explain
  /** Counts what was begun: only the last of it says how it went. */
  #turn = 0
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(host: AttemptHost, explain: Explain = () => null) {
    this.#host = host
    this.#explain = explain
    host.addController(this)
  }

  get blocked(): boolean {
    return this.busy || this.waitS > 0
  }

  /** Whether it went well. A second call while one is under way does nothing. */
  async run(task: () => Promise<void>): Promise<boolean> {
    if (this.blocked) return false
    this.clear()
    const turn = this.#turn
    this.busy = true
    this.#host.requestUpdate()
    try {
      await task()
      return true
    } catch (error) {
      if (turn === this.#turn) this.#failed(error)
      return false
    } finally {
      if (turn === this.#turn) this.busy = false
      this.#host.requestUpdate()
    }
  }

  /** Begins anew: how something ends that is still under way is not told any more. */
  clear(): void {
    this.#turn++
    this.busy = false
    this.fault = null
    this.status = null
    this.fields = []
    this.#host.requestUpdate()
  }

  hostDisconnected(): void {
    clearInterval(this.#timer)
    this.waitS = 0
  }

  #failed(error: unknown): void {
    const { say } = this.#host
    if (!(error instanceof RequestError)) {
      this.fault = say('form.unreachable')
      return
    }
    this.status = error.status
    this.fields = error.fields
    if (error.status === 429 && error.retryAfterS !== null) this.#wait(error.retryAfterS)
    else this.fault = this.#explain(error) ?? this.#words(error)
  }

  #words({ status, message }: RequestError): string {
    const { say } = this.#host
    // What stands in the form is still there after the sign-in that follows.
    return status === 401 ? say('form.ended') : say('notice.fault', { reason: message })
  }

  #wait(seconds: number): void {
    const end = performance.now() + seconds * 1000
    this.wholeWaitS = seconds
    this.waitS = seconds
    clearInterval(this.#timer)
    this.#timer = setInterval(() => {
      this.waitS = Math.max(0, Math.ceil((end - performance.now()) / 1000))
      if (this.waitS === 0) {
        clearInterval(this.#timer)
        this.waitOver()
      }
      this.#host.requestUpdate()
    }, tickMs)
  }

  protected waitOver(): void {
    this.fault = this.#host.say('form.wait-over')
  }
}
