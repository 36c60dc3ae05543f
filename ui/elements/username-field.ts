import { html, nothing } from 'lit'

interface UsernameField {
  readonly label: string
  /** What stands in it before anything is typed. */
  readonly value?: string
  readonly wrong: boolean
  /** A name of somebody else is nothing to fill in or to remember. */
  readonly own?: boolean
}

/** The name somebody signs in with. */
export function usernameField({ label, value = '', wrong, own = true }: UsernameField) {
  return html`<div class="field">
    <label for="username-field">${label}</label>
    <input
      id="username-field"
      name="username"
      autocomplete=${own ? 'username' : 'off'}
      autocapitalize="none"
      spellcheck="false"
      maxlength="64"
      required
      value=${value}
      aria-invalid=${wrong ? 'true' : nothing}
    />
  </div>`
}
