import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { KidCard, KidPlayer, KidView, User } from '../access.ts'
import { icon } from '../icons.ts'
import { fetchKid, type KidAct, kidAsks } from '../kid.ts'
import { statusOf } from '../request.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import type { TextKey } from '../text-keys.ts'
import { kidLook } from './kid-look.ts'

const pollMs = 3000
// A player tells within moments what it does; a look soon after a press shows it.
const soonMs = 800
// After this a card that was asked for will not play any more.
const wantedMs = 8000
const hues = 4

/** What keeps a child from what they asked for. */
type Trouble = 'lost' | 'refused' | 'last' | 'not-yours' | 'choose'

const troubles = {
  lost: 'kid.lost',
  refused: 'kid.refused',
  last: 'kid.last',
  'not-yours': 'kid.not-yours',
  choose: 'kid.nothing',
} as const satisfies Record<Trouble, TextKey>

/** All there is for a child: what plays, four big buttons, and the cards. */
export class Kid extends LitElement {
  static override properties = {
    user: { attribute: false },
    active: { attribute: false },
    say: { attribute: false },
    view: { state: true },
    chosen: { state: true },
    wanted: { state: true },
    trouble: { state: true },
  }
  static override styles = [shared, kidLook]
  declare user: User
  /** False while nobody is signed in: then nothing is asked for. */
  declare active: boolean
  declare say: Say
  declare view: KidView | null
  /** The id of the player the child chose. */
  declare chosen: string | null
  /** The card that was pressed and does not play yet. */
  declare wanted: string | null
  declare trouble: Trouble | null
  #timer: ReturnType<typeof setTimeout> | undefined
  #wantedTimer: ReturnType<typeof setTimeout> | undefined
  /** The answer to an older question must not undo what a newer one showed. */
  #asked = 0
  #turn: Promise<void> = Promise.resolve()
  /** The card of theirs that each player played last, by the player's id: one that has come to its end plays it anew. */
  readonly #lastCards = new Map<string, string>()

  constructor() {
    super()
    this.active = true
    this.view = null
    this.chosen = null
    this.wanted = null
    this.trouble = null
  }

  override focus(): void {
    this.renderRoot.querySelector('h1')?.focus()
  }

