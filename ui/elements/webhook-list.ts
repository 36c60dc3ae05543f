import { css, html, LitElement, nothing } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { formLook } from '../form-look.ts'
import { Said } from '../said.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import { Watching } from '../watching.ts'
import { fetchWebhooks, rotateWebhook, type WebhookView } from '../webhooks.ts'
import type { Confirm } from './confirm.ts'
import { listLook } from './list-look.ts'

const everyMs = 10_000

/** The webhooks that rules wait for, for those who may know their addresses; nothing where there are none. */
export class WebhookList extends LitElement {
  static override properties = {
    active: { type: Boolean },
    direct: { type: Boolean },
    say: { attribute: false },
  }
  static override styles = [
    shared,
    formLook,
    listLook,
    css`
      yoto-copy-field {
        flex: 1 1 100%;
        min-width: 0;
      }
    `,
  ]
  declare active: boolean
  /** Programs reach the panel by the address of the page; not so through Home Assistant. */
  declare direct: boolean
  declare say: Say
  readonly #webhooks = new Watching<readonly WebhookView[]>(this, { fetch: fetchWebhooks, everyMs })
  readonly #said = new Said(this)

  constructor() {
    super()
    this.active = true
    this.direct = true
  }

  override render() {
    const { say } = this
    const webhooks = this.#webhooks.value ?? []
    return html`${
      webhooks.length === 0
        ? nothing
        : html`<h2 id="webhooks">${say('webhooks.title')}</h2>
            <p class="quiet">${say(this.direct ? 'webhooks.intro' : 'webhooks.intro-direct')}</p>
            <ul role="list" aria-labelledby="webhooks">
              ${repeat(
                webhooks,
                ({ name }) => name,
                (webhook) => this.#row(webhook),
              )}
            </ul>`
    }
      ${this.#said.render()}
      <yoto-confirm .say=${say}></yoto-confirm>`
  }

  #row({ name, path, last_called_at }: WebhookView) {
    const { say } = this
    const called =
      last_called_at === null
        ? say('webhooks.not-called')
        : say('webhooks.called', { date: this.#moment(last_called_at) })
    return html`<li class="card">
      <div class="what">
        <h3>${name}</h3>
        <p class="quiet">${called}</p>
      </div>
      <button aria-label=${say('webhooks.rotate-named', { name })} @click=${() => this.#askToRotate(name)}>
        ${say('webhooks.rotate')}
      </button>
      <yoto-copy-field
        .label=${say('webhooks.address', { name })}
        .text=${this.#address(path)}
        .say=${say}
      ></yoto-copy-field>
    </li>`
  }

  #address(path: string): string {
    return this.direct ? new URL(path.replace(/^\//, ''), document.baseURI).href : `http://HOST:PORT${path}`
  }

  #askToRotate(name: string): void {
    const { say } = this
    void this.renderRoot.querySelector<Confirm>('yoto-confirm')?.ask({
      title: say('webhooks.rotate-title', { name }),
      text: say('webhooks.rotate-text'),
      yes: say('webhooks.rotate-named', { name }),
      act: async () => {
        await rotateWebhook(name)
        this.#said.say(say('webhooks.rotated', { name }))
        await this.#webhooks.read()
      },
    })
  }

  #moment(iso: string): string {
    const at = Date.parse(iso)
    const how = { dateStyle: 'medium', timeStyle: 'short' } as const
    return Number.isNaN(at) ? iso : new Intl.DateTimeFormat(this.say.locale, how).format(at)
  }
}
