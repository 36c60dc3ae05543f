import { css, html, LitElement, noChange, nothing, type PropertyValues } from 'lit'
import { live } from 'lit/directives/live.js'
import { repeat } from 'lit/directives/repeat.js'
import { Attempt } from '../attempt.ts'
import { formLook } from '../form-look.ts'
import { fetchInputs, type Input, pressInput, setInput } from '../inputs.ts'
import { Said } from '../said.ts'
import { selectLook } from '../select-look.ts'
import { shared } from '../styles.ts'
import { switchLook } from '../switch-look.ts'
import type { Say } from '../text.ts'
import { Watching } from '../watching.ts'
import { attemptNotice } from './attempt-notice.ts'
import { rulesLook } from './rules-look.ts'

// A change is told; a file that was edited may bring others.
const everyMs = 10_000

type Choice = Extract<Input, { type: 'select' }>
type Amount = Extract<Input, { type: 'number' }>

/** What rule files ask people for: switches, choices, numbers and buttons; nothing where there are none. */
export class InputList extends LitElement {
  static override properties = {
    active: { type: Boolean },
    news: { attribute: false },
    say: { attribute: false },
  }
  static override styles = [
    shared,
    formLook,
    rulesLook,
    selectLook,
    switchLook,
    css`
      .line > .field,
      .line > button {
        flex: 0 1 14rem;
      }
      .line > button {
        min-height: 48px;
      }
    `,
  ]
  declare active: boolean
  /** The one that was set last. */
  declare news: Input | null
  declare say: Say
  readonly #inputs = new Watching<readonly Input[]>(this, { fetch: fetchInputs, everyMs })
  readonly #setting = new Attempt(this)
  /** What was set last, to go on behind it. */
  #last: Promise<unknown> = Promise.resolve()
  /** The input in whose field somebody types: news of it do not stand over that. */
  #typing: string | null = null
  readonly #said = new Said(this)

  constructor() {
    super()
    this.active = true
    this.news = null
  }

  override willUpdate(changed: PropertyValues): void {
    if (changed.has('news') && this.news !== null) this.#take(this.news)
  }

  override render() {
    const { say } = this
    const inputs = this.#inputs.value ?? []
    if (inputs.length === 0) return nothing
    return html`<section aria-labelledby="title">
      <h3 id="title">${say('inputs.title')}</h3>
      <p class="quiet">${say('inputs.intro')}</p>
      ${attemptNotice(this.#setting, say)}
      <ul class="card" role="list">
        ${repeat(
          inputs,
          ({ id }) => id,
          (input) =>
            html`<li class="part">
              <div class="line">
                <h4>${input.name}</h4>
                ${this.#control(input)}
              </div>
            </li>`,
        )}
      </ul>
      ${this.#said.render()}
    </section>`
  }

  #control(input: Input) {
    switch (input.type) {
      case 'switch':
        return this.#switch(input)
      case 'select':
        return this.#choice(input)
      case 'number':
        return this.#amount(input)
      case 'button':
        return this.#button(input)
    }
  }

  #switch(input: Input) {
    const isOn = input.value === true
    return html`<label class="switch">
      <span>${this.say(isOn ? 'rules.on' : 'rules.off')}</span>
      <input
        type="checkbox"
        role="switch"
        aria-label=${input.name}
        .checked=${live(isOn)}
        @change=${({ target }: Event) => this.#set(input, (target as HTMLInputElement).checked)}
      />
    </label>`
  }

  #choice(input: Choice) {
    return html`<div class="field">
      <select
        aria-label=${input.name}
        .value=${live(String(input.value))}
        @change=${({ target }: Event) => this.#set(input, (target as HTMLSelectElement).value)}
      >
        ${input.options.map(
          (option) => html`<option value=${option} ?selected=${option === input.value}>${option}</option>`,
        )}
      </select>
    </div>`
  }

  #amount(input: Amount) {
    const { name, min, max, step, unit } = input
    return html`<div class="field">
      <input
        type="number"
        inputmode="decimal"
        aria-label=${unit === null ? name : this.say('inputs.with-unit', { name, unit })}
        min=${min}
        max=${max}
        step=${step}
        .value=${this.#typing === input.id ? noChange : String(input.value)}
        @input=${() => {
          this.#typing = input.id
        }}
        @change=${({ target }: Event) => this.#setAmount(input, target as HTMLInputElement)}
      />
      ${unit === null ? nothing : html`<span class="quiet" aria-hidden="true">${unit}</span>`}
    </div>`
  }

  #button(input: Input) {
    const { say } = this
    const { name } = input
    return html`<button
      ?disabled=${this.#setting.busy}
      aria-label=${say('inputs.press-named', { name })}
      @click=${() =>
        this.#setting.run(async () => {
          await pressInput(input)
          this.#said.say(say('inputs.pressed', { name }))
        })}
    >
      ${say('inputs.press')}
    </button>`
  }

  async #setAmount(input: Amount, field: HTMLInputElement): Promise<void> {
    const { value: asked, valueAsNumber: wanted } = field
    this.#typing = null
    if (!Number.isNaN(wanted)) await this.#set(input, wanted)
    // Where it was refused, it stands again as it is; what somebody has typed since stays.
    if (field.value !== asked) return
    const now = this.#inputs.value?.find(({ id }) => id === input.id) ?? input
    field.value = String(now.value)
  }

  /** Whoever sets another before the one is answered has both. */
  async #set(input: Input, value: boolean | number | string): Promise<void> {
    const set = () => this.#setting.run(async () => this.#take(await setInput(input, value)))
    this.#last = this.#last.then(set)
    await this.#last
    this.requestUpdate()
  }

  #take(news: Input): void {
    const known = this.#inputs.value
    if (known === null) return
    this.#inputs.take(known.map((input) => (input.id === news.id ? news : input)))
  }
}
