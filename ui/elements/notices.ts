import { css, html, LitElement, nothing } from 'lit'
import type { HealthView } from '../health.ts'
import { type IconName, icon } from '../icons.ts'
import type { LiveStatus } from '../live.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'

/** What somebody should know before looking at anything else. */
export class Notices extends LitElement {
  static override properties = {
    health: { attribute: false },
    status: {},
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
      svg {
        margin-top: 1px;
      }
    `,
  ]
  declare health: HealthView
  declare status: LiveStatus
  declare say: Say

  override render() {
    const { health, status, say } = this
    const all = [
      ...(status === 'lost' ? [notice('warning', say('notice.lost'), true)] : []),
      ...health.problems.map((problem) => notice('warning', problem, true)),
      ...(health.simulated ? [notice('info', say('notice.simulated'), false)] : []),
    ]
    if (all.length === 0) return nothing
    return html`<ul role="list" aria-label=${say('notice.title')} aria-live="polite">${all}</ul>`
  }
}

function notice(picture: IconName, text: string, problem: boolean) {
  return html`<li class=${problem ? 'problem' : ''}>${icon(picture)}<span>${text}</span></li>`
}
