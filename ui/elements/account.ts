import { css, html, LitElement, nothing } from 'lit'
import type { User } from '../access.ts'
import { Attempt } from '../attempt.ts'
import { formLook } from '../form-look.ts'
import { icon } from '../icons.ts'
import { changePassword, sessionChanged, signOut } from '../session.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import { attemptNotice } from './attempt-notice.ts'
import { shortestPassword } from './password-field.ts'
import { roleHints, roleNames } from './role-names.ts'

/** Who is signed in, the way out, and a new password. Fires `signed-out`. */
export class Account extends LitElement {
  static override properties = {
    user: { attribute: false },
    say: { attribute: false },
    changed: { state: true },
  }
  static override styles = [
    shared,
    formLook,
    css`
      :host {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 25rem), 1fr));
        gap: 1.1rem;
        align-items: start;
      }
      .card {
        display: grid;
        gap: 1rem;
        padding: 1.1rem;
      }
      h3 {
        font-size: 1.1rem;
        overflow-wrap: anywhere;
      }
    `,
  ]
  declare user: User
  declare say: Say
  /** The password was changed just now. */
  declare changed: boolean
  readonly #leaving = new Attempt(this)
  readonly #attempt = new Attempt(this, ({ status }) =>
    status === 403 ? { words: this.say('me.wrong'), fields: ['current_password'] } : null,
  )

  constructor() {
    super()
    this.changed = false
  }

  override render() {
    const { say, user } = this
    return html`<section class="card" aria-labelledby="who">
        <h3 id="who">${say('me.signed-in-as', { name: user.username })}</h3>
        <p>${say(roleNames[user.role])}. <span class="quiet">${say(roleHints[user.role])}</span></p>
        ${attemptNotice(this.#leaving, say)}
        <div class="acts"><button @click=${this.#leave}>${say('me.sign-out')}</button></div>
      </section>
      ${this.#form()}`
  }

  #form() {
    const { say, user } = this
    const attempt = this.#attempt
    return html`<form
      class="card"
      aria-labelledby="change"
      novalidate
      @input=${attempt.touched}
      @submit=${this.#submit}
    >
      <h3 id="change">${say('me.change')}</h3>
      <input class="hidden" name="username" autocomplete="username" readonly tabindex="-1" aria-hidden="true" .value=${user.username} />
      <yoto-password-field
        name="current_password"
        .label=${say('me.current')}
        .wrong=${attempt.fields.includes('current_password')}
        .say=${say}
      ></yoto-password-field>
      <yoto-password-field
        name="new_password"
        fresh
        .label=${say('me.new')}
        .hint=${say('form.password-hint', { count: shortestPassword })}
        .wrong=${attempt.fields.includes('new_password')}
        .say=${say}
      ></yoto-password-field>
      ${attemptNotice(attempt, say)}
      <div role="status">${this.changed ? html`<p class="done">${icon('done', 20)}<span>${say('me.changed')}</span></p>` : nothing}</div>
      <div class="acts"><button class="main" aria-disabled=${attempt.blocked}>${say('me.submit')}</button></div>
    </form>`
  }

  async #submit(event: SubmitEvent): Promise<void> {
    const form = event.target as HTMLFormElement
    this.changed = false
    checkIsNew(form, this.say('me.same'))
    this.changed = await this.#attempt.submit(event, (sent) =>
      changePassword({
        current_password: String(sent.get('current_password')),
        new_password: String(sent.get('new_password')),
      }),
    )
    if (!this.changed) return
    form.reset()
    // The session may be a new one from here on.
    sessionChanged(this)
  }

  async #leave(): Promise<void> {
    const left = await this.#leaving.run(signOut)
    if (left) this.dispatchEvent(new CustomEvent('signed-out', { bubbles: true, composed: true }))
  }
}

/** Of all that is wrong with a new password this is the one thing the product does not ask. */
function checkIsNew(form: HTMLFormElement, words: string): void {
  const [now, next] = ['current_password', 'new_password'].map((name) =>
    form.querySelector<HTMLInputElement>(`input[name=${name}]`),
  )
  next?.setCustomValidity(next.value !== '' && next.value === now?.value ? words : '')
}
