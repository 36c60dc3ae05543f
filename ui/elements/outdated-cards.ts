import { css, html, LitElement, nothing } from 'lit'
import { Attempt } from '../attempt.ts'
import { fetchOutdated, type OutdatedCard, publishAgain } from '../outdated.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import { Watching } from '../watching.ts'
import { attemptNotice } from './attempt-notice.ts'

const everyMs = 10_000

/** The cards on which something stands that is otherwise by now, each with the offer to publish it again. */
export class OutdatedCards extends LitElement {
  static override properties = {
    active: { type: Boolean },
    say: { attribute: false },
  }
  static override styles = [
    shared,
    css`
      ul {
        display: grid;
        gap: 0.75rem;
        margin-top: 0.75rem;
      }
      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem 1rem;
      }
      p {
        flex: 1 1 18rem;
        min-width: 0;
        overflow-wrap: anywhere;
      }
    `,
  ]
  declare active: boolean
  declare say: Say
  readonly #watching = new Watching<readonly OutdatedCard[]>(this, { fetch: fetchOutdated, everyMs })
  readonly #attempt = new Attempt(this)

  constructor() {
    super()
    this.active = true
  }

  override render() {
    const { say } = this
    const cards = this.#watching.value ?? []
    if (cards.length === 0) return nothing
    return html`<ul role="list">${cards.map((card) => this.#row(card))}</ul>${attemptNotice(this.#attempt, say)}`
  }

  #row({ card_id, title, outdated }: OutdatedCard) {
    const { say } = this
    return html`<li>
      <p><strong>${title}</strong>: ${outdated.join('; ')}</p>
      <button
        aria-disabled=${this.#attempt.blocked}
        aria-label=${say('outdated.publish-of', { title })}
        @click=${() => this.#publish(card_id)}
      >
        ${say('outdated.publish')}
      </button>
    </li>`
  }

  async #publish(cardId: string): Promise<void> {
    await this.#attempt.run(() => publishAgain(cardId))
    await this.#watching.read()
  }
}
