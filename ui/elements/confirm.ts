import { html, LitElement, nothing } from 'lit'
import { Attempt } from '../attempt.ts'
import { formLook } from '../form-look.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import { attemptNotice } from './attempt-notice.ts'

/** Something that cannot be undone, and what is to be done about it. */
export interface Question {
  readonly title: string
  readonly text: string
  /** On the button that does it. */
  readonly yes: string
  readonly act: () => Promise<void>
  /** Once it is done and the question gone. */
  readonly after?: () => void
}

/**
 * Asks before it does what cannot be undone; a refusal is said where it was asked. What a question does may ask the next.
 */
export class Confirm extends LitElement {
  static override properties = { say: { attribute: false }, question: { state: true } }
  static override styles = [shared, formLook]
  declare say: Say
  declare question: Question | null
  readonly #attempt = new Attempt(this)

  constructor() {
    super()
    this.question = null
  }

  async ask(question: Question): Promise<void> {
    this.question = question
    this.#attempt.clear()
    await this.updateComplete
    // What follows from an answer is a question of its own, with the focus where it is safe.
    this.close()
    this.#dialog?.showModal()
  }

  close(): void {
    this.#dialog?.close()
  }

  override render() {
    const { say, question } = this
    return html`<dialog class="box" aria-labelledby="title" aria-describedby="text">
      ${
        question === null
          ? nothing
          : html`<form @submit=${this.#yes}>
              <div class="body">
                <h3 id="title">${question.title}</h3>
                <p id="text">${question.text}</p>
              </div>
              <footer>
                ${attemptNotice(this.#attempt, say)}
                <div class="acts">
                  <button type="button" autofocus @click=${this.close}>${say('form.cancel')}</button>
                  <button class="grave" aria-disabled=${this.#attempt.blocked}>${question.yes}</button>
                </div>
              </footer>
            </form>`
      }
    </dialog>`
  }

  async #yes(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const { question } = this
    if (question === null) return
    const done = await this.#attempt.run(question.act)
    // Meanwhile somebody may have closed it and been asked the next.
    if (!done || this.question !== question) return
    this.close()
    question.after?.()
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog')
  }
}
