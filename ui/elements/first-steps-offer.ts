import { css, html, LitElement, nothing } from 'lit'
import {
  type FirstStepsView,
  fetchFirstSteps,
  hideOffer,
  isOfferHidden,
  isOpen,
  nextStep,
  stepNames,
  stepTitles,
} from '../first-steps.ts'
import { icon } from '../icons.ts'
import { hashOf } from '../route.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import { Watching } from '../watching.ts'

const everyMs = 10_000

/** Leads to the first steps as long as one is open and nobody has put it away in this browser. Fires `offer-hidden`. */
export class FirstStepsOffer extends LitElement {
  static override properties = {
    active: { type: Boolean },
    say: { attribute: false },
    hides: { state: true },
  }
  static override styles = [
    shared,
    css`
      section {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.75rem 1rem;
        padding: 1rem 1.1rem;
        border-inline-start: 5px solid var(--accent);
      }
      .words {
        flex: 1 1 18rem;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      h2 {
        font-size: 1.1rem;
      }
      .acts {
        display: flex;
        flex-wrap: wrap;
        gap: 0.75rem;
      }
    `,
  ]
  declare active: boolean
  declare say: Say
  declare hides: boolean
  readonly #watching = new Watching<FirstStepsView>(this, {
    fetch: fetchFirstSteps,
    everyMs,
    isSettled: ({ done }) => done || this.hides,
  })

  constructor() {
    super()
    this.active = true
    this.hides = isOfferHidden()
  }

  override render() {
    const { say } = this
    const view = this.#watching.value
    const next = view === null ? null : nextStep(view)
    if (view === null || next === null || this.hides) return nothing
    const done = stepNames.filter((name) => !isOpen(view[name].state)).length
    return html`<section class="card" aria-labelledby="first-steps">
      <div class="words">
        <h2 id="first-steps">${say('steps.title')}</h2>
        <p>${say('steps.offer', { done, count: stepNames.length, next: say(stepTitles[next]) })}</p>
      </div>
      <div class="acts">
        <a class="button main" href=${hashOf('first-steps')}>${say('steps.go')}</a>
        <button @click=${this.#hide}>${icon('remove', 20)}${say('steps.hide')}</button>
      </div>
    </section>`
  }

  #hide(): void {
    hideOffer()
    this.hides = true
    this.dispatchEvent(new CustomEvent('offer-hidden', { bubbles: true, composed: true }))
  }
}