  override connectedCallback(): void {
    super.connectedCallback()
    document.addEventListener('visibilitychange', this.#visibilityChanged)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    document.removeEventListener('visibilitychange', this.#visibilityChanged)
    clearTimeout(this.#timer)
    clearTimeout(this.#wantedTimer)
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has('active')) return
    if (this.active) void this.#look()
    else clearTimeout(this.#timer)
  }

  override render() {
    const { say, view, trouble } = this
    const player = this.#player()
    return html`<main>
      <h1 tabindex="-1">${say('kid.hello', { name: this.user.username })}</h1>
      <div role="status">${trouble === null ? nothing : html`<p class="trouble ${isFault(trouble) ? '' : 'calm'}">${say(troubles[trouble])}</p>`}</div>
      ${view === null ? html`<p class="quiet">${say('notice.connecting')}</p>` : nothing}
      ${view?.players.length === 0 ? html`<p class="trouble">${say('kid.no-players')}</p>` : nothing}
      ${view !== null && view.players.length > 1 ? this.#chooser(view.players) : nothing}
      ${player === null ? nothing : this.#now(player)} ${view === null ? nothing : this.#cards(view.cards)}
    </main>`
  }

  #chooser(players: readonly KidPlayer[]) {
    return html`<fieldset>
      <legend>${this.say('kid.where')}</legend>
      <div class="players">
        ${players.map(
          ({ id, name, online }) => html`<label>
            <input
              type="radio"
              name="player"
              value=${id}
              .checked=${id === this.#player()?.id}
              @change=${() => {
                this.chosen = id
              }}
            />
            <span>${name}${online ? nothing : html`<small>${this.say('player.offline')}</small>`}</span>
          </label>`,
        )}
      </div>
    </fieldset>`
  }

  #now(player: KidPlayer) {
    const { say } = this
    const { name, online, card_id, card_title, cover_url } = player
    const playing = player.playback === 'playing' || player.playback === 'loading'
    const idle = !online || card_id === null
    const over = idle && !(online && this.#lastCards.has(player.id))
    const button = (act: KidAct, big = false) =>
      html`<button class=${big ? 'main' : ''} aria-label=${say(`player.${act}`)} ?disabled=${over} @click=${() => this.#press(act)}>
        ${icon(act, big ? 48 : 36)}
      </button>`
    return html`<section class="now card" aria-label=${name}>
      ${picture({ title: card_title ?? '', cover_url: idle ? null : cover_url, hue: this.#hueOf(card_id) })}
      <p class="title" aria-live="polite">
        <span class="hidden">${name}: </span><b>${online ? (card_title ?? say('kid.nothing')) : say('kid.off', { name })}</b>
        ${idle ? nothing : html`<span class="quiet">${say(playing ? 'kid.playing' : 'kid.paused')}</span>`}
      </p>
      <div class="controls" role="group" aria-label=${say('player.controls')}>
        ${button('previous')} ${button(playing ? 'pause' : 'play', true)} ${button('next')}
      </div>
    </section>`
  }

  #cards(cards: readonly KidCard[]) {
    const { say } = this
    const player = this.#player()
    return html`<section aria-labelledby="cards">
      <h2 id="cards">${say('kid.what')}</h2>
      ${cards.length === 0 ? html`<p class="quiet">${say('kid.no-cards')}</p>` : nothing}
      <ul role="list" class="cards">
        ${repeat(
          cards,
          ({ card_id }) => card_id,
          ({ card_id, title, cover_url }) => html`<li>
            <button
              class=${card_id === this.wanted ? 'wanted' : ''}
              aria-current=${player?.card_id === card_id ? 'true' : nothing}
              ?disabled=${player === null || !player.online}
              @click=${() => this.#press('play', card_id)}
            >
              ${picture({ title, cover_url, hue: this.#hueOf(card_id) })}<span class="name">${title}</span>
            </button>
          </li>`,
        )}
      </ul>
    </section>`
  }

  /** The one the child chose; else one that plays, one that is there, or any. */
  #player(): KidPlayer | null {
    const players = this.view?.players ?? []
    return (
      players.find(({ id }) => id === this.chosen) ??
      players.find(({ online, playback }) => online && playback === 'playing') ??
      players.find(({ online }) => online) ??
      players[0] ??
      null
    )
  }

  #press(act: KidAct, card?: string): void {
    const player = this.#player()
    if (player === null) return
    if (this.trouble !== 'lost') this.trouble = null
    // From here on the buttons mean this player, whatever another one begins to do.
    this.chosen = player.id
    const isOver = act === 'play' && player.card_id === null
    const wanted = card ?? (isOver ? this.#lastCards.get(player.id) : undefined)
    if (wanted !== undefined) this.#want(wanted)
    this.#turn = this.#turn.then(() =>
      this.#send(act, { player: player.id, ...(wanted === undefined ? {} : { card_id: wanted }) }),
    )
  }

  async #send(act: KidAct, target: { player: string; card_id?: string }): Promise<void> {
    try {
      await kidAsks(act, target)
      this.trouble = null
      await this.#look()
      this.#lookIn(soonMs)
    } catch (error) {
      this.#failed(error, troubleFor(act, statusOf(error)))
    }
  }

  #want(card: string): void {
    this.wanted = card
    clearTimeout(this.#wantedTimer)
    this.#wantedTimer = setTimeout(() => {
      this.wanted = null
    }, wantedMs)
  }

  async #look(): Promise<void> {
    const asked = ++this.#asked
    try {
      const view = await fetchKid()
      if (asked !== this.#asked) return
      this.view = view
      this.#remember(view)
      if (this.trouble === 'lost') this.trouble = null
      if (this.#player()?.card_id === this.wanted) this.wanted = null
    } catch (error) {
      this.#failed(error, 'lost')
    }
    this.#lookIn(pollMs)
  }

  #remember({ players, cards }: KidView): void {
    for (const { id, card_id } of players)
      if (card_id !== null && cards.some((card) => card.card_id === card_id)) this.#lastCards.set(id, card_id)
  }

  #lookIn(ms: number): void {
    clearTimeout(this.#timer)
    if (this.active && this.isConnected && !document.hidden)
      this.#timer = setTimeout(() => void this.#look(), ms)
  }

  #failed(error: unknown, trouble: Trouble): void {
    this.wanted = null
    if (statusOf(error) !== 401) this.trouble = error instanceof TypeError ? 'lost' : trouble
  }

  /** A card has the same colour every time. */
  #hueOf(cardId: string | null): number {
    return Math.max(0, this.view?.cards.findIndex(({ card_id }) => card_id === cardId) ?? 0) % hues
  }

  readonly #visibilityChanged = (): void => {
    if (!document.hidden && this.active) void this.#look()
  }
}

/** A player that cannot do it as it stands is no fault, and neither is a card that somebody else put in. */
function troubleFor(act: KidAct, status: number | null): Trouble {
  if (status === 403) return 'not-yours'
  if (status !== 409) return 'refused'
  return act === 'next' ? 'last' : 'choose'
}

function isFault(trouble: Trouble): boolean {
  return trouble === 'lost' || trouble === 'refused'
}

/** The title is said beside it. */
function picture({ title, cover_url, hue }: { title: string; cover_url: string | null; hue: number }) {
  if (cover_url !== null)
    return html`<img class="picture" src=${cover_url} alt="" referrerpolicy="no-referrer" />`
  const letter = [...title.trim()][0]
  return html`<span class="picture" data-hue=${hue} aria-hidden="true">${letter?.toUpperCase() ?? icon('card', 56)}</span>`
}
