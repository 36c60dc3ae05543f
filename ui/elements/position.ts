import { css, html, LitElement, nothing, type PropertyValues } from 'lit'
import { progressLook } from '../progress-look.ts'
import { positionNow, type SeenPlayer } from '../store.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import { clockText } from '../time.ts'

const tickMs = 500

/** How far a player is in its track; between two words of the player it goes on by itself. */
export class Position extends LitElement {
  static override properties = { player: { attribute: false }, say: { attribute: false } }
  static override styles = [
    shared,
    progressLook,
    css`
      :host {
        display: grid;
        grid-template-columns: 1fr auto;
        align-items: center;
        gap: 0.75rem;
        min-height: 1.25rem;
        font-size: 0.8125rem;
        color: var(--muted);
        font-variant-numeric: tabular-nums;
      }
    `,
  ]
  declare player: SeenPlayer
  declare say: Say
  #timer: ReturnType<typeof setInterval> | undefined

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#tick(false)
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has('player')) return
    this.#tick(this.player.state.playback === 'playing' && this.player.state.online)
  }

  override render() {
    const position = positionNow(this.player, Date.now())
    if (position === null) return nothing
    const length = this.player.state.duration_s
    const text = length === null ? clockText(position) : `${clockText(position)} / ${clockText(length)}`
    return html`<progress
        aria-label=${this.say('player.position')}
        max=${length ?? 1}
        .value=${length === null ? 0 : position}
      ></progress>
      <span>${text}</span>`
  }

  #tick(on: boolean): void {
    clearInterval(this.#timer)
    if (on) this.#timer = setInterval(() => this.requestUpdate(), tickMs)
  }
}
