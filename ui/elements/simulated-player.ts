import { html, LitElement, nothing, svg } from 'lit'
import type { PlayerState } from '../../src/core/player.ts'
import type { PublishedCardView } from '../../src/http/api/cards.ts'
import { icon } from '../icons.ts'
import { type Face, facePixels } from '../pixel-face.ts'
import { cardInSlot } from '../slot.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import { fire } from '../wish.ts'
import { simulatedPlayerLook } from './simulated-player-look.ts'

type Side = 'left' | 'right'

const volumeSteps = 16
// A knob turns three quarters round from silent to loudest.
const knobDegrees = 270
const hues = 4

/** A player to play with: cards for its slot, two knobs to press and turn, and a switch. */
export class SimulatedPlayer extends LitElement {
  static override properties = {
    player: { attribute: false },
    cards: { attribute: false },
    say: { attribute: false },
  }
  static override styles = [shared, simulatedPlayerLook]
  declare player: PlayerState
  declare cards: readonly PublishedCardView[]
  declare say: Say

  override render() {
    const { player, say } = this
    const inserted = cardInSlot(player)
    return html`<section class="toy" aria-label=${say('toy.title', { name: player.name })}>
      <div class="stand" data-hue=${hueOf(player.id)}>
        <div class="in-slot paper cut ${inserted === null ? 'out' : ''}" data-hue=${this.#hueOfCard(inserted)} aria-hidden="true">
          ${inserted === null ? nothing : (player.card_title ?? this.#titleOf(inserted))}
        </div>
        <div class="body">
          <span class="slot"></span>
          ${this.#knob('left')}
          <span class="screen" role="img" aria-label=${say(faceLabels[faceOf(player)])}>${face(faceOf(player))}</span>
          ${this.#knob('right')}
        </div>
        <div class="power">
          <button aria-pressed=${player.online ? 'true' : 'false'} @click=${this.#switch}>
            ${icon('power', 18)}${say('toy.power')}
          </button>
        </div>
      </div>
      ${this.#table(inserted)}
    </section>`
  }

  #knob(side: Side) {
    const { player, say } = this
    const off = !player.online
    const degrees = side === 'left' ? ((player.volume_step ?? 0) / volumeSteps - 0.5) * knobDegrees : 0
    const turn = (steps: number) => () => this.#turn(side, steps)
    return html`<div class="side" role="group" aria-label=${say(`toy.${side}-knob`)}>
      <button
        class="knob"
        aria-label=${say(`toy.press-${side}`)}
        title=${say(`toy.press-${side}`)}
        aria-keyshortcuts="ArrowUp ArrowDown"
        ?disabled=${off}
        @click=${() => fire(this, { kind: 'press', player: player.id, button: side })}
        @keydown=${(event: KeyboardEvent) => this.#turnByKey(event, side)}
      >
        <svg width="40" height="40" viewBox="-20 -20 40 40" aria-hidden="true">
          <g transform="rotate(${degrees})"><path d="M0 -15v8" stroke="currentColor" stroke-width="4" stroke-linecap="round" /></g>
        </svg>
      </button>
      <span class="turns">
        <button aria-label=${say(`toy.turn-${side}-back`)} ?disabled=${off} @click=${turn(-1)}>
          ${icon(side === 'left' ? 'minus' : 'left', 18)}
        </button>
        <button aria-label=${say(`toy.turn-${side}-on`)} ?disabled=${off} @click=${turn(1)}>
          ${icon(side === 'left' ? 'plus' : 'right', 18)}
        </button>
      </span>
    </div>`
  }

  #table(inserted: string | null) {
    const { cards, say } = this
    if (cards.length === 0) return html`<p class="quiet">${say('toy.no-cards')}</p>`
    return html`<div class="table" role="group" aria-label=${say('toy.cards')}>
      <p class="quiet" aria-hidden="true">${say('toy.cards')}</p>
      <div class="cards">
        ${cards.map(
          ({ card_id, title }) => html`<button
            class="paper"
            data-hue=${this.#hueOfCard(card_id)}
            aria-pressed=${card_id === inserted ? 'true' : 'false'}
            aria-label=${say('toy.card', { title })}
            title=${say(card_id === inserted ? 'toy.take-out' : 'toy.put-in')}
            ?disabled=${!this.player.online}
            @click=${() => this.#use(card_id, inserted)}
          >${title}</button>`,
        )}
      </div>
    </div>`
  }

  #use(card: string, inserted: string | null): void {
    const player = this.player.id
    fire(this, card === inserted ? { kind: 'take-out', player } : { kind: 'insert', player, card })
  }

  #switch(): void {
    fire(this, { kind: 'power', player: this.player.id, on: !this.player.online })
  }

  #turn(knob: Side, steps: number): void {
    fire(this, { kind: 'turn', player: this.player.id, knob, steps })
  }

  #turnByKey(event: KeyboardEvent, knob: Side): void {
    const steps = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1 }[event.key]
    if (steps === undefined) return
    event.preventDefault()
    this.#turn(knob, steps)
  }

  /** Cards that lie side by side are told apart by it. */
  #hueOfCard(cardId: string | null): number {
    return (
      Math.max(
        0,
        this.cards.findIndex((card) => card.card_id === cardId),
      ) % hues
    )
  }

  #titleOf(cardId: string): string {
    return this.cards.find((card) => card.card_id === cardId)?.title ?? ''
  }
}

const faceLabels = {
  asleep: 'toy.face-asleep',
  waiting: 'toy.face-waiting',
  playing: 'toy.face-playing',
  paused: 'toy.face-paused',
} as const satisfies Record<Face, string>

function faceOf({ online, playback }: PlayerState): Face {
  if (!online) return 'asleep'
  if (playback === 'playing' || playback === 'loading') return 'playing'
  return playback === 'paused' ? 'paused' : 'waiting'
}

function face(name: Face) {
  const { width, height, pixels } = facePixels(name)
  return svg`<svg viewBox="0 0 ${width} ${height}" aria-hidden="true">
    ${pixels.map(({ x, y, colour }) => svg`<rect x=${x + 0.06} y=${y + 0.06} width="0.88" height="0.88" rx="0.2" fill=${colour} />`)}
  </svg>`
}

/** The same thing has the same colour every time. */
function hueOf(id: string): number {
  return [...id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % hues
}
