import { css, html, LitElement, nothing } from 'lit'
import { accountFault } from '../account-fault.ts'
import { Attempt } from '../attempt.ts'
import { formLook } from '../form-look.ts'
import { fetchAccount, type HouseholdAccountView, offerSignIn, signOutOfYoto } from '../household-account.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import { Watching } from '../watching.ts'
import { attemptNotice } from './attempt-notice.ts'
import type { Confirm } from './confirm.ts'

const everyMs = 3000

/** The household's account at Yoto: how it stands, the ways in, and the way out. */
export class HouseholdAccount extends LitElement {
  static override properties = { active: { type: Boolean }, say: { attribute: false } }
  static override styles = [
    shared,
    formLook,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1.1rem;
      }
      .card {
        display: grid;
        gap: 1rem;
        padding: 1.1rem;
        max-width: 44rem;
      }
      h3 {
        font-size: 1.1rem;
      }
      h3:focus-visible {
        outline: none;
      }
      ol {
        padding-inline-start: 1.4rem;
        list-style: decimal;
      }
      a {
        color: var(--accent);
      }
      code {
        font-family: ui-monospace, monospace;
        overflow-wrap: anywhere;
      }
    `,
  ]
  declare active: boolean
  declare say: Say
  readonly #watching = new Watching<HouseholdAccountView>(this, {
    fetch: fetchAccount,
    everyMs,
    isSettled: (account) => !isUnderWay(account),
  })
  readonly #asking = new Attempt(this)
  #heldFocus = false

  constructor() {
    super()
    this.active = true
  }

  protected override willUpdate(): void {
    this.#heldFocus = this.shadowRoot?.activeElement != null
  }

  /** What had the focus may be gone with the state that it was for. */
  protected override updated(): void {
    if (this.#heldFocus && this.shadowRoot?.activeElement == null) this.#heading?.focus()
  }

  override render() {
    const { say } = this
    const { value: account, fault } = this.#watching
    return html`<div role="alert">${fault === null ? nothing : html`<p class="wrong">${fault}</p>`}</div>
      ${
        account === null
          ? fault === null
            ? html`<p class="quiet">${say('yoto.reading')}</p>`
            : nothing
          : this.#state(account)
      }
      <yoto-confirm .say=${say}></yoto-confirm>`
  }

  #state(account: HouseholdAccountView) {
    if (account.simulated) return [this.#card(account, 'yoto.simulated', this.#simulated(account))]
    return [this.#card(account, titles[account.state], this.#about(account)), this.#ways(account)]
  }

  #card({ state }: HouseholdAccountView, title: Title, content: unknown) {
    return html`<section class="card" aria-labelledby="state" data-state=${state}>
      <div role="status"><h3 id="state" tabindex="-1">${this.say(title)}</h3></div>
      ${content} ${attemptNotice(this.#asking, this.say)}
    </section>`
  }

  #simulated({ state }: HouseholdAccountView) {
    return html`${this.#setUp('yoto.simulated-text')} ${state === 'signed_out' ? this.#signInButton() : nothing}`
  }

  #setUp(text: 'yoto.simulated-text' | 'yoto.missing-text') {
    const { say } = this
    return html`<p>${say(text)}</p>
      <p>${say('yoto.set-up')}</p>
      <ol>
        <li>
          ${say('yoto.set-up-app')}
          <a href="https://dashboard.yoto.dev" target="_blank" rel="noopener">dashboard.yoto.dev<span class="hidden"
              >, ${say('yoto.new-tab')}</span
            ></a>
        </li>
        <li>${say('yoto.set-up-option')} <code>yoto.client_id</code></li>
        <li>${say('yoto.set-up-restart')}</li>
      </ol>`
  }

  #about(account: HouseholdAccountView) {
    const { say } = this
    const fault = accountFault(account, say)
    const wrong = fault === null ? nothing : html`<p class="wrong">${fault}</p>`
    switch (account.state) {
      case 'not_set_up':
        return this.#setUp('yoto.missing-text')
      case 'signed_in':
        return html`<p>${this.#since(account)}</p>
          ${wrong}
          <div class="acts"><button @click=${this.#askToLeave}>${say('yoto.sign-out')}</button></div>`
      case 'pending':
        return html`<p>${say(hasWay(account) ? 'yoto.ways' : 'yoto.no-way-yet')}</p>`
      case 'sign_in_again':
        return html`${wrong}
          <p>${say(hasWay(account) ? 'yoto.ways' : 'yoto.without')}</p>
          ${hasWay(account) ? nothing : this.#signInButton()}`
      case 'signed_out':
        return html`${wrong}
          <p>${say('yoto.without')}</p>
          ${this.#signInButton()}`
    }
  }

  #since({ signed_in_at }: HouseholdAccountView): string {
    const { say } = this
    const at = Date.parse(signed_in_at ?? '')
    if (Number.isNaN(at)) return say('yoto.signed-in-text')
    const date = new Intl.DateTimeFormat(say.locale, { dateStyle: 'long', timeStyle: 'short' }).format(at)
    return `${say('yoto.since', { date })} ${say('yoto.signed-in-text')}`
  }

  #ways(account: HouseholdAccountView) {
    if (!hasWay(account)) return nothing
    return html`<yoto-sign-in-ways
      .account=${account}
      .say=${this.say}
      @account-changed=${(event: CustomEvent<HouseholdAccountView>) => this.#watching.take(event.detail)}
    ></yoto-sign-in-ways>`
  }

  #signInButton() {
    return html`<div class="acts">
      <button class="main" aria-disabled=${this.#asking.blocked} @click=${this.#signIn}>
        ${this.say('yoto.sign-in')}
      </button>
    </div>`
  }

  #signIn(): void {
    void this.#asking.run(async () => this.#watching.take(await offerSignIn()))
  }

  #askToLeave(): void {
    const { say } = this
    void this.renderRoot.querySelector<Confirm>('yoto-confirm')?.ask({
      title: say('yoto.sign-out-title'),
      text: say('yoto.sign-out-text'),
      yes: say('yoto.sign-out'),
      act: async () => this.#watching.take(await signOutOfYoto()),
      after: () => this.#heading?.focus(),
    })
  }

  get #heading(): HTMLElement | null {
    return this.renderRoot.querySelector('h3')
  }
}

const titles = {
  not_set_up: 'yoto.missing',
  signed_in: 'yoto.signed-in',
  pending: 'yoto.pending',
  sign_in_again: 'yoto.again',
  signed_out: 'yoto.signed-out',
} as const satisfies Record<HouseholdAccountView['state'], string>

type Title = (typeof titles)[keyof typeof titles] | 'yoto.simulated'

function hasWay({ device, browser }: HouseholdAccountView): boolean {
  return device !== null || browser !== null
}

/** Somebody signs in elsewhere, or the ways to do so are on their way. */
function isUnderWay(account: HouseholdAccountView): boolean {
  return account.state === 'pending' || hasWay(account)
}
