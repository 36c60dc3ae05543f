import { html, LitElement, nothing } from 'lit'
import { icon } from '../icons.ts'
import type { Say } from '../text.ts'

/** Below it the product refuses a new password. */
export const shortestPassword = 8

/**
 * A password that its writer may look at. It draws into the form around it, so that the form sends it and
 * password managers find it; the look is the form's too.
 */
export class PasswordField extends LitElement {
  static override properties = {
    name: {},
    label: {},
    fresh: { type: Boolean },
    optional: { type: Boolean },
    hint: {},
    wrong: { type: Boolean },
    say: { attribute: false },
    shown: { state: true },
  }
  declare name: string
  declare label: string
  /** A password that is being made, not one that is known. */
  declare fresh: boolean
  declare optional: boolean
  declare hint: string
  declare wrong: boolean
  declare say: Say
  declare shown: boolean
  #form: HTMLFormElement | null = null

  constructor() {
    super()
    this.fresh = false
    this.optional = false
    this.hint = ''
    this.wrong = false
    this.shown = false
  }

  override createRenderRoot() {
    return this
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#form = this.closest('form')
    this.#form?.addEventListener('submit', this.#hide)
    this.#form?.addEventListener('reset', this.#hide)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#form?.removeEventListener('submit', this.#hide)
    this.#form?.removeEventListener('reset', this.#hide)
  }

  override render() {
    const { name, say, shown, hint } = this
    const id = `${name}-field`
    return html`<div class="field">
      <label for=${id}>${this.label}</label>
      <div class="beside">
        <input
          id=${id}
          name=${name}
          type=${shown ? 'text' : 'password'}
          autocomplete=${this.fresh ? 'new-password' : 'current-password'}
          autocapitalize="none"
          spellcheck="false"
          minlength=${this.fresh ? shortestPassword : nothing}
          maxlength="256"
          ?required=${!this.optional}
          aria-invalid=${this.wrong ? 'true' : nothing}
          aria-describedby=${hint === '' ? nothing : `${id}-hint`}
        />
        <button
          type="button"
          aria-label=${say('form.show-password')}
          title=${say('form.show-password')}
          aria-pressed=${shown ? 'true' : 'false'}
          @click=${this.#toggle}
        >
          ${icon(shown ? 'hide' : 'show')}
        </button>
      </div>
      ${hint === '' ? nothing : html`<p class="quiet" id="${id}-hint">${hint}</p>`}
    </div>`
  }

  #toggle(): void {
    this.shown = !this.shown
  }

  /** Password managers keep what a password field holds, not a text. */
  readonly #hide = (): void => {
    this.shown = false
    const input = this.querySelector('input')
    if (input !== null) input.type = 'password'
  }
}
