import { css, html, LitElement, nothing } from 'lit'
import type { Queue } from '../../src/core/queue.ts'
import type { LibraryEntry } from '../../src/http/api/library.ts'
import {
  type FirstStepsView,
  fetchFirstSteps,
  isOpen,
  type StepName,
  type StepState,
  stepNames,
  stepTitles,
} from '../first-steps.ts'
import { formLook } from '../form-look.ts'
import { icon } from '../icons.ts'
import type { Items } from '../items.ts'
import { hashOf } from '../route.ts'
import type { SeenPlayer } from '../store.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import type { TextKey } from '../text-keys.ts'
import { Watching } from '../watching.ts'
import type { AddressStep } from './address-step.ts'
import { badgeLook } from './badge-look.ts'
import type { CardStep } from './card-step.ts'
import { firstStepsLook } from './first-steps-look.ts'

const everyMs = 2000

const stateNames = {
  done: 'steps.state-done',
  not_needed: 'steps.state-not-needed',
  now: 'steps.state-now',
  waiting: 'steps.state-waiting',
  trouble: 'steps.state-trouble',
} as const satisfies Record<StepState, TextKey>

/** The way from nothing to a card that plays a stream: three steps, each as the product says that it stands. */
export class FirstSteps extends LitElement {
  static override properties = {
    active: { type: Boolean },
    framed: { type: Boolean },
    players: { attribute: false },
    queues: { attribute: false },
    library: { attribute: false },
    items: { attribute: false },
    say: { attribute: false },
  }
  static override styles = [
    shared,
    formLook,
    badgeLook,
    firstStepsLook,
    css`
      :host,
      ol.steps {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1.1rem;
        max-width: 56rem;
      }
      .to-copy {
        display: grid;
        gap: 0.25rem;
        padding-top: 0.6rem;
      }
      .to-copy > span {
        font-weight: 600;
      }
      ol.set-up {
        gap: 1rem;
      }
      .step {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1rem;
        padding: 1.1rem;
      }
      .heading {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.4rem 0.75rem;
      }
      .number {
        display: grid;
        place-items: center;
        flex: none;
        width: 2.1rem;
        height: 2.1rem;
        border: 2px solid var(--accent);
        border-radius: 50%;
        font-weight: 700;
      }
      [data-state='done'] .number,
      [data-state='not_needed'] .number {
        border-color: var(--good);
        color: var(--good);
      }
      [data-state='waiting'] .number {
        border-color: var(--line);
        color: var(--muted);
      }
      h3 {
        flex: 0 1 auto;
        min-width: 0;
        font-size: 1.15rem;
        line-height: 1.3;
      }
      h3:focus-visible {
        outline: none;
      }
    `,
  ]
  declare active: boolean
  /** Home Assistant shows the panel. */
  declare framed: boolean
  declare players: readonly SeenPlayer[]
  declare queues: ReadonlyMap<string, Queue>
  declare library: readonly LibraryEntry[] | null
  declare items: Items | null
  declare say: Say
  readonly #watching = new Watching<FirstStepsView>(this, { fetch: fetchFirstSteps, everyMs })

  constructor() {
    super()
    this.active = true
    this.framed = false
    this.players = []
    this.queues = new Map()
    this.library = null
    this.items = null
    this.addEventListener('step-taken', () => void this.#watching.read())
  }

  protected override willUpdate(): void {
    const held = this.shadowRoot?.activeElement?.closest<HTMLElement>('[data-step]')
    if (held != null) void this.#keepFocus(held)
  }

  override render() {
    const { say } = this
    const { value: view, fault } = this.#watching
    return html`<div role="alert">${fault === null ? nothing : html`<p class="wrong">${fault}</p>`}</div>
      ${view === null ? html`<p class="quiet">${say('yoto.reading')}</p>` : this.#steps(view)}`
  }

  /** What had the focus may be gone with the state that it was for: then its step has it. */
  async #keepFocus(step: HTMLElement): Promise<void> {
    await this.updateComplete
    const inner = [...step.querySelectorAll<AddressStep | CardStep>('yoto-address-step, yoto-card-step')]
    await Promise.all(inner.map(({ updateComplete }) => updateComplete))
    if (this.shadowRoot?.activeElement == null) step.querySelector('h3')?.focus()
  }

