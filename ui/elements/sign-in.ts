import { html, LitElement, nothing } from 'lit'
import { Attempt } from '../attempt.ts'
import { sessionChanged, signIn } from '../session.ts'
import type { Say } from '../text.ts'
import { attemptNotice } from './attempt-notice.ts'
import type { PasswordField } from './password-field.ts'
import { usernameField } from './username-field.ts'

/** Name and password. It draws into the page itself, where password managers look. Fires `session-changed`. */
export class SignIn extends LitElement {
  static override properties = {
    known: {},
    again: { type: Boolean },
    forgotten: { type: Boolean },
    say: { attribute: false },
  }
  /** The name of who was signed in before. */
  declare known: string
  /** A session has ended in the middle of something. */
  declare again: boolean
  /** Somebody signed in, and yet the next request came without their session. */
  declare forgotten: boolean
  declare say: Say
  readonly #attempt = new Attempt(this, ({ status }) =>
    status === 401 ? { words: this.say('sign-in.wrong'), fields: ['password', 'username'] } : null,
  )

  constructor() {
    super()
    this.known = ''
    this.again = false
    this.forgotten = false
  }

  override createRenderRoot() {
    return this
  }

  protected override async firstUpdated(): Promise<void> {
    await this.querySelector<PasswordField>('yoto-password-field')?.updateComplete
    this.querySelector<HTMLInputElement>(
      this.known === '' ? 'input[name=username]' : 'input[name=password]',
    )?.focus()
  }

  override render() {
    const { say, again } = this
    const attempt = this.#attempt
    const wrong = (field: string) => attempt.fields.includes(field)
    return html`<form
      class="entrance card"
      aria-labelledby="sign-in"
      novalidate
      @input=${attempt.touched}
      @submit=${this.#submit}
    >
      <h2 id="sign-in">${say(again ? 'sign-in.again' : 'sign-in.title')}</h2>
      ${again ? html`<p>${say('sign-in.ended')}</p>` : nothing}
      ${usernameField({ label: say('sign-in.name'), value: this.known, wrong: wrong('username') })}
      <yoto-password-field
        name="password"
        .label=${say('sign-in.password')}
        .wrong=${wrong('password')}
        .say=${say}
      ></yoto-password-field>
      ${attemptNotice(attempt, say)}
      ${this.forgotten && attempt.fault === null ? html`<p class="wrong" role="alert">${say('sign-in.forgotten')}</p>` : nothing}
      <button class="main" aria-disabled=${attempt.blocked}>${say('sign-in.submit')}</button>
    </form>`
  }

  async #submit(event: SubmitEvent): Promise<void> {
    const done = await this.#attempt.submit(event, (form) =>
      signIn({ username: String(form.get('username')), password: String(form.get('password')) }),
    )
    if (done) sessionChanged(this)
  }
}
