import { css, html, LitElement, nothing } from 'lit'
import type { HealthView, Problem } from '../health.ts'
import { type IconName, icon } from '../icons.ts'
import type { LiveStatus } from '../live.ts'
import { isForAccountPage, isForCards, isForRulesPage, problemText } from '../problem.ts'
import { hashOf } from '../route.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'

/** What somebody should know before looking at anything else. */
export class Notices extends LitElement {
  static override properties = {
    health: { attribute: false },
    status: {},
    decides: { type: Boolean },
    say: { attribute: false },
  }
  static override styles = [
    shared,
    css`
      ul {
        display: grid;
        gap: 0.75rem;
      }
      li {
        display: flex;
        gap: 0.75rem;
        padding: 0.75rem 1rem;
        border-radius: 12px;
        border: 1px solid var(--line);
        background: var(--surface);
        overflow-wrap: anywhere;
      }
      li.problem {
        border-color: var(--warn-line);
        background: var(--warn-surface);
        color: var(--warn-text);
      }
      a {
        color: inherit;
        font-weight: 600;
      }
      svg {
        margin-top: 1px;
      }
    `,
  ]
  declare health: HealthView
  declare status: LiveStatus
  /** The reader may sign the household in. */
  declare decides: boolean
  declare say: Say

  override render() {
    const { health, status, say } = this
    const all = [
      ...(status === 'lost' ? [notice('warning', say('notice.lost'))] : []),
      ...health.problems.map((problem) =>
        notice('warning', problemText(problem, health, say), this.#wayFor(problem)),
      ),
      ...(health.simulated ? [notice('info', say('notice.simulated'))] : []),
    ]
    if (all.length === 0) return nothing
    return html`<ul role="list" aria-label=${say('notice.title')} aria-live="polite">${all}</ul>`
  }

  #wayFor(problem: Problem) {
    const { decides, say } = this
    if (isForRulesPage(problem)) return html`<a href=${hashOf('rules')}>${say('notice.to-rules')}</a>`
    if (isForCards(problem)) return html`<yoto-outdated-cards .say=${say}></yoto-outdated-cards>`
    if (!isForAccountPage(problem)) return nothing
    return decides ? toAccount(say) : say('notice.ask-admin')
  }
}

function notice(picture: IconName, text: string, way: unknown = nothing) {
  return html`<li class=${picture === 'warning' ? 'problem' : ''}>${icon(picture)}<span>${text} ${way}</span></li>`
}

function toAccount(say: Say) {
  return html`<a href=${hashOf('yoto')}>${say('notice.to-account')}</a>`
}