  #steps(view: FirstStepsView) {
    const { say } = this
    return html`<p role="status">${say(view.done ? 'steps.all-done' : 'steps.intro')}</p>
      <ol class="steps" role="list">
        ${stepNames.map((name, place) => this.#step(view, name, place + 1))}
      </ol>
      ${view.done ? html`<p><a class="button main" href=${hashOf('house')}>${say('steps.to-players')}</a></p>` : nothing}`
  }

  #step(view: FirstStepsView, name: StepName, number: number) {
    const { say } = this
    const { state } = view[name]
    const held = state === 'now' || state === 'trouble'
    return html`<li class="card step" data-step=${name} data-state=${state} aria-labelledby=${name}>
      <div class="heading">
        <span class="number" aria-hidden="true">${isOpen(state) ? number : icon('done', 20)}</span>
        <h3 id=${name} tabindex="-1"><span class="hidden">${say('steps.number', { number })}: </span>${say(stepTitles[name])}</h3>
        <span class="badge ${held ? 'held' : ''}" role="status">${say(stateNames[state])}</span>
      </div>
      ${this.#content(view, name)}
    </li>`
  }

  #content(view: FirstStepsView, name: StepName) {
    const { say, players, queues, library, items, framed } = this
    if (name === 'sign_in') return this.#signIn(view)
    if (name === 'address')
      return html`<yoto-address-step
        .step=${view.address}
        .players=${players}
        .framed=${framed}
        .say=${say}
      ></yoto-address-step>`
    return html`<yoto-card-step
      .step=${view.card}
      .simulated=${view.sign_in.state === 'not_needed'}
      .players=${players}
      .queues=${queues}
      .library=${library}
      .items=${items}
      .say=${say}
    ></yoto-card-step>`
  }

  #signIn({ sign_in: step }: FirstStepsView) {
    const { say } = this
    if (step.state === 'done') return html`<p>${say('yoto.signed-in-text')}</p>`
    if (step.state === 'not_needed')
      return html`<p>${say('steps.simulated')}</p>
        <details>
          <summary>${say('steps.own-players')}</summary>
          ${this.#setUp(step)}
        </details>`
    return html`<p>${say('steps.sign-in-text')}</p>
      ${
        step.account === 'not_set_up'
          ? this.#setUp(step)
          : html`<yoto-household-account .active=${this.active} .say=${say}></yoto-household-account>`
      }`
  }

  /** How the product gets an account: what Yoto asks for when an app is registered, and where its client id goes. */
  #setUp({ app }: FirstStepsView['sign_in']) {
    const { say, framed } = this
    return html`<ol class="how set-up part">
      <li>
        ${say('yoto.set-up-app')}
        <a href="https://dashboard.yoto.dev" target="_blank" rel="noopener"
          >dashboard.yoto.dev<span class="hidden">, ${say('yoto.new-tab')}</span></a
        >. ${say('steps.app-text')}
        ${this.#toCopy('steps.app-callback', app.redirect_uri)} ${this.#toCopy('steps.app-scopes', app.scopes.join(' '))}
      </li>
      <li>
        ${say('yoto.set-up-option')} <code>yoto.client_id</code>.
        ${say(framed ? 'steps.options-home-assistant' : 'steps.options-file')}
        ${this.#toCopy('steps.app-option', `yoto:\n  client_id: ${say('steps.your-client-id')}`)}
      </li>
      <li>${say('steps.then-back')}</li>
    </ol>`
  }

  #toCopy(label: TextKey, text: string) {
    const { say } = this
    return html`<div class="to-copy">
      <span aria-hidden="true">${say(label)}</span>
      <yoto-copy-field .label=${say(label)} .text=${text} .say=${say}></yoto-copy-field>
    </div>`
  }
}
