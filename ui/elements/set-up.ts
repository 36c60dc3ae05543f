import { html, LitElement, nothing } from 'lit'
import { Attempt } from '../attempt.ts'
import { sessionChanged, setUp } from '../session.ts'
import type { Say } from '../text.ts'
import { attemptNotice } from './attempt-notice.ts'
import { shortestPassword } from './password-field.ts'
import { usernameField } from './username-field.ts'

/**
 * Makes an administrator with the code from the log. It draws into the page itself, where password managers look.
 * Fires `session-changed`.
 */
export class SetUp extends LitElement {
  static override properties = { first: { type: Boolean }, say: { attribute: false } }
  /** Nobody can sign in yet. */
  declare first: boolean
  declare say: Say
  readonly #attempt = new Attempt(this, ({ status }) =>
    status === 403 ? { words: this.say('set-up.wrong-code'), fields: ['code'] } : null,
  )

  constructor() {
    super()
    this.first = false
  }

  override createRenderRoot() {
    return this
  }

  protected override firstUpdated(): void {
    this.querySelector<HTMLInputElement>('input[name=code]')?.focus()
  }

  override render() {
    const { say, first } = this
    const attempt = this.#attempt
    const wrong = (field: string) => attempt.fields.includes(field)
    return html`<form
      class="entrance card"
      aria-labelledby="set-up"
      novalidate
      @input=${attempt.touched}
      @submit=${this.#submit}
    >
      <h2 id="set-up">${say('set-up.title')}</h2>
      <p>${say(first ? 'set-up.intro' : 'set-up.intro-late')}</p>
      <div class="field">
        <label for="code-field">${say('set-up.code')}</label>
        <input
          id="code-field"
          name="code"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck="false"
          maxlength="100"
          required
          aria-describedby="code-hint"
          aria-invalid=${wrong('code') ? 'true' : nothing}
        />
        <p class="quiet" id="code-hint">${say('set-up.code-hint')}</p>
      </div>
      ${usernameField({ label: say('sign-in.name'), wrong: wrong('username') })}
      <yoto-password-field
        name="password"
        fresh
        .label=${say('sign-in.password')}
        .hint=${say('form.password-hint', { count: shortestPassword })}
        .wrong=${wrong('password')}
        .say=${say}
      ></yoto-password-field>
      ${attemptNotice(attempt, say)}
      <button class="main" aria-disabled=${attempt.blocked}>
        ${say(first ? 'set-up.submit' : 'set-up.submit-late')}
      </button>
      ${first ? nothing : html`<p><a href="#/">${say('set-up.sign-in')}</a></p>`}
    </form>`
  }

  async #submit(event: SubmitEvent): Promise<void> {
    const done = await this.#attempt.submit(event, (form) => {
      const field = (name: string) => String(form.get(name)).trim()
      return setUp({
        code: field('code'),
        username: field('username'),
        password: String(form.get('password')),
      })
    })
    if (done) sessionChanged(this)
  }
}
