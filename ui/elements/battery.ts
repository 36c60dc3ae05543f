import { css, html, LitElement, nothing, svg } from 'lit'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'

// Below it the picture turns red; the product warns a little later, at 15.
const lowPercent = 20
const barWidth = 15

/** How full a battery is, in a picture and in words. */
export class Battery extends LitElement {
  static override properties = {
    percent: { type: Number },
    charging: { type: Boolean },
    say: { attribute: false },
  }
  static override styles = [
    shared,
    css`
      :host {
        display: inline-flex;
        align-items: center;
        gap: 0.35rem;
        color: var(--muted);
        font-size: 0.875rem;
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
      }
      .low {
        color: var(--bad);
      }
    `,
  ]
  declare percent: number | null
  declare charging: boolean
  declare say: Say

  override render() {
    if (this.percent === null) return nothing
    const { percent, charging } = this
    const label = this.say(charging ? 'player.charging' : 'player.battery', { percent })
    return html`<svg class=${percent <= lowPercent ? 'low' : ''} width="26" height="14" viewBox="0 0 26 14" aria-hidden="true">
        <rect x="1" y="1.5" width="20" height="11" rx="3" fill="none" stroke="currentColor" stroke-width="1.5" />
        <path d="M23.6 5v4" stroke="currentColor" stroke-width="2" stroke-linecap="round" />
        <rect x="3.5" y="4" width=${(percent / 100) * barWidth} height="6" rx="1.2" fill="currentColor" />
        ${charging ? svg`<path d="M12 1.5 7.5 8h3.4L9.8 12.5 14.5 6H11z" fill="var(--surface)" stroke="currentColor" stroke-width="1" />` : nothing}
      </svg>
      <span aria-hidden="true">${percent} %</span><span class="hidden">${label}</span>`
  }
}
