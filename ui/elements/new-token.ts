import { css, html, LitElement } from 'lit'
import type { MadeToken } from '../access.ts'
import { formLook } from '../form-look.ts'
import { apiUrl } from '../request.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import type { CopyField } from './copy-field.ts'

/** A token that was just made, to be copied now or never. Fires `done` when its maker is done with it. */
export class NewToken extends LitElement {
  static override properties = {
    made: { attribute: false },
    direct: { type: Boolean },
    say: { attribute: false },
  }
  static override styles = [
    shared,
    formLook,
    css`
      .card {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1rem;
        padding: 1.1rem;
        border: 2px solid var(--accent);
      }
      h3 {
        font-size: 1.1rem;
        overflow-wrap: anywhere;
      }
      .use {
        display: grid;
        gap: 0.5rem;
      }
      code {
        font-family: ui-monospace, monospace;
        overflow-wrap: anywhere;
      }
    `,
  ]
  declare made: MadeToken
  /** Programs reach the panel by the address of the page; not so through Home Assistant. */
  declare direct: boolean
  declare say: Say

  protected override async firstUpdated(): Promise<void> {
    const secret = this.renderRoot.querySelector<CopyField>('yoto-copy-field')
    await secret?.updateComplete
    secret?.focus()
  }

  override render() {
    const { say, made } = this
    return html`<section class="card" aria-labelledby="title">
      <h3 id="title">${say('tokens.made-title', { name: made.name })}</h3>
      <p>${say('tokens.made-once')}</p>
      <yoto-copy-field
        main
        .label=${say('tokens.made-title', { name: made.name })}
        .text=${made.token}
        .say=${say}
      ></yoto-copy-field>
      <div class="use">
        <p class="quiet">${say('tokens.use')} <code>Authorization: Bearer …</code></p>
        ${this.direct ? '' : html`<p class="quiet">${say('tokens.use-direct')}</p>`}
        <yoto-copy-field .label=${say('tokens.example')} .text=${this.#example} .say=${say}></yoto-copy-field>
      </div>
      <div class="acts"><button @click=${this.#done}>${say('tokens.done')}</button></div>
    </section>`
  }

  /** A call that the token may make, however far it reaches. */
  get #example(): string {
    const address = this.direct ? apiUrl('kid') : 'http://HOST:PORT/api/kid'
    return `curl -H 'Authorization: Bearer ${this.made.token}' '${address}'`
  }

  #done(): void {
    this.dispatchEvent(new CustomEvent('done'))
  }
}
