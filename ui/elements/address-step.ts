import { html, LitElement, nothing } from 'lit'
import type { AddressCheckView } from '../../src/core/address-check.ts'
import { Attempt } from '../attempt.ts'
import { type FirstStepsView, makeTestCard, optionsFor } from '../first-steps.ts'
import { formLook } from '../form-look.ts'
import { icon } from '../icons.ts'
import { selectLook } from '../select-look.ts'
import type { SeenPlayer } from '../store.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import type { TextKey } from '../text-keys.ts'
import { attemptNotice } from './attempt-notice.ts'
import { firstStepsLook } from './first-steps-look.ts'
import { playerSelect } from './player-select.ts'

type Fetched = NonNullable<AddressCheckView['fetched']>

const fetchedWords = {
  player: 'steps.fetched-player',
  probe: 'steps.fetched-probe',
  app: 'steps.fetched-app',
  unknown: 'steps.fetched-unknown',
} as const satisfies Record<Fetched['by'], TextKey>

/** The address that cards tell players, what is wrong with it, and a test card. Fires `step-taken`. */
export class AddressStep extends LitElement {
  static override properties = {
    step: { attribute: false },
    players: { attribute: false },
    framed: { type: Boolean },
    say: { attribute: false },
  }
  static override styles = [shared, formLook, selectLook, firstStepsLook]
  declare step: FirstStepsView['address']
  declare players: readonly SeenPlayer[]
  /** Home Assistant shows the panel. */
  declare framed: boolean
  declare say: Say
  readonly #making = new Attempt(this)

  override render() {
    const { say, step } = this
    const { address, from, notes, state, check } = step
    return html`<div class="part">
      <p>
        ${say('steps.address-text')} <code>${address}</code>
        <span class="quiet">(${say(from === 'guessed' ? 'steps.address-guessed' : 'steps.address-set')})</span>
      </p>
      ${notes.map((note) => html`<p class="quiet">${say('notice.title')}: <span lang="en">${note}</span></p>`)}
      ${state === 'trouble' && check === null ? this.#options() : this.#test()}
    </div>`
  }

  /** The words are the product's own. */
  #options() {
    const { say, step, framed } = this
    return html`<p class="wrong">${say('steps.address-wrong')} <span lang="en">${step.problem}</span></p>
      <p>${say('steps.options-set')}</p>
      <yoto-copy-field
        .label=${say('steps.options')}
        .text=${optionsFor(step, location)}
        .say=${say}
      ></yoto-copy-field>
      <p>${say(framed ? 'steps.options-home-assistant' : 'steps.options-file')}</p>`
  }

  #test() {
    const { say, step } = this
    if (step.check === null && step.state === 'waiting')
      return html`<p class="quiet">${say('steps.after-sign-in')}</p>`
    const form = this.#form()
    if (step.state !== 'done') return html`${this.#come()} ${form}`
    return html`<div role="status">${this.#reached()}</div>
      <details>
        <summary>${say('steps.test-again')}</summary>
        <div class="part">${this.#come()} ${form}</div>
      </details>`
  }

  #reached() {
    const { say, step } = this
    const at = Date.parse(step.reached_at ?? '')
    if (Number.isNaN(at)) return nothing
    const date = new Intl.DateTimeFormat(say.locale, { dateStyle: 'long', timeStyle: 'short' }).format(at)
    return html`<p class="done">${icon('done', 20)}<span>${say('steps.reached', { date })}</span></p>`
  }

  /** What has come of the newest test card. */
  #come() {
    const { say, step } = this
    const { check } = step
    if (check === null) return html`<p>${say('steps.test-text')}</p>`
    const { fetched, likely_cause: cause, title, player } = check
    const waits = fetched === null && cause === null
    const hand = waits && player === null ? html`<p>${say('steps.test-by-hand', { title })}</p>` : nothing
    return html`<div role="status">${
      fetched !== null
        ? this.#fetched(fetched)
        : waits
          ? html`<div class="part"><p>${say('steps.test-waits')}</p>${hand}</div>`
          : nothing
    }</div>
      <div role="alert">${
        cause === null
          ? nothing
          : html`<p class="wrong">${say('steps.not-fetched')} <span lang="en">${cause.words}</span></p>`
      }</div>`
  }

  #fetched({ by }: Fetched) {
    const words = this.say(fetchedWords[by])
    return by === 'player'
      ? html`<p class="done">${icon('done', 20)}<span>${words}</span></p>`
      : html`<p class="wrong">${words}</p>`
  }

  #form() {
    const { say, players } = this
    const attempt = this.#making
    return html`<form novalidate @submit=${this.#make}>
      ${playerSelect(players, { say, byHand: say('steps.by-hand') })}
      ${attemptNotice(attempt, say)}
      <div class="acts">
        <button class="main" aria-disabled=${attempt.blocked}>${say(attempt.busy ? 'steps.making' : 'steps.make-test')}</button>
      </div>
    </form>`
  }

  async #make(event: SubmitEvent): Promise<void> {
    const made = await this.#making.submit(event, async (form) => {
      const player = String(form.get('player') ?? '')
      await makeTestCard(player === '' ? null : player)
    })
    if (made) this.dispatchEvent(new CustomEvent('step-taken', { bubbles: true, composed: true }))
  }
}
