import { css, html, LitElement, nothing } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { Queue } from '../../src/core/queue.ts'
import type { PublishedCardView } from '../../src/http/api/cards.ts'
import type { LibraryEntry } from '../../src/http/api/library.ts'
import { placeIn, streamHeard } from '../heard.ts'
import type { Items } from '../items.ts'
import type { HouseView, SeenPlayer } from '../store.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import type { Stream } from './stream.ts'

/** Every player and every stream. */
export class House extends LitElement {
  static override properties = {
    view: { attribute: false },
    cards: { attribute: false },
    library: { attribute: false },
    files: { attribute: false },
    say: { attribute: false },
  }
  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1.75rem;
      }
      h2 {
        font-size: 1rem;
        margin-bottom: 0.75rem;
        color: var(--muted);
        font-weight: 600;
      }
      .heading {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 0.75rem;
        margin-bottom: 0.75rem;
      }
      .heading h2 {
        margin: 0;
      }
      .grid {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 25rem), 1fr));
        gap: 1.1rem;
        align-items: stretch;
      }
      .none {
        padding: 1.5rem;
      }
    `,
  ]
  declare view: HouseView
  declare cards: readonly PublishedCardView[]
  declare library: readonly LibraryEntry[] | null
  declare files: Items | null
  declare say: Say

  /** Brings the stream before somebody who followed a link to it. */
  goTo(stream: string): void {
    this.renderRoot.querySelector<Stream>(`[data-stream="${CSS.escape(stream)}"]`)?.arrive()
  }

  override render() {
    return html`${this.#players()} ${this.#streams()}`
  }

  #players() {
    const { say, view } = this
    const { players, queues, health } = view
    const queueOf = ({ state }: SeenPlayer) => queues.get(streamHeard(state, this.cards) ?? '') ?? null
    return html`<section aria-labelledby="players">
      <h2 id="players">${say('player.players')}</h2>
      ${players.size === 0 ? html`<p class="card none quiet">${say('player.none')}</p>` : nothing}
      <div class="grid">
        ${repeat(
          players.values(),
          ({ state }) => state.id,
          (player) =>
            html`<yoto-player
              .player=${player}
              .queue=${queueOf(player)}
              .cards=${this.cards}
              .files=${this.files}
              .simulated=${health.simulated}
              .say=${say}
            ></yoto-player>`,
        )}
      </div>
    </section>`
  }

  #streams() {
    const { say } = this
    const { queues, players } = this.view
    const placeOf = (queue: Queue) => placeIn(queue, { cards: this.cards, players: players.values() })
    return html`<section aria-labelledby="streams">
      <div class="heading">
        <h2 id="streams">${say('stream.streams')}</h2>
        <yoto-new-stream .queues=${queues} .library=${this.library} .say=${say}></yoto-new-stream>
      </div>
      ${queues.size === 0 ? html`<p class="card none quiet">${say('stream.none')}</p>` : nothing}
      <div class="grid">
        ${repeat(
          queues.values(),
          ({ name }) => name,
          (queue) =>
            html`<yoto-stream
              data-stream=${queue.name}
              .queue=${queue}
              .place=${placeOf(queue)}
              .library=${this.library}
              .files=${this.files}
              .say=${say}
            ></yoto-stream>`,
        )}
      </div>
    </section>`
  }
}
