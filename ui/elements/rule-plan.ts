import { css, html, LitElement, nothing } from 'lit'
import {
  contentText,
  dayText,
  hoursText,
  type MomentView,
  momentsByDay,
  type PlanView,
  type StretchView,
  stretchesByDay,
  timeText,
} from '../plan.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import { rulesLook } from './rules-look.ts'

const daysAtFirst = 2
// A clock that strikes every minute would hide everything else.
const mostMoments = 12

/** What each stream holds in the coming days, and when clocks start rules. */
export class RulePlan extends LitElement {
  static override properties = {
    plan: { attribute: false },
    names: { attribute: false },
    say: { attribute: false },
    whole: { state: true },
  }
  static override styles = [
    shared,
    rulesLook,
    css`
      .days {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr));
        gap: 1rem 1.5rem;
      }
      h5 {
        margin: 0 0 0.25rem;
        font-size: 0.9375rem;
      }
      .hours li {
        display: grid;
        grid-template-columns: 7.5rem minmax(0, 1fr);
        gap: 0 0.75rem;
        padding: 0.2rem 0.5rem;
        margin-inline: -0.5rem;
        border-radius: 8px;
        overflow-wrap: anywhere;
      }
      .hours .time {
        color: var(--muted);
        font-variant-numeric: tabular-nums;
      }
      .hours .closed {
        color: var(--muted);
        font-style: italic;
      }
      .hours [aria-current] {
        background: var(--sunken);
        font-weight: 600;
      }
      .hours [aria-current] .badge {
        background: var(--accent);
        font-style: normal;
        color: var(--on-accent);
      }
      .acts button {
        justify-self: start;
      }
    `,
  ]
  declare plan: PlanView
  /** How people call rules, by id. */
  declare names: ReadonlyMap<string, string>
  declare say: Say
  /** Every day is shown. */
  declare whole: boolean

  constructor() {
    super()
    this.whole = false
    this.names = new Map()
  }

  override render() {
    const { plan, say } = this
    const isEmpty = plan.schedules.length + plan.moments.length + plan.often.length === 0
    return html`<section aria-labelledby="title">
      <h3 id="title">${say('rules.plan')}</h3>
      ${isEmpty ? html`<p class="quiet">${say('rules.no-plan')}</p>` : this.#parts()}
    </section>`
  }

  #parts() {
    const { plan, say, whole } = this
    return html`<p class="quiet">${say('rules.clocks', { zone: plan.zone })}</p>
      ${plan.schedules.map((schedule) => this.#schedule(schedule))}
      ${plan.moments.length + plan.often.length === 0 ? nothing : this.#moments()}
      <div class="acts">
        <button aria-expanded=${whole} @click=${this.#toggle}>
          ${say(whole ? 'rules.fewer-days' : 'rules.all-days')}
        </button>
      </div>`
  }

  #schedule({ stream, source, slots }: PlanView['schedules'][number]) {
    const { say } = this
    const [only] = slots
    return html`<div class="card part">
      <div>
        <h4>${stream}</h4>
        ${source === null ? nothing : html`<p class="quiet">${source}</p>`}
      </div>
      ${
        slots.length === 1 && only !== undefined
          ? html`<ol class="hours" role="list">${this.#stretch(only, say('rules.always'))}</ol>`
          : this.#days(stretchesByDay(slots, this.plan), (slot) => this.#stretch(slot, hoursText(slot, this)))
      }
      <yoto-explanation .kind=${'schedule'} .name=${stream} .say=${say}></yoto-explanation>
    </div>`
  }

  #moments() {
    return html`<div class="card part">
      <h4>${this.say('rules.moments')}</h4>
      ${
        this.plan.often.length === 0
          ? nothing
          : html`<ol class="hours" role="list">
              ${this.plan.often.map((round) => this.#round(round))}
            </ol>`
      }
      ${this.#days(momentsByDay(this.plan.moments), (moment) => this.#moment(moment), mostMoments)}
    </div>`
  }

  #days<Row>(days: ReadonlyMap<string, readonly Row[]>, row: (one: Row) => unknown, most = Infinity) {
    const { say } = this
    const shown = [...days].slice(0, this.whole ? undefined : daysAtFirst)
    return html`<div class="days">
      ${shown.map(
        ([date, rows]) =>
          html`<div>
            <h5>${dayText(date, this)}</h5>
            <ol class="hours" role="list">
              ${rows.slice(0, most).map(row)}
              ${rows.length > most ? html`<li><span></span>${say('rules.more', { count: rows.length - most })}</li>` : nothing}
            </ol>
          </div>`,
      )}
    </div>`
  }

  #stretch(slot: StretchView, hours: string) {
    const { say } = this
    return html`<li aria-current=${slot.now ? 'time' : nothing}>
      <span class="time">${hours}</span>
      <span class=${slot.closed ? 'closed' : ''}>
        ${contentText(slot, say)} ${slot.now ? html`<span class="badge">${say('rules.now')}</span>` : nothing}
      </span>
    </li>`
  }

  #round({ rule, words, times, more }: PlanView['often'][number]) {
    const name = this.names.get(rule) ?? rule
    return html`<li lang="en">
      <span>${words}, ${more ? 'more than ' : ''}${times} times</span>
      <span>${name}</span>
    </li>`
  }

  #moment({ at, rule }: MomentView) {
    return html`<li>
      <span class="time">${timeText(at, this.say)}</span>
      <span>${this.names.get(rule) ?? rule}</span>
    </li>`
  }

  #toggle(): void {
    this.whole = !this.whole
  }
}
