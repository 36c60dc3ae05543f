import { css, html, LitElement, nothing } from 'lit'
import { Attempt } from '../attempt.ts'
import {
  type DryPart,
  type DryReport,
  type DryRun,
  fetchOffers,
  hourIn,
  type RuleOffer,
  tryDry,
} from '../dry-run.ts'
import { formLook } from '../form-look.ts'
import { icon } from '../icons.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import { attemptNotice } from './attempt-notice.ts'
import { rulesLook } from './rules-look.ts'

/** "Try it": unfolds to what starts the rule, and shows what would come of it, with nothing really done. */
export class RuleTrial extends LitElement {
  static override properties = {
    rule: {},
    say: { attribute: false },
    open: { state: true },
    offers: { state: true },
    report: { state: true },
  }
  static override styles = [
    shared,
    formLook,
    rulesLook,
    css`
      .unfold {
        padding: 0 0.75rem 0 0.4rem;
        margin-inline-start: -0.4rem;
        color: var(--muted);
      }
      .trial {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.75rem;
        padding: 0.75rem 1rem;
        border-radius: 12px;
        background: var(--sunken);
        overflow-wrap: anywhere;
      }
      .offers {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
      }
      .offers button {
        min-height: 44px;
        overflow-wrap: anywhere;
      }
      .trial ul {
        padding-inline-start: 1.1rem;
        display: grid;
        gap: 0.25rem;
      }
      h5 {
        margin: 0;
        font-size: 0.9375rem;
      }
      .time {
        font-variant-numeric: tabular-nums;
        color: var(--muted);
      }
      .badge {
        background: var(--surface);
      }
    `,
  ]
  /** Its id. */
  declare rule: string
  declare say: Say
  declare open: boolean
  declare offers: readonly RuleOffer[] | null
  declare report: DryReport | null
  readonly #asking = new Attempt(this)

  constructor() {
    super()
    this.open = false
    this.offers = null
    this.report = null
  }

  override render() {
    const { say, open, rule } = this
    return html`<button
        class="bare unfold"
        aria-expanded=${open}
        aria-label=${say('rules.try-of', { name: rule })}
        @click=${this.#toggle}
      >
        ${icon(open ? 'down' : 'right', 18)}${say('rules.try')}
      </button>
      ${open ? this.#trial() : nothing}`
  }

  #trial() {
    const { say, offers, report } = this
    return html`<div class="trial">
      <p class="quiet">${say(offers?.length === 0 ? 'rules.try-none' : 'rules.try-intro')}</p>
      <div class="offers">${offers?.map((offer) => this.#offer(offer))}</div>
      ${attemptNotice(this.#asking, say)}
      <div role="status">${report === null ? nothing : this.#report(report)}</div>
    </div>`
  }

  #offer(offer: RuleOffer) {
    const { at, events } = offer
    const words = events.join(', ')
    return html`<button aria-disabled=${this.#asking.blocked} @click=${() => this.#try(offer)}>
      ${at === null ? words : this.say('rules.try-at', { time: at.replace('T', ' ').slice(0, 16), events: words })}
    </button>`
  }

  #report(report: DryReport) {
    const { say } = this
    const { parts, changes, waiting, stopped, at } = report
    return html`${parts.map((part) => this.#part(part, at))}
      ${
        changes.length === 0
          ? nothing
          : html`<h5>${say('rules.try-changes')}</h5>
              <ul lang="en">
                ${changes.map(({ kind, name, from, to }) => html`<li>${kind} ${name}: ${to ?? '–'} <span class="quiet">(${from ?? '–'})</span></li>`)}
              </ul>`
      }
      ${waiting.length === 0 ? nothing : html`<p>${say('rules.try-waiting', { rules: waiting.join(', ') })}</p>`}
      ${stopped === null ? nothing : html`<p class="wrong" lang="en">${stopped}</p>`}`
  }

  #part({ kind, event, at, runs, effects, unmoved }: DryPart, first: string) {
    const { say } = this
    const head = kind === 'event' ? event : say(kind === 'start' ? 'rules.try-start' : 'rules.try-later')
    return html`<h5><span class="time">${hourIn(first, at)}</span> ${head}</h5>
      ${runs.length + effects.length === 0 ? html`<p>${say('rules.try-unmoved')}</p>` : nothing}
      <ul>
        ${effects.map((effect) => html`<li lang="en"><span class="time">${hourIn(first, effect.at)}</span> ${effect.words} <span class="quiet">(${effect.because})</span></li>`)}
        ${runs.map((run) => this.#run(run, first))}
        ${unmoved.map(({ rule, why }) => html`<li class="quiet" lang="en">${rule}: ${why}</li>`)}
      </ul>`
  }

  #run({ rule, name, outcome, rounds, because, why, saw, steps, left_out }: DryRun, first: string) {
    const { say } = this
    const often = rounds === null ? [] : [`${rounds.words ?? 'by the clock'}, ${rounds.times} times`]
    const reasons = [...often, because, ...(why === null ? [] : [why]), ...saw]
    const isHeld = outcome === 'did_not_run' || outcome === 'ignored' || outcome === 'failed'
    const did = isHeld ? (outcome === 'failed' ? 'rules.try-fails' : 'rules.try-held') : 'rules.try-runs'
    return html`<li>
      <strong>${name ?? rule}</strong> <span class=${isHeld ? 'badge held' : 'badge'}>${say(did)}</span>
      <span class="quiet" lang="en">${reasons.join('; ')}</span>
      <ul lang="en">
        ${steps.map(
          (
            { at, kind, outcome, why, effects },
            index,
          ) => html`${left_out?.behind === index ? html`<li class="quiet" lang=${say.locale}>${say('runs.left-out', { count: left_out.count })}</li>` : nothing}<li>
            <span class="time">${hourIn(first, at)}</span> ${kind}${outcome === 'done' ? nothing : html` (${outcome}${why === null ? nothing : html`: ${why}`})`}
            ${effects.map((effect) => html`<div>${effect.at === at ? nothing : html`<span class="time">${hourIn(first, effect.at)}</span> `}${effect.words}${effect.failed === null ? nothing : html` – ${effect.failed}`}</div>`)}
          </li>`,
        )}
      </ul>
    </li>`
  }

  /** What starts it may have been edited since. */
  async #toggle(): Promise<void> {
    this.open = !this.open
    this.report = null
    this.#asking.clear()
    if (!this.open) return
    await this.#asking.run(async () => {
      this.offers = await fetchOffers(this.rule)
    })
  }

  async #try(offer: RuleOffer): Promise<void> {
    await this.#asking.run(async () => {
      this.report = await tryDry(offer)
    })
  }
}
