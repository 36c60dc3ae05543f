import { html, LitElement, nothing } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { PublishedCardView } from '../../src/http/api/cards.ts'
import type { LibraryEntry } from '../../src/http/api/library.ts'
import { panel as german } from '../../translations/de.yaml'
import { panel as english } from '../../translations/en.yaml'
import { askFor, fetchCards, fetchLibrary } from '../api.ts'
import type { HealthView } from '../health.ts'
import { icon } from '../icons.ts'
import { LiveConnection, type LiveStatus } from '../live.ts'
import { type HouseView, type SeenPlayer, Store } from '../store.ts'
import { shared } from '../styles.ts'
import { pickLanguage, type Say, sayIn, type TextTree } from '../text.ts'
import { wishedLanguages } from '../theme.ts'
import type { Wish } from '../wish.ts'
import { panelLook } from './panel-look.ts'
import type { Stream } from './stream.ts'

const trees = { en: english, de: german } as const satisfies Record<string, TextTree>

// A phone that was put away for longer may hold a connection that is long dead.
const asleepMs = 20_000
const faultShownMs = 8000

/** The whole page. It alone knows the store and speaks with the product; what is below it takes properties and fires wishes. */
export class Panel extends LitElement {
  static override properties = {
    view: { state: true },
    status: { state: true },
    cards: { state: true },
    library: { state: true },
    fault: { state: true },
  }
  static override styles = [shared, panelLook]
  declare view: HouseView | null
  declare status: LiveStatus
  declare cards: readonly PublishedCardView[]
  declare library: readonly LibraryEntry[] | null
  declare fault: string | null
  readonly #say: Say
  readonly #store = new Store(
    () => Date.now(),
    (view) => this.#viewed(view),
  )
  readonly #live = new LiveConnection({
    receive: (message) => this.#store.receive(message),
    status: (status) => {
      this.status = status
    },
  })
  #files: ReadonlyMap<string, LibraryEntry> | null = null
  /** What was asked for last; wishes are seen to one after the other, because places in a queue depend on it. */
  #turn: Promise<void> = Promise.resolve()
  #faultTimer: ReturnType<typeof setTimeout> | undefined
  #hiddenAt = 0
  // What cards and files were looked up for; an id that is new to them is worth another look.
  readonly #seenCards = new Set<string>()
  readonly #seenFiles = new Set<string>()

  constructor() {
    super()
    const language = pickLanguage(wishedLanguages())
    const region = navigator.languages.find((wish) => wish.startsWith(`${language}-`))
    this.#say = sayIn(region ?? language, trees[language])
    document.documentElement.lang = language
    this.view = null
    this.status = 'connecting'
    this.cards = []
    this.library = null
    this.fault = null
    this.addEventListener('wish', (event) => this.#wish((event as CustomEvent<Wish>).detail))
    this.addEventListener('library-wanted', () => void this.#readLibrary())
  }

  override connectedCallback(): void {
    super.connectedCallback()
    document.addEventListener('visibilitychange', this.#visibilityChanged)
    window.addEventListener('hashchange', this.#goToHash)
    this.#live.start()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    document.removeEventListener('visibilitychange', this.#visibilityChanged)
    window.removeEventListener('hashchange', this.#goToHash)
    this.#live.stop()
  }

  override render() {
    const { view, status } = this
    const say = this.#say
    return html`<div class="page">
        <header>
          <h1>Yoto Smart Stream</h1>
          ${view === null ? nothing : account(view.health, say)}
        </header>
        ${
          view === null
            ? html`<main class="waiting quiet" aria-live="polite">
                ${say(status === 'lost' ? 'notice.lost' : 'notice.connecting')}
              </main>`
            : html`<yoto-notices .health=${view.health} .status=${status} .say=${say}></yoto-notices>
                <main>${this.#players(view)} ${this.#streams(view)}</main>`
        }
      </div>
      <div aria-live="assertive">${this.#faultBar()}</div>`
  }

  #players({ players, queues, health }: HouseView) {
    const say = this.#say
    const streamOf = new Map(this.cards.map(({ card_id, stream }) => [card_id, stream]))
    const queueOf = ({ state }: SeenPlayer) => queues.get(streamOf.get(state.card_id ?? '') ?? '') ?? null
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
              .simulated=${health.simulated}
              .say=${say}
            ></yoto-player>`,
        )}
      </div>
    </section>`
  }

  #streams({ queues }: HouseView) {
    const say = this.#say
    return html`<section aria-labelledby="streams">
      <h2 id="streams">${say('stream.streams')}</h2>
      ${queues.size === 0 ? html`<p class="card none quiet">${say('stream.none')}</p>` : nothing}
      <div class="grid">
        ${repeat(
          queues.values(),
          ({ name }) => name,
          (queue) =>
            html`<yoto-stream
              data-stream=${queue.name}
              .queue=${queue}
              .library=${this.library}
              .files=${this.#files}
              .say=${say}
            ></yoto-stream>`,
        )}
      </div>
    </section>`
  }

  #faultBar() {
    if (this.fault === null) return nothing
    return html`<div class="fault">
      <span>${this.#say('notice.fault', { reason: this.fault })}</span>
      <button class="icon bare" aria-label=${this.#say('notice.close')} @click=${this.#hideFault}>
        ${icon('remove', 20)}
      </button>
    </div>`
  }

  #viewed(view: HouseView): void {
    const first = this.view === null
    this.view = view
    if (first) void this.updateComplete.then(this.#goToHash)
    const cards = [...view.players.values()].flatMap(({ state }) => state.card_id ?? [])
    const files = [...view.queues.values()].flatMap(({ items }) => items.map(({ file }) => file))
    if (noteNew(this.#seenCards, cards) || first) void this.#readCards()
    if (noteNew(this.#seenFiles, files) || first) void this.#readLibrary()
  }

  async #readCards(): Promise<void> {
    try {
      this.cards = await fetchCards()
    } catch (error) {
      this.#showFault(error)
    }
  }

  async #readLibrary(): Promise<void> {
    try {
      const library = await fetchLibrary()
      this.#files = new Map(library.map((entry) => [entry.file, entry]))
      this.library = library
    } catch (error) {
      this.#showFault(error)
    }
  }

  #wish(wish: Wish): void {
    this.#turn = this.#turn.then(() => askFor(wish)).catch((error) => this.#showFault(error))
  }

  #showFault(error: unknown): void {
    clearTimeout(this.#faultTimer)
    this.fault = error instanceof Error ? error.message : String(error)
    this.#faultTimer = setTimeout(this.#hideFault, faultShownMs)
  }

  readonly #hideFault = (): void => {
    clearTimeout(this.#faultTimer)
    this.fault = null
  }

  readonly #visibilityChanged = (): void => {
    if (document.hidden) this.#hiddenAt = Date.now()
    else if (Date.now() - this.#hiddenAt > asleepMs) this.#live.wake()
  }

  /** `#/streams/bedroom` leads to that stream. */
  readonly #goToHash = (): void => {
    const name = /^#\/streams\/([A-Za-z0-9._-]+)$/.exec(location.hash)?.[1]
    if (name === undefined) return
    const stream = this.renderRoot.querySelector<Stream>(`[data-stream="${CSS.escape(name)}"]`)
    stream?.arrive()
  }
}

function account({ cloud, simulated }: HealthView, say: Say) {
  const words = simulated
    ? say(cloud.connected ? 'account.simulated' : 'account.simulated-away')
    : cloud.connected
      ? say('account.connected')
      : cloud.reason === null
        ? say('account.away')
        : say('account.away-because', { reason: cloud.reason })
  return html`<p class="account"><span class="dot ${cloud.connected ? 'on' : ''}"></span>${words}</p>`
}

/** Whether one of the ids had never been seen; all of them have been from then on. */
function noteNew(seen: Set<string>, ids: readonly string[]): boolean {
  const before = seen.size
  for (const id of ids) seen.add(id)
  return seen.size > before
}
