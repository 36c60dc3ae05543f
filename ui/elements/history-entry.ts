import { css, html, LitElement, nothing } from 'lit'
import { entryFacts } from '../entry-facts.ts'
import { entryWords, isTakenBack, type Teller } from '../entry-words.ts'
import type { Entry } from '../history.ts'
import { icon } from '../icons.ts'
import { shared } from '../styles.ts'
import { unfoldingLineLook } from './unfolding-line-look.ts'

/** One line of the history; whoever opens it sees all that is known of it. */
export class HistoryEntry extends LitElement {
  static override properties = {
    entry: { attribute: false },
    cause: { attribute: false },
    teller: { attribute: false },
    open: { state: true },
  }
  static override styles = [
    shared,
    unfoldingLineLook,
    css`
      button.line {
        grid-template-columns: auto minmax(0, 1fr);
      }
      svg {
        color: var(--muted);
      }
      .failed {
        color: var(--bad);
      }
      s {
        color: var(--muted);
      }
      .badge {
        display: inline-block;
        padding: 0 0.55rem;
        border-radius: 999px;
        background: var(--warn-surface);
        color: var(--warn-text);
        font-size: 0.8125rem;
        font-weight: 500;
      }
      dl {
        display: grid;
        grid-template-columns: minmax(6rem, auto) minmax(0, 1fr);
        gap: 0.25rem 1rem;
        margin: 0.25rem 0.5rem 0.75rem 2.25rem;
        padding: 0.75rem 1rem;
        border-radius: 12px;
        background: var(--sunken);
        font-size: 0.875rem;
      }
      dt,
      dd {
        margin: 0;
        overflow-wrap: anywhere;
      }
      dt {
        font-weight: 600;
      }
      @media (max-width: 480px) {
        dl {
          grid-template-columns: minmax(0, 1fr);
          gap: 0;
          margin-inline-start: 0.5rem;
        }
        dd {
          margin-bottom: 0.4rem;
        }
      }
    `,
  ]
  declare entry: Entry
  /** The entry that it follows from, where that is there. */
  declare cause: Entry | undefined
  declare teller: Teller
  declare open: boolean

  constructor() {
    super()
    this.open = false
  }

  override render() {
    const { entry, teller, open } = this
    const words = entryWords(entry, teller)
    const hasFailed = entry.kind === 'command' && entry.what.reason !== null
    return html`<button class="line" aria-expanded=${open} @click=${this.#toggle}>
        ${icon(open ? 'down' : 'right', 18)}
        <span class=${hasFailed ? 'failed' : ''}>
          ${
            isTakenBack(entry)
              ? html`<s>${words}</s> <span class="badge">${teller.say('history.taken-back')}</span>`
              : words
          }
        </span>
      </button>
      ${open ? this.#facts() : nothing}`
  }

  #facts() {
    const facts = entryFacts(this.entry, this.cause, this.teller)
    return html`<dl>
      ${facts.map(
        ([label, value]) =>
          html`<dt>${label}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>`
  }

  #toggle(): void {
    this.open = !this.open
  }
}
