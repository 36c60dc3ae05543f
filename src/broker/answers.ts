import type { FewLines } from '../core/few-lines.ts'

interface AnswersOptions<Answer> {
  /** Resolves when the broker has the answer, or it was given up. */
  readonly respond: (what: string, answer: Answer) => Promise<void>
  readonly warnings: Pick<FewLines, 'say'>
}

// They stand in one line with states and events, which are to get through beside them.
const mostWaiting = 100

/** What is answered to messages: as much as the broker takes. Of a flood the rest is left out, and the log says so. */
export class Answers<Answer> {
  readonly #options: AnswersOptions<Answer>
  #waiting = 0
  #isLeavingOut = false

  constructor(options: AnswersOptions<Answer>) {
    this.#options = options
  }

  say(what: string, answer: Answer): void {
    const { respond, warnings } = this.#options
    if (this.#waiting < mostWaiting) {
      this.#waiting += 1
      void respond(what, answer).finally(() => {
        this.#waiting -= 1
        if (this.#waiting === 0) this.#isLeavingOut = false
      })
      return
    }
    if (this.#isLeavingOut) return
    this.#isLeavingOut = true
    warnings.say('warn', 'answers left out', {
      message: 'MQTT messages stay without an answer: more come than the broker takes answers',
      detail: { waiting: mostWaiting },
    })
  }
}
