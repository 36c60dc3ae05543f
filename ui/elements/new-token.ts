import { css, html, LitElement } from 'lit'
import type { MadeToken } from '../access.ts'
import { formLook } from '../form-look.ts'
import { icon } from '../icons.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'

type Copied = 'no' | 'yes' | 'by-hand'

/** A token that was just made, to be copied now or never. Fires `done` when its maker is done with it. */
export class NewToken extends LitElement {
  static override properties = {
    made: { attribute: false },
    say: { attribute: false },
    copied: { state: true },
  }
  static override styles = [
    shared,
    formLook,
    css`
      .card {
        display: grid;
        gap: 1rem;
        padding: 1.1rem;
        border: 2px solid var(--accent);
      }
      h3 {
        font-size: 1.1rem;
        overflow-wrap: anywhere;
      }
      input {
        font-family: ui-monospace, monospace;
      }
      .row {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0.5rem;
      }
    `,
  ]
  declare made: MadeToken
  declare say: Say
  declare copied: Copied

  constructor() {
    super()
    this.copied = 'no'
  }

  protected override firstUpdated(): void {
    this.#input?.focus()
    this.#input?.select()
  }

  override render() {
    const { say, made, copied } = this
    const told = { no: '', yes: say('tokens.copied'), 'by-hand': say('tokens.copy-by-hand') }[copied]
    return html`<section class="card" aria-labelledby="title">
      <h3 id="title">${say('tokens.made-title', { name: made.name })}</h3>
      <p>${say('tokens.made-once')}</p>
      <div class="field row">
        <input readonly aria-labelledby="title" .value=${made.token} />
        <button class="main" @click=${this.#copy}>${icon('copy', 20)}${say('tokens.copy')}</button>
      </div>
      <p class="quiet" role="status">${told}</p>
      <div class="acts"><button @click=${this.#done}>${say('tokens.done')}</button></div>
    </section>`
  }

  async #copy(): Promise<void> {
    this.#input?.select()
    this.copied = (await copyText(this.made.token)) ? 'yes' : 'by-hand'
  }

  #done(): void {
    this.dispatchEvent(new CustomEvent('done'))
  }

  get #input(): HTMLInputElement | null {
    return this.renderRoot.querySelector('input')
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
