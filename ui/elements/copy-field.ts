import { css, html, LitElement } from 'lit'
import { formLook } from '../form-look.ts'
import { icon } from '../icons.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'

type Copied = 'no' | 'yes' | 'by-hand'

/** A text to be copied, shown in full however narrow the page is. */
export class CopyField extends LitElement {
  static override properties = {
    text: {},
    label: {},
    main: { type: Boolean },
    say: { attribute: false },
    copied: { state: true },
  }
  static override styles = [
    shared,
    formLook,
    css`
      .row {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: start;
        gap: 0.5rem;
      }
      .field textarea {
        display: block;
        padding: 0.65rem 0.9rem;
        font-family: ui-monospace, monospace;
        line-height: 1.5;
        word-break: break-all;
        resize: none;
        field-sizing: content;
      }
      button {
        min-height: 48px;
      }
      .told {
        margin-top: 0.35rem;
      }
      @media (max-width: 480px) {
        .row {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ]
  declare text: string
  declare label: string
  /** What the page around it is for. */
  declare main: boolean
  declare say: Say
  declare copied: Copied

  constructor() {
    super()
    this.main = false
    this.copied = 'no'
  }

  override focus(): void {
    this.#field?.focus()
    this.#field?.select()
  }

  override render() {
    const { say, copied, label } = this
    const told = { no: '', yes: say('tokens.copied'), 'by-hand': say('tokens.copy-by-hand') }[copied]
    return html`<div class="field row">
        <textarea readonly rows="2" spellcheck="false" aria-label=${label} .value=${this.text}></textarea>
        <button class=${this.main ? 'main' : ''} aria-label=${say('tokens.copy-named', { name: label })} @click=${this.#copy}>
          ${icon('copy', 20)}${say('tokens.copy')}
        </button>
      </div>
      <p class="quiet told" role="status">${told}</p>`
  }

  async #copy(): Promise<void> {
    this.#field?.select()
    this.copied = (await copyText(this.text)) ? 'yes' : 'by-hand'
  }

  get #field(): HTMLTextAreaElement | null {
    return this.renderRoot.querySelector('textarea')
  }
}

/** Pages that came over plain HTTP, as at home, have no clipboard; what is selected can be copied even there. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return document.execCommand('copy')
  }
}
