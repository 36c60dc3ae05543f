import { css, html, LitElement, type PropertyValues } from 'lit'
import { live } from 'lit/directives/live.js'
import { icon } from '../icons.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'

const steps = 16
// A player confirms within a second or so; until then its old word must not pull the slider back.
const settleMs = 2500

/**
 * A volume in the player's own steps that ends at the player's limit. Fires `volume-wish` with the step when
 * the hand lets go.
 */
export class Volume extends LitElement {
  static override properties = {
    step: { type: Number },
    limit: { type: Number },
    disabled: { type: Boolean },
    say: { attribute: false },
    held: { state: true },
  }
  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template-columns: auto 1fr auto;
        align-items: center;
        gap: 0.6rem;
        color: var(--muted);
        min-width: 0;
      }
      input {
        width: 100%;
        min-width: 0;
        height: 44px;
        margin: 0;
        accent-color: var(--accent);
        cursor: pointer;
        touch-action: pan-y;
      }
      input:disabled {
        cursor: default;
      }
      output {
        min-width: 4.6em;
        font-size: 0.875rem;
        font-variant-numeric: tabular-nums;
        text-align: end;
        white-space: nowrap;
      }
    `,
  ]
  declare step: number | null
  declare limit: number | null
  declare disabled: boolean
  declare say: Say
  /** Where the hand has the slider, or had it a moment ago. */
  declare held: number | null
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor() {
    super()
    this.held = null
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('step') && this.step === this.held) this.held = null
  }

  override render() {
    const limit = this.limit ?? steps
    const shown = Math.min(this.held ?? this.step ?? 0, limit)
    const text = this.say('player.volume-of', { step: shown, limit })
    return html`${icon('volume')}
      <input
        type="range"
        min="0"
        max=${limit}
        step="1"
        .value=${live(String(shown))}
        ?disabled=${this.disabled || this.step === null}
        aria-label=${this.say('player.volume')}
        aria-valuetext=${text}
        @input=${this.#moved}
        @change=${this.#letGo}
      />
      <output title=${this.say('player.volume-limit', { limit })} aria-hidden="true">${text}</output>`
  }

  #moved(event: Event): void {
    clearTimeout(this.#timer)
    this.held = Number((event.target as HTMLInputElement).value)
  }

  #letGo(event: Event): void {
    const step = Number((event.target as HTMLInputElement).value)
    this.held = step
    this.#timer = setTimeout(() => {
      this.held = null
    }, settleMs)
    this.dispatchEvent(new CustomEvent('volume-wish', { detail: step }))
  }
}
