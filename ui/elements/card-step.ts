import { css, html, LitElement, nothing } from 'lit'
import { live } from 'lit/directives/live.js'
import type { Queue } from '../../src/core/queue.ts'
import type { PublishedCardView } from '../../src/http/api/cards.ts'
import type { LibraryEntry } from '../../src/http/api/library.ts'
import { Attempt } from '../attempt.ts'
import { type FirstStepsView, makeCard, playCard } from '../first-steps.ts'
import { formLook } from '../form-look.ts'
import { icon } from '../icons.ts'
import { type Items, titleIn } from '../items.ts'
import { selectLook } from '../select-look.ts'
import type { SeenPlayer } from '../store.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import { attemptNotice } from './attempt-notice.ts'
import { firstStepsLook } from './first-steps-look.ts'
import { playerSelect } from './player-select.ts'

const titlesShown = 3

/** Makes a card that plays a stream, says how it gets into a child's hands, and plays it. Fires `step-taken`. */
export class CardStep extends LitElement {
  static override properties = {
    step: { attribute: false },
    players: { attribute: false },
    queues: { attribute: false },
    library: { attribute: false },
    items: { attribute: false },
    say: { attribute: false },
    simulated: { type: Boolean },
    made: { state: true },
    chosen: { state: true },
  }
  static override styles = [
    shared,
    formLook,
    selectLook,
    firstStepsLook,
    css`
      :host,
      .body {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1.1rem;
      }
      .part + .part {
        padding-top: 1.1rem;
        border-top: 1px solid var(--line);
      }
    `,
  ]
  declare step: FirstStepsView['card']
  declare players: readonly SeenPlayer[]
  declare queues: ReadonlyMap<string, Queue>
  declare library: readonly LibraryEntry[] | null
  declare items: Items | null
  /** There is no app and no card to hold in one's hands. */
  declare simulated: boolean
  declare say: Say
  /** The card that was made just now. */
  declare made: PublishedCardView | null
  /** The card that is to get into a player; null: the last there is. */
  declare chosen: string | null
  readonly #making = new Attempt(this)
  readonly #playing = new Attempt(this)

  constructor() {
    super()
    this.simulated = false
    this.made = null
    this.chosen = null
  }

  override render() {
    const { say, step } = this
    if (step.state === 'waiting')
      return html`<p class="quiet">${say(step.waits_for === 'address' ? 'steps.after-address' : 'steps.after-sign-in')}</p>`
    if (step.state === 'done')
      return html`<div role="status">${this.#heard()}</div>
        <details>
          <summary>${say('steps.another-card')}</summary>
          <div class="body">${this.#make()} ${this.#hand()}</div>
        </details>`
    return html`${this.#make()} ${this.#hand()}`
  }

