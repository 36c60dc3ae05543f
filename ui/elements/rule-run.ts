import { css, html, LitElement, nothing, type PropertyValues } from 'lit'
import { icon } from '../icons.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import {
  askedText,
  depthOf,
  effectOutcomes,
  exactText,
  fetchRun,
  momentText,
  type RunStepView,
  runOutcomes,
  type ShortRunView,
  stepOutcomes,
  type WholeRunView,
} from '../traces.ts'
import { Watching } from '../watching.ts'
import { runsLook } from './runs-look.ts'
import { unfoldingLineLook } from './unfolding-line-look.ts'

const everyMs = 5_000
const deepest = 3

/** One run of a rule; whoever opens it sees each step of it. */
export class RuleRun extends LitElement {
  static override properties = {
    rule: {},
    run: { attribute: false },
    now: {},
    watched: { type: Boolean },
    say: { attribute: false },
    open: { state: true },
  }
  static override styles = [
    shared,
    runsLook,
    unfoldingLineLook,
    css`
      button.run {
        grid-template-columns: auto auto minmax(0, 1fr) auto;
      }
      button.run > svg,
      .time {
        color: var(--muted);
      }
      .time {
        font-size: 0.875rem;
        font-variant-numeric: tabular-nums;
      }
      .why {
        display: block;
        color: var(--muted);
        font-size: 0.875rem;
      }
      .whole {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.75rem;
        margin: 0.25rem 0.5rem 0.75rem 2.25rem;
        padding: 0.75rem 1rem;
        border-radius: 12px;
        background: var(--sunken);
        font-size: 0.875rem;
      }
      .whole .badge {
        background: var(--surface);
      }
      .whole .badge.held {
        background: var(--warn-surface);
      }
      .whole,
      .whole * {
        overflow-wrap: anywhere;
      }
      h6 {
        margin: 0 0 0.2rem;
        font-size: 0.875rem;
      }
      .steps {
        display: grid;
        gap: 0.5rem;
      }
      .depth-1 {
        padding-inline-start: 1rem;
      }
      .depth-2 {
        padding-inline-start: 2rem;
      }
      .depth-3 {
        padding-inline-start: 3rem;
      }
      .steps .quiet,
      .effects {
        font-size: 0.8125rem;
      }
      .effects li {
        padding-inline-start: 0.75rem;
        border-inline-start: 2px solid var(--line);
      }
      @media (max-width: 480px) {
        button.run {
          grid-template-columns: auto minmax(0, 1fr) auto;
        }
        button.run .what {
          grid-column: 2 / -1;
          grid-row: 2;
        }
        .whole {
          margin-inline-start: 0.5rem;
        }
      }
    `,
  ]
  declare rule: string
  declare run: ShortRunView
  /** As the household's clocks show it. */
  declare now: string
  declare watched: boolean
  declare say: Say
  declare open: boolean
  readonly #whole = new Watching<WholeRunView>(this, {
    fetch: () => fetchRun(this.rule, this.run.run),
    everyMs,
    isSettled: ({ ended_at }) => ended_at !== null,
  })

  constructor() {
    super()
    this.watched = true
    this.open = false
  }

  get active(): boolean {
    return this.open && this.watched
  }

  protected override updated(changed: PropertyValues<this>): void {
    const before = changed.get('run')
    if (before === undefined || !this.active) return
    if (JSON.stringify(before) !== JSON.stringify(this.run)) void this.#whole.read()
  }

  override render() {
    const { say, open, run, now } = this
    const { at, because, outcome, why } = run
    return html`<button class="line run" aria-expanded=${open} @click=${this.#toggle}>
        ${icon(open ? 'down' : 'right', 18)}
        <time class="time" datetime=${at}>${momentText(at, { now, say })}</time>
        <span class="what" lang="en"
          >${because}${why === null || why === because ? nothing : html`<span class="why">${why}</span>`}</span
        >
        <span class="badge ${isTrouble(outcome) ? 'held' : ''}">${say(runOutcomes[outcome])}</span>
      </button>
      ${open ? this.#opened() : nothing}`
  }

  #opened() {
    const { value, fault } = this.#whole
    if (fault !== null) return html`<p class="wrong" role="alert">${fault}</p>`
    if (value === null) return html`<p class="quiet">${this.say('runs.reading')}</p>`
    return html`<div class="whole">
      ${this.#start(value)}${this.#saw(value)}${this.#steps(value)}${this.#end(value)}
    </div>`
  }

  #start({ trigger }: WholeRunView) {
    const { kind: _, ...told } = trigger.data
    const text = askedText(told)
    return html`<div>
      <h6>${this.say('runs.trigger')}</h6>
      <p lang="en"><code>${trigger.kind}</code>${text === '' ? nothing : html` ${text}`}</p>
    </div>`
  }

  #saw({ saw }: WholeRunView) {
    if (saw.length === 0) return nothing
    return html`<div>
      <h6>${this.say('runs.saw')}</h6>
      <ul role="list" lang="en">
        ${saw.map((one) => html`<li>${one}</li>`)}
      </ul>
    </div>`
  }

  #steps({ steps, left_out }: WholeRunView) {
    const { say } = this
    if (steps.length === 0) return nothing
    return html`<div>
      <h6>${say('runs.steps')}</h6>
      <ol role="list" class="steps">
        ${steps.map((step, index) => [
          left_out?.behind === index
            ? html`<li class="quiet">${say('runs.left-out', { count: left_out.count })}</li>`
            : nothing,
          this.#step(step),
        ])}
      </ol>
    </div>`
  }

  #step(step: RunStepView) {
    const { say } = this
    const { kind, name, at, outcome, way, why, saw } = step
    return html`<li class="depth-${Math.min(depthOf(step), deepest)}">
      <p>
        <span class="time">${exactText(at, say)}</span> ${step.step} <code>${kind}</code>
        ${name === null ? nothing : html` ${name}`}
        <span class="badge ${outcome === 'failed' ? 'held' : ''}">${say(stepOutcomes[outcome])}</span>
      </p>
      ${way === null ? nothing : html`<p class="quiet">${say('runs.way', { way })}</p>`}
      ${why === null ? nothing : html`<p class="quiet" lang="en">${why}</p>`}
      ${saw.length === 0 ? nothing : html`<p class="quiet" lang="en">${saw.join(', ')}</p>`}
      ${this.#effects(step)}
    </li>`
  }

  #effects({ effects }: RunStepView) {
    const { say } = this
    if (effects.length === 0) return nothing
    return html`<ul role="list" class="effects">
      ${effects.map(
        ({ kind, asked, outcome, reason, ms }) =>
          html`<li>
            <span lang="en"><code>${kind}</code> ${askedText(asked)}</span>:
            ${say(effectOutcomes[outcome])}${ms === null ? nothing : ` (${say('runs.ms', { ms })})`}
            ${reason === null ? nothing : html`<p class="quiet" lang="en">${reason}</p>`}
          </li>`,
      )}
    </ul>`
  }

  #end({ ended_at, outcome }: WholeRunView) {
    const { say, now } = this
    if (ended_at === null) return nothing
    const text = `${momentText(ended_at, { now, say })}: ${say(runOutcomes[outcome])}`
    return html`<div>
      <h6>${say('runs.end')}</h6>
      <p>${text}</p>
    </div>`
  }

  #toggle(): void {
    this.open = !this.open
  }
}

function isTrouble(outcome: ShortRunView['outcome']): boolean {
  return outcome === 'failed'
}
