import { css, html, LitElement, nothing } from 'lit'
import type { Button } from '../../src/core/event.ts'
import type { PlayerState } from '../../src/core/player.ts'
import type { Queue } from '../../src/core/queue.ts'
import type { PublishedCardView } from '../../src/http/api/cards.ts'
import { heardText } from '../heard.ts'
import { icon } from '../icons.ts'
import type { Items } from '../items.ts'
import { segment } from '../path.ts'
import { whyText } from '../reason.ts'
import type { SeenPlayer } from '../store.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import type { TextKey } from '../text-keys.ts'
import { fire } from '../wish.ts'

/** One player: what it plays and why, and what one may tell it. */
export class Player extends LitElement {
  static override properties = {
    player: { attribute: false },
    queue: { attribute: false },
    cards: { attribute: false },
    files: { attribute: false },
    simulated: { type: Boolean },
    say: { attribute: false },
  }
  static override styles = [
    shared,
    css`
      .card {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1rem;
        padding: 1.1rem 1.1rem 1.25rem;
        height: 100%;
        align-content: start;
      }
      header {
        display: flex;
        align-items: center;
        gap: 0.75rem;
      }
      h3 {
        flex: 1;
        min-width: 0;
        font-size: 1.15rem;
        line-height: 1.3;
      }
      .state {
        display: inline-flex;
        align-items: center;
        gap: 0.4rem;
        font-size: 0.875rem;
        color: var(--muted);
        white-space: nowrap;
      }
      .dot {
        width: 9px;
        height: 9px;
        border-radius: 50%;
        border: 2px solid var(--muted);
      }
      .online .dot {
        border-color: var(--good);
        background: var(--good);
      }
      .now {
        display: grid;
        grid-template-columns: 64px minmax(0, 1fr);
        gap: 0.9rem;
        align-items: center;
      }
      .cover {
        display: grid;
        place-items: center;
        width: 64px;
        height: 64px;
        border-radius: 12px;
        background: var(--sunken);
        color: var(--muted);
        object-fit: cover;
        overflow: hidden;
      }
      .title {
        font-weight: 600;
      }
      .now > .what {
        display: grid;
        grid-template-rows: 1.5rem 1.35rem 1.25rem;
        gap: 0.1rem;
      }
      .why {
        padding: 0.65rem 0.85rem;
        border-radius: 12px;
        background: var(--sunken);
        font-size: 0.875rem;
        min-height: 5.3rem;
        overflow-wrap: anywhere;
      }
      .why p::first-letter {
        text-transform: uppercase;
      }
      .why a {
        color: inherit;
        font-weight: 600;
        text-underline-offset: 3px;
      }
      .controls {
        display: grid;
        grid-template-columns: auto minmax(9rem, 1fr);
        gap: 0.5rem 1rem;
        align-items: center;
      }
      .transport {
        display: flex;
        gap: 0.35rem;
      }
      @media (max-width: 420px) {
        .controls {
          grid-template-columns: minmax(0, 1fr);
        }
        .transport {
          justify-content: center;
        }
      }
    `,
  ]
  declare player: SeenPlayer
  /** Of the stream that the player's card plays where it is, where it plays one. */
  declare queue: Queue | null
  declare cards: readonly PublishedCardView[]
  /** The library by file name; null until it is known. */
  declare files: Items | null
  declare simulated: boolean
  declare say: Say

  override render() {
    const { player, say } = this
    const { state } = player
    return html`<article class="card" aria-labelledby="name">
      <header>
        <h3 id="name" class="cut">${state.name}</h3>
        <yoto-battery .percent=${state.battery_percent} .charging=${state.charging === true} .say=${say}></yoto-battery>
        <span class="state ${state.online ? 'online' : ''}">
          <span class="dot"></span>${say(state.online ? 'player.online' : 'player.offline')}
        </span>
      </header>
      <div class="now">
        ${cover(state)}
        <div class="what">
          <p class="title cut">${state.card_title ?? say(cardWords(state))}</p>
          <p class="quiet cut">${[this.#heard() ?? trackText(state), playbackText(state, say)].filter(Boolean).join(' · ')}</p>
          <yoto-position .player=${player} .say=${say}></yoto-position>
        </div>
      </div>
      <div class="why">${this.#why()}</div>
      ${this.#controls(state)}
      ${
        this.simulated
          ? html`<yoto-simulated-player .player=${state} .cards=${this.cards} .say=${say}></yoto-simulated-player>`
          : nothing
      }
    </article>`
  }