  #heard() {
    const { say, step, players } = this
    if (step.heard === null) return nothing
    const { title, player, at } = step.heard
    const name = players.find(({ state }) => state.id === player)?.state.name
    const date = new Intl.DateTimeFormat(say.locale, { dateStyle: 'long', timeStyle: 'short' }).format(
      Date.parse(at),
    )
    const words =
      name === undefined ? say('steps.heard', { title, date }) : say('steps.heard-on', { title, name, date })
    return html`<p class="done">${icon('done', 20)}<span>${words}</span></p>`
  }

  #make() {
    const { say, queues, library } = this
    const attempt = this.#making
    const streams = [...queues.values()]
    const newStream = html`<yoto-new-stream .queues=${queues} .library=${library} .say=${say}></yoto-new-stream>`
    if (streams.length === 0)
      return html`<div class="part"><p>${say('steps.no-stream')}</p><div class="acts">${newStream}</div></div>`
    const first = streams.find(({ items }) => items.length > 0) ?? streams[0]
    return html`<form class="part" novalidate autocomplete="off" @input=${attempt.touched} @submit=${this.#publish}>
        <p>${say('steps.card-text')}</p>
        <fieldset>
          <legend>${say('steps.which-stream')}</legend>
          ${streams.map((queue) => this.#choice(queue, queue === first))}
        </fieldset>
        <div class="field">
          <label for="title">${say('steps.card-title')}</label>
          <input
            id="title"
            name="title"
            required
            maxlength="100"
            aria-describedby="title-hint"
            aria-invalid=${attempt.fields.includes('title') ? 'true' : nothing}
          />
          <p id="title-hint" class="quiet">${say('steps.card-title-hint')}</p>
        </div>
        ${attemptNotice(attempt, say)}
        <div class="acts">
          <button class="main" aria-disabled=${attempt.blocked}>
            ${say(attempt.busy ? 'steps.making' : 'steps.make-card')}
          </button>
          ${newStream}
        </div>
        <div role="status">${
          this.made === null
            ? nothing
            : html`<p class="done">${icon('done', 20)}<span>${say('steps.card-made', { title: this.made.title })}</span></p>`
        }</div>
      </form>`
  }

  #choice(queue: Queue, first: boolean) {
    return html`<label class="choice">
      <input type="radio" name="stream" value=${queue.name} ?checked=${first} />
      <span>${queue.title || queue.name}<span class="quiet">${this.#plays(queue)}</span></span>
    </label>`
  }

  #plays({ items, closed }: Queue): string {
    const { say } = this
    if (items.length === 0) return say(closed ? 'steps.stream-closed' : 'steps.stream-empty')
    const titles = items.slice(0, titlesShown).map(({ file }) => titleIn(this.items, file))
    const list = titles.join(' · ')
    return items.length > titlesShown
      ? say('steps.and-more', { list, count: items.length - titlesShown })
      : list
  }

  /** From the account into a player. */
  #hand() {
    const { say, step, players } = this
    const { cards } = step
    const chosen = cards.find(({ card_id }) => card_id === this.chosen) ?? cards.at(-1)
    if (chosen === undefined) return nothing
    const attempt = this.#playing
    return html`<form class="part" novalidate @submit=${this.#play}>
      <h4>${say('steps.hand-title')}</h4>
      <div class="field">
        <label for="card">${say('steps.which-card')}</label>
        <select id="card" name="card" .value=${live(chosen.card_id)} @change=${this.#choose}>
          ${cards.map(({ card_id, title }) => html`<option value=${card_id} ?selected=${card_id === chosen.card_id}>${title}</option>`)}
        </select>
      </div>
      ${this.simulated ? nothing : this.#link(chosen.title)}
      ${
        players.length === 0
          ? nothing
          : html`<p>${say(this.simulated ? 'steps.play-simulated' : 'steps.play-text')}</p>
            ${playerSelect(players, { say })} ${attemptNotice(attempt, say)}
            <div class="acts">
              <button aria-disabled=${attempt.blocked}>${icon('play', 20)}${say('steps.play')}</button>
            </div>`
      }
      ${step.state === 'done' ? nothing : html`<p class="quiet" role="status">${say('steps.not-heard')}</p>`}
    </form>`
  }

  #link(title: string) {
    const { say } = this
    return html`<ol class="how">
      <li>${say('steps.hand-app', { title })}</li>
      <li>${say('steps.hand-link')}</li>
      <li>${say('steps.hand-insert')}</li>
    </ol>`
  }

  readonly #choose = (event: Event): void => {
    this.chosen = (event.target as HTMLSelectElement).value
  }

  async #publish(event: SubmitEvent): Promise<void> {
    this.made = null
    const form = event.target as HTMLFormElement
    const done = await this.#making.submit(event, async (sent) => {
      const field = (name: string) => String(sent.get(name) ?? '').trim()
      this.made = await makeCard({ stream: field('stream'), title: field('title') })
      this.chosen = this.made.card_id
    })
    if (!done) return
    form.reset()
    this.#taken()
  }

  async #play(event: SubmitEvent): Promise<void> {
    const done = await this.#playing.submit(event, (sent) =>
      playCard({ player: String(sent.get('player')), card: String(sent.get('card')) }),
    )
    if (done) this.#taken()
  }

  #taken(): void {
    this.dispatchEvent(new CustomEvent('step-taken', { bubbles: true, composed: true }))
  }
}
