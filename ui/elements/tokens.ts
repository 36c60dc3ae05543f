import { css, html, LitElement, nothing } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { type MadeToken, type Scope, scopes, type Token } from '../access.ts'
import { Attempt } from '../attempt.ts'
import { formLook } from '../form-look.ts'
import { icon } from '../icons.ts'
import { Reading } from '../reading.ts'
import { focusPlace } from '../row-focus.ts'
import { Said } from '../said.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import { fetchTokens, makeToken, revokeToken } from '../tokens.ts'
import { attemptNotice } from './attempt-notice.ts'
import type { Confirm } from './confirm.ts'
import { listLook } from './list-look.ts'

const scopeNames = {
  kid: 'tokens.kid',
  house: 'tokens.house',
  admin: 'tokens.admin',
} as const satisfies Record<Scope, string>

const scopeHints = {
  kid: 'tokens.kid-may',
  house: 'tokens.house-may',
  admin: 'tokens.admin-may',
} as const satisfies Record<Scope, string>

/** What lets programs in: makes tokens, shows each once, and revokes them. */
export class Tokens extends LitElement {
  static override properties = {
    direct: { type: Boolean },
    say: { attribute: false },
    made: { state: true },
  }
  static override styles = [
    shared,
    formLook,
    listLook,
    css`
      form.card {
        padding: 1.1rem;
      }
      form.card h3 {
        margin: 0;
      }
      form .acts {
        justify-content: flex-end;
      }
    `,
  ]
  /** Programs reach the panel by the address of the page; not so through Home Assistant. */
  declare direct: boolean
  declare say: Say
  /** What was just made; it cannot be shown again. */
  declare made: MadeToken | null
  readonly #reading = new Reading(this, fetchTokens)
  readonly #making = new Attempt(this)
  readonly #said = new Said(this)

  constructor() {
    super()
    this.direct = true
    this.made = null
  }

  read(): Promise<void> {
    return this.#reading.read()
  }

  override render() {
    const { say, made } = this
    const tokens = this.#reading.value
    return html`<p class="quiet">${say('tokens.intro')}</p>
      ${
        made === null
          ? this.#form()
          : html`<yoto-new-token .made=${made} .direct=${this.direct} .say=${say} @done=${this.#forget}></yoto-new-token>`
      }
      ${attemptNotice(this.#reading, say)}
      ${tokens?.length === 0 ? html`<p class="quiet">${say('tokens.none')}</p>` : nothing}
      <ul role="list" aria-label=${say('nav.tokens')}>
        ${repeat(
          tokens ?? [],
          ({ id }) => id,
          (token) => this.#row(token),
        )}
      </ul>
      ${this.#said.render()}
      <yoto-confirm .say=${say}></yoto-confirm>`
  }

  #form() {
    const { say } = this
    return html`<form
      class="card"
      aria-labelledby="make"
      novalidate
      @input=${this.#making.touched}
      @submit=${this.#submit}
    >
      <h3 id="make">${say('tokens.make')}</h3>
      <div class="field">
        <label for="name-field">${say('tokens.name')}</label>
        <input id="name-field" name="name" autocomplete="off" maxlength="100" required aria-describedby="name-hint" />
        <p class="quiet" id="name-hint">${say('tokens.name-hint')}</p>
      </div>
      <fieldset>
        <legend>${say('tokens.scopes')}</legend>
        ${scopes.map(
          (scope) => html`<label class="choice">
            <input type="radio" name="scope" value=${scope} required />
            <span>${say(scopeNames[scope])}<span class="quiet">${say(scopeHints[scope])}</span></span>
          </label>`,
        )}
      </fieldset>
      ${attemptNotice(this.#making, say)}
      <div class="acts">
        <button class="main" aria-disabled=${this.#making.blocked}>${say('tokens.make')}</button>
      </div>
    </form>`
  }

  #row({ id, name, scopes: may, username, created_at, last_used_at }: Token) {
    const { say } = this
    const made = say('tokens.made-by', { name: username, date: this.#date(created_at) })
    const used =
      last_used_at === null ? say('tokens.unused') : say('tokens.used', { date: this.#date(last_used_at) })
    return html`<li class="card">
      <div class="what">
        <h3>${name} ${may.map((scope) => html`<span class="badge">${say(scopeNames[scope])}</span>`)}</h3>
        <p class="quiet">${made} · ${used}</p>
      </div>
      <button aria-label=${say('tokens.revoke-named', { name })} @click=${() => this.#askToRevoke({ id, name })}>
        ${icon('remove', 20)}${say('tokens.revoke')}
      </button>
    </li>`
  }

  async #submit(event: SubmitEvent): Promise<void> {
    const made = await this.#making.submit(event, async (form) => {
      const name = String(form.get('name')).trim()
      const chosen = scopes.filter((scope) => scope === form.get('scope'))
      this.made = await makeToken({ name, scopes: chosen })
    })
    if (made) await this.read()
  }

  async #forget(): Promise<void> {
    this.made = null
    await this.updateComplete
    this.renderRoot.querySelector<HTMLInputElement>('[name=name]')?.focus()
  }

  #askToRevoke({ id, name }: { id: string; name: string }): void {
    const { say } = this
    const place = this.#reading.value?.findIndex((token) => token.id === id) ?? 0
    void this.renderRoot.querySelector<Confirm>('yoto-confirm')?.ask({
      title: say('tokens.revoke-title', { name }),
      text: say('tokens.revoke-text'),
      yes: say('tokens.revoke-named', { name }),
      act: async () => {
        await revokeToken(id)
        if (this.made?.id === id) this.made = null
        this.#said.say(say('tokens.revoked', { name }))
        await this.read()
      },
      after: () => void focusPlace(this, { place, otherwise: '[name=name]' }),
    })
  }

  #date(iso: string): string {
    const at = Date.parse(iso)
    return Number.isNaN(at)
      ? iso
      : new Intl.DateTimeFormat(this.say.locale, { dateStyle: 'medium' }).format(at)
  }
}
