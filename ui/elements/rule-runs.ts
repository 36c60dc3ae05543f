import { css, html, LitElement, nothing, type PropertyValues } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { type IconName, icon } from '../icons.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import { type ConditionView, fetchTraces, type RuleConditionView, type TracesView } from '../traces.ts'
import { Watching } from '../watching.ts'
import { runsLook } from './runs-look.ts'

// What holds changes without a word; of runs admins are told at once.
const everyMs = 10_000

/** "What happened": unfolds to how the conditions of a rule stand now, and to its last runs. */
export class RuleRuns extends LitElement {
  static override properties = {
    rule: {},
    called: {},
    watched: { type: Boolean },
    news: { attribute: false },
    say: { attribute: false },
    open: { state: true },
  }
  static override styles = [
    shared,
    runsLook,
    css`
      .holds {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 0.1rem 0.5rem;
        align-items: start;
        overflow-wrap: anywhere;
      }
      .holds > svg {
        margin-block-start: 0.1rem;
        color: var(--muted);
      }
      .holds.yes > svg {
        color: var(--good, var(--accent));
      }
      .holds.no > svg {
        color: var(--bad);
      }
      .holds .holds {
        grid-column: 2;
      }
      ul.inner {
        margin-block-start: 0.25rem;
      }
    `,
  ]
  /** Its id. */
  declare rule: string
  /** As people call it. */
  declare called: string
  /** The page is before somebody's eyes. */
  declare watched: boolean
  /** Rules of which there is something new. */
  declare news: readonly string[]
  declare say: Say
  declare open: boolean
  readonly #traces = new Watching<TracesView>(this, { fetch: () => fetchTraces(this.rule), everyMs })

  constructor() {
    super()
    this.watched = true
    this.news = []
    this.open = false
  }

  get active(): boolean {
    return this.open && this.watched
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('news') && this.active && this.news.includes(this.rule)) void this.#traces.read()
  }

  override render() {
    const { say, open, called } = this
    return html`<button
        class="bare fold"
        aria-expanded=${open}
        aria-label=${say('runs.what-of', { name: called })}
        @click=${this.#toggle}
      >
        ${icon(open ? 'down' : 'right', 18)}${say('runs.what')}
      </button>
      ${open ? this.#content() : nothing}`
  }

  #content() {
    const { say } = this
    const { value, fault } = this.#traces
    return html`<div role="alert">${fault === null ? nothing : html`<p class="wrong">${fault}</p>`}</div>
      ${
        value === null
          ? html`<p class="quiet">${fault === null ? say('runs.reading') : nothing}</p>`
          : html`<div class="unfolded">${this.#conditions(value)} ${this.#runs(value)}</div>`
      }`
  }

  #conditions({ conditions }: TracesView) {
    const { say } = this
    if (conditions.length === 0) return html`<p class="quiet">${say('runs.no-conditions')}</p>`
    return html`<div>
      <h5>${say('runs.conditions')}</h5>
      <ul role="list" class="conditions">
        ${conditions.map((one) => this.#condition(one, one.trigger))}
      </ul>
    </div>`
  }

  #condition(condition: ConditionView, trigger: RuleConditionView['trigger']): unknown {
    const { say } = this
    const { kind, text, holds, why, saw, conditions } = condition
    const look = lookOf(holds)
    return html`<li class="holds ${look.of}">
      ${icon(look.icon, 20)}
      <div>
        <p>
          <span lang="en">${kind === 'expression' ? html`<code>${text}</code>` : text}</span
          >
          <span class="hidden">: </span><span class="badge">${say(look.key)}</span>
        </p>
        ${
          trigger === null
            ? nothing
            : html`<p class="quiet">${say('runs.of-trigger', { trigger: trigger.id ?? trigger.kind })}</p>`
        }
        ${saw.length === 0 ? nothing : html`<p class="quiet" lang="en">${saw.join(', ')}</p>`}
        ${holds === null && why !== null ? html`<p class="quiet" lang="en">${why}</p>` : nothing}
        ${
          conditions.length === 0
            ? nothing
            : html`<ul role="list" class="inner">
                ${conditions.map((one) => this.#condition(one, null))}
              </ul>`
        }
      </div>
    </li>`
  }

  #runs({ runs, at }: TracesView) {
    const { say, rule, active } = this
    return html`<div>
      <h5>${say('runs.last')}</h5>
      ${
        runs.length === 0
          ? html`<p class="quiet">${say('runs.none')}</p>`
          : html`<ol role="list">
              ${repeat(
                runs,
                ({ run }) => run,
                (run) =>
                  html`<li>
                    <yoto-rule-run .rule=${rule} .run=${run} .now=${at} .watched=${active} .say=${say}></yoto-rule-run>
                  </li>`,
              )}
            </ol>`
      }
    </div>`
  }

  #toggle(): void {
    this.open = !this.open
  }
}

interface HoldsLook {
  readonly of: string
  readonly icon: IconName
  readonly key: 'runs.holds' | 'runs.holds-not' | 'runs.holds-unknown'
}

function lookOf(holds: boolean | null): HoldsLook {
  if (holds === null) return { of: 'unknown', icon: 'question', key: 'runs.holds-unknown' }
  return holds
    ? { of: 'yes', icon: 'done', key: 'runs.holds' }
    : { of: 'no', icon: 'remove', key: 'runs.holds-not' }
}
