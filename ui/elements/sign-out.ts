import { html, LitElement } from 'lit'
import type { User } from '../access.ts'
import { Attempt } from '../attempt.ts'
import { signOut } from '../session.ts'
import type { Say } from '../text.ts'
import { attemptNotice } from './attempt-notice.ts'

/** The way out for a page that has none of its own, as a child's; only its address leads here. Fires `signed-out`. */
export class SignOut extends LitElement {
  static override properties = { user: { attribute: false }, say: { attribute: false } }
  declare user: User
  declare say: Say
  readonly #attempt = new Attempt(this)

  override createRenderRoot() {
    return this
  }

  override render() {
    const { say, user } = this
    return html`<form class="entrance card" aria-labelledby="sign-out" @submit=${this.#submit}>
      <h2 id="sign-out">${say('sign-out.title', { name: user.username })}</h2>
      ${attemptNotice(this.#attempt, say)}
      <div class="acts">
        <button class="main" aria-disabled=${this.#attempt.blocked}>${say('me.sign-out')}</button>
        <button type="button" @click=${this.#stay}>${say('sign-out.stay')}</button>
      </div>
    </form>`
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const left = await this.#attempt.run(signOut)
    if (left) this.dispatchEvent(new CustomEvent('signed-out', { bubbles: true, composed: true }))
  }

  #stay(): void {
    location.hash = '#/'
  }
}