  /** Null for a card that brings its own audio. */
  #heard(): string | null {
    const { player, queue, cards, files, say } = this
    const card = cards.find(({ card_id }) => card_id === player.state.card_id)
    return queue === null || card === undefined ? null : heardText(queue, { kind: card.kind, files, say })
  }

  #why() {
    const { player, queue, say } = this
    const { lastPress } = player
    const press =
      lastPress === null
        ? nothing
        : html`<p class="quiet">
            ${say('player.last-press', { button: say(pressNames[lastPress.button]), time: this.#timeOf(lastPress.at) })}
          </p>`
    const { card_id, card_inserted } = player.state
    if (card_id === null) {
      const why = card_inserted === 'physical' ? 'player.why-stopped' : 'player.why-nothing'
      return html`<p class="quiet">${say(why)}</p>${press}`
    }
    if (queue === null) return html`<p>${say('player.why-own-card')}</p>${press}`
    const why = queue.closed ? say('stream.closed') : whyText(queue, say)
    return html`<p>
        ${say('player.why-stream')} <a href="#/streams/${segment(queue.name)}">${queue.title}</a>
      </p>
      ${why === '' ? nothing : html`<p>${why}</p>`} ${press}`
  }

  #controls(state: PlayerState) {
    const { say } = this
    const playing = state.playback === 'playing' || state.playback === 'loading'
    const away = !state.online
    const idle = away || state.card_id === null
    const tell = (kind: 'play' | 'pause' | 'next' | 'previous') => () =>
      fire(this, { kind, player: state.id })
    return html`<div class="controls">
      <div class="transport" role="group" aria-label=${say('player.controls')}>
        <button class="icon bare" aria-label=${say('player.previous')} ?disabled=${idle} @click=${tell('previous')}>
          ${icon('previous')}
        </button>
        <button
          class="icon main"
          aria-label=${say(playing ? 'player.pause' : 'player.play')}
          ?disabled=${away || (state.card_id === null && (state.card_inserted ?? 'none') === 'none')}
          @click=${tell(playing ? 'pause' : 'play')}
        >
          ${icon(playing ? 'pause' : 'play')}
        </button>
        <button class="icon bare" aria-label=${say('player.next')} ?disabled=${idle} @click=${tell('next')}>
          ${icon('next')}
        </button>
      </div>
      <yoto-volume
        .step=${state.volume_step}
        .limit=${state.volume_max_step}
        .disabled=${away}
        .say=${say}
        @volume-wish=${(event: CustomEvent<number>) =>
          fire(this, { kind: 'volume', player: state.id, step: event.detail })}
      ></yoto-volume>
    </div>`
  }

  #timeOf(at: number): string {
    return new Intl.DateTimeFormat(this.say.locale, { hour: 'numeric', minute: '2-digit' }).format(at)
  }
}

const pressNames = {
  left: 'press.left',
  right: 'press.right',
  next: 'press.next',
  previous: 'press.previous',
} as const satisfies Record<Button, string>

const playbackNames = {
  playing: 'playback.playing',
  paused: 'playback.paused',
  stopped: 'playback.stopped',
  loading: 'playback.loading',
} as const

function playbackText({ playback, online, card_id }: PlayerState, say: Say): string {
  return playback === null || !online || card_id === null ? '' : say(playbackNames[playback])
}

function trackText({ chapter_title, track_title }: PlayerState): string {
  return chapter_title ?? track_title ?? ''
}

function cover({ cover_url }: PlayerState) {
  if (cover_url === null) return html`<div class="cover">${icon('card', 30)}</div>`
  return html`<img class="cover" src=${cover_url} alt="" width="64" height="64" referrerpolicy="no-referrer" />`
}

/** A stopped player names no card, also with one in its slot. */
function cardWords({ card_id, card_inserted }: PlayerState): TextKey {
  if (card_id !== null) return 'player.some-card'
  return card_inserted === 'physical' ? 'player.stopped-card' : 'player.no-card'
}
