import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { firstGap } from './form-gap.ts'
import { refusalText } from './refusal.ts'
import { RequestError } from './request.ts'
import type { Say } from './text.ts'

interface AttemptHost extends ReactiveControllerHost {
  readonly say: Say
}

/** What an element knows better about a refusal than the product. */
interface Explanation {
  readonly words: string
  /** The fields that are wrong, the one to mend first before the others. */
  readonly fields: readonly string[]
}

/** Null leaves it to the product's own words. */
type Explain = (error: RequestError) => Explanation | null

const tickMs = 250

/** One thing a form asks for: whether it is under way, why it failed, and how long it must wait. */
export class Attempt implements ReactiveController {
  busy = false
  /** Why the last try failed, in the reader's words. */
  fault: string | null = null
  /** The fields that were wrong, the one to mend first before the others. */
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

  /**
   * As `run`, for a form that was sent. What the browser would not send is said in words of ours, and the first
   * field that is wrong gets the focus.
   */
  async submit(event: SubmitEvent, task: (form: FormData) => Promise<void>): Promise<boolean> {
    event.preventDefault()
    if (this.blocked) return false
    const form = event.target as HTMLFormElement
    const gap = firstGap(form, this.#host.say)
    const done = gap === null && (await this.run(() => task(new FormData(form))))
    if (gap !== null) this.#refuse(gap)
    const [wrong] = this.fields
    if (!done && wrong !== undefined) focusField(form, wrong)
    return done
  }

  /** Somebody mends what was wrong: what is said about it does not hold any more. */
  readonly touched = (): void => {
    if (!this.blocked && this.fault !== null) this.clear()
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
      this.fault = faultText(error, say)
      return
    }
    if (error.status === 429 && error.retryAfterS !== null) this.#wait(error.retryAfterS)
    else this.#refuse(this.#explain(error) ?? { words: faultText(error, say), fields: error.fields })
  }

  #refuse({ words, fields }: Explanation): void {
    this.fault = words
    this.fields = fields
    this.#host.requestUpdate()
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

/** Why a call failed, in the reader's words where they are ours, and else in the product's. */
export function faultText(error: unknown, say: Say): string {
  if (!(error instanceof RequestError)) return say('form.unreachable')
  // What stands in a form is still there after the sign-in that follows.
  return error.status === 401 ? say('form.ended') : refusalText(error, say)
}

function focusField(form: HTMLFormElement, name: string): void {
  const field = form.querySelector<HTMLInputElement>(`input[name="${CSS.escape(name)}"]`)
  field?.focus()
  if (field?.type !== 'radio') field?.select()
}
