import { css, html, LitElement, nothing } from 'lit'
import { Attempt, faultText } from '../attempt.ts'
import { formLook } from '../form-look.ts'
import { completeSignIn, type HouseholdAccountView, offerSignIn } from '../household-account.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import { attemptNotice } from './attempt-notice.ts'

/** The two ways to sign the household in to Yoto. Fires `account-changed` with the account as it is then. */
export class SignInWays extends LitElement {
  static override properties = { account: { attribute: false }, say: { attribute: false } }
  static override styles = [
    shared,
    formLook,
    css`
      :host {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr));
        gap: 1.1rem;
        align-items: start;
      }
      .card {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1rem;
        padding: 1.1rem;
      }
      h3 {
        font-size: 1.1rem;
      }
      .code {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 1rem 1.5rem;
      }
      /* Cameras want dark on light, whatever the page is. */
      img {
        width: 11rem;
        padding: 0.35rem;
        border-radius: 12px;
        background: #ffffff;
      }
      code {
        font: 700 clamp(1.5rem, 7vw, 2.1rem) / 1.4 ui-monospace, monospace;
        letter-spacing: 0.14em;
        user-select: all;
        overflow-wrap: anywhere;
      }
      p {
        overflow-wrap: anywhere;
      }
      a:not(.button) {
        color: var(--accent);
      }
    `,
  ]
  declare account: HouseholdAccountView
  declare say: Say
  readonly #completing = new Attempt(this, (error) =>
    error.status === 409 || error.status === 422
      ? { words: faultText(error, this.say), fields: ['address'] }
      : null,
  )
  readonly #asking = new Attempt(this)

  override render() {
    const { device, browser } = this.account
    return html`${device === null ? this.#codeless() : this.#byCode(device)}
    ${browser === null ? nothing : this.#byBrowser(browser)}`
  }

  #byCode(device: NonNullable<HouseholdAccountView['device']>) {
    const { say } = this
    return html`<section class="card" aria-labelledby="by-code">
      <h3 id="by-code">${say('yoto.by-code')}</h3>
      <p>${say('yoto.by-code-text')}</p>
      <div class="code">
        <img alt=${say('yoto.qr')} width="176" height="176" src=${pictureOf(device.qr_svg)} />
        <p><span class="quiet">${say('yoto.code')}</span><br /><code>${device.code}</code></p>
      </div>
      <div class="acts">
        <a class="button main" href=${device.complete_url} target="_blank" rel="noopener">
          <span>${say('yoto.open-code')}<span class="hidden">, ${say('yoto.new-tab')}</span></span>
        </a>
      </div>
      <p class="quiet">${say('yoto.or-enter', { url: device.url })} ${this.#lasting(device.expires_at)}</p>
    </section>`
  }

  #lasting(expires: string): string {
    const { say } = this
    const at = Date.parse(expires)
    if (Number.isNaN(at)) return ''
    const minutes = Math.ceil((at - Date.now()) / 60_000)
    if (minutes <= 0) return say('yoto.code-over')
    const time = new Intl.DateTimeFormat(say.locale, { timeStyle: 'short' }).format(at)
    const format = { style: 'unit', unit: 'minute', unitDisplay: 'long' } as const
    return say('yoto.code-until', { time, left: new Intl.NumberFormat(say.locale, format).format(minutes) })
  }

  /** Yoto may give this app no code; another one can be asked for. */
  #codeless() {
    const { say } = this
    return html`<section class="card" aria-labelledby="by-code">
      <h3 id="by-code">${say('yoto.by-code')}</h3>
      <p>${say('yoto.no-code')}</p>
      ${attemptNotice(this.#asking, say)}
      <div class="acts">
        <button aria-disabled=${this.#asking.blocked} @click=${this.#askForCode}>${say('yoto.ask-code')}</button>
      </div>
    </section>`
  }

  #byBrowser({ url, redirect_uri }: NonNullable<HouseholdAccountView['browser']>) {
    const { say } = this
    const attempt = this.#completing
    return html`<form
      class="card"
      aria-labelledby="by-browser"
      novalidate
      @input=${attempt.touched}
      @submit=${this.#complete}
    >
      <h3 id="by-browser">${say('yoto.by-browser')}</h3>
      <div class="acts">
        <a class="button main" href=${url} target="_blank" rel="noopener">
          <span>${say('yoto.open-browser')}<span class="hidden">, ${say('yoto.new-tab')}</span></span>
        </a>
      </div>
      <p id="address-hint">${say('yoto.browser-hint', { address: redirect_uri })}</p>
      <div class="field">
        <label for="address-field">${say('yoto.address')}</label>
        <input
          id="address-field"
          name="address"
          inputmode="url"
          autocomplete="off"
          autocapitalize="none"
          spellcheck="false"
          maxlength="8192"
          required
          aria-describedby="address-hint"
          aria-invalid=${attempt.fields.includes('address') ? 'true' : nothing}
        />
      </div>
      ${attemptNotice(attempt, say)}
      <div class="acts"><button aria-disabled=${attempt.blocked}>${say('yoto.complete')}</button></div>
    </form>`
  }

  async #complete(event: SubmitEvent): Promise<void> {
    await this.#completing.submit(event, async (form) =>
      this.#changed(await completeSignIn(String(form.get('address')).trim())),
    )
  }

  #askForCode(): void {
    void this.#asking.run(async () => this.#changed(await offerSignIn()))
  }

  #changed(detail: HouseholdAccountView): void {
    this.dispatchEvent(new CustomEvent('account-changed', { detail }))
  }
}

/** Shown as a picture, so that nothing in it is part of the page. */
function pictureOf(svg: string): string {
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}
