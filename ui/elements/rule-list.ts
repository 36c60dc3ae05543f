import { css, html, LitElement, nothing } from 'lit'
import { live } from 'lit/directives/live.js'
import { repeat } from 'lit/directives/repeat.js'
import { Attempt } from '../attempt.ts'
import { formLook } from '../form-look.ts'
import { type RuleView, switchRule } from '../rules.ts'
import { shared } from '../styles.ts'
import { switchLook } from '../switch-look.ts'
import type { Say } from '../text.ts'
import { attemptNotice } from './attempt-notice.ts'
import { rulesLook } from './rules-look.ts'

/** The rules with a switch each; fires `rules-changed` once one is switched. */
export class RuleList extends LitElement {
  static override properties = {
    rules: { attribute: false },
    decides: { type: Boolean },
    active: { type: Boolean },
    news: { attribute: false },
    say: { attribute: false },
  }
  static override styles = [
    shared,
    formLook,
    rulesLook,
    switchLook,
    css`
      li.part {
        gap: 0.25rem;
      }
    `,
  ]
  declare rules: readonly RuleView[]
  /** The reader may try what rules would do. */
  declare decides: boolean
  /** The page is before somebody's eyes. */
  declare active: boolean
  /** Rules of which there is something new. */
  declare news: readonly string[]
  declare say: Say
  readonly #switching = new Attempt(this)

  constructor() {
    super()
    this.decides = false
    this.active = true
    this.news = []
  }

  override render() {
    const { rules, say } = this
    return html`<section aria-labelledby="title">
      <h3 id="title">${say('rules.rules')}</h3>
      ${attemptNotice(this.#switching, say)}
      ${
        rules.length === 0
          ? html`<p class="quiet">${say('rules.no-rules')}</p>`
          : html`<ul class="card" role="list">
              ${repeat(
                rules,
                ({ id }) => id,
                (rule) => this.#rule(rule),
              )}
            </ul>`
      }
    </section>`
  }

  #rule(rule: RuleView) {
    const { say } = this
    const { id, name, place, enabled, enabled_in_file, switched } = rule
    const title = name ?? id
    return html`<li class="part">
      <div class="line">
        <div>
          <h4>${title}</h4>
          <p class="quiet">${name === null ? place : `${id} · ${place}`}</p>
        </div>
        <label class="switch">
          <span>${say(enabled ? 'rules.on' : 'rules.off')}</span>
          <input
            type="checkbox"
            role="switch"
            aria-label=${say('rules.switch', { name: title })}
            .checked=${live(enabled)}
            @change=${(event: Event) => this.#switch(rule, event)}
          />
        </label>
      </div>
      ${
        switched && enabled !== enabled_in_file
          ? html`<p class="quiet">${say(enabled_in_file ? 'rules.file-says-on' : 'rules.file-says-off')}</p>`
          : nothing
      }
      <yoto-explanation .kind=${'rule'} .name=${id} .say=${say}></yoto-explanation>
      ${this.decides ? html`<yoto-rule-trial .rule=${id} .say=${say}></yoto-rule-trial>` : nothing}
      <yoto-rule-runs
        .rule=${id}
        .called=${title}
        .watched=${this.active}
        .news=${this.news}
        .say=${say}
      ></yoto-rule-runs>
    </li>`
  }

  async #switch(rule: RuleView, { target }: Event): Promise<void> {
    if (!(target instanceof HTMLInputElement)) return
    const wanted = target.checked
    await this.#switching.run(() => switchRule(rule, wanted))
    this.dispatchEvent(new CustomEvent('rules-changed'))
    // Where it was refused, it stands again as it is.
    this.requestUpdate()
  }
}
