import { css, html, LitElement, nothing } from 'lit'
import { Attempt } from '../attempt.ts'
import { formLook } from '../form-look.ts'
import { icon } from '../icons.ts'
import { fetchExplanation } from '../rules.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import { attemptNotice } from './attempt-notice.ts'

/** "What it does": unfolds to a rule or the schedule of a stream in plain English. */
export class Explanation extends LitElement {
  static override properties = {
    kind: {},
    name: {},
    say: { attribute: false },
    open: { state: true },
    words: { state: true },
  }
  static override styles = [
    shared,
    formLook,
    css`
      button {
        padding: 0 0.75rem 0 0.4rem;
        margin-inline-start: -0.4rem;
        color: var(--muted);
      }
      .words {
        padding: 0.75rem 1rem;
        border-radius: 12px;
        background: var(--sunken);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
    `,
  ]
  declare kind: 'rule' | 'schedule'
  /** The rule's id, or the stream. */
  declare name: string
  declare say: Say
  declare open: boolean
  declare words: string | null
  readonly #reading = new Attempt(this)

  constructor() {
    super()
    this.open = false
    this.words = null
  }

  override render() {
    const { say, open, words, name } = this
    return html`<button
        class="bare"
        aria-expanded=${open}
        aria-label=${say('rules.what-of', { name })}
        @click=${this.#toggle}
      >
        ${icon(open ? 'down' : 'right', 18)}${say('rules.what')}
      </button>
      ${open ? attemptNotice(this.#reading, say) : nothing}
      ${open && words !== null ? html`<p class="words" lang="en">${words}</p>` : nothing}`
  }

  /** Read anew each time, for its file may have changed. */
  async #toggle(): Promise<void> {
    this.open = !this.open
    this.#reading.clear()
    const { kind, name } = this
    if (!this.open) return
    await this.#reading.run(async () => {
      this.words = await fetchExplanation(kind, name)
    })
  }
}
