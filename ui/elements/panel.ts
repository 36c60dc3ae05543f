import { html, LitElement, nothing, type PropertyValues } from 'lit'
import type { PublishedCardView } from '../../src/http/api/cards.ts'
import type { Session } from '../access.ts'
import { askFor, fetchCards } from '../api.ts'
import { faultText } from '../attempt.ts'
import { HouseLibrary } from '../house-library.ts'
import { icon } from '../icons.ts'
import type { Input } from '../inputs.ts'
import { LiveConnection, type LiveStatus } from '../live.ts'
import { statusOf } from '../request.ts'
import { hashOf, isPageHash, mayDecide, type Page, pageOf, pagesFor, streamOf } from '../route.ts'
import { type HouseView, Store } from '../store.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import type { Wish } from '../wish.ts'
import { accountLine } from './account-line.ts'
import type { House } from './house.ts'
import { navigation, pageNames } from './navigation.ts'
import { panelLook } from './panel-look.ts'
import type { People } from './people.ts'
import type { Rules } from './rules.ts'
import type { Tokens } from './tokens.ts'

// A phone that was put away for longer may hold a connection that is long dead.
const asleepMs = 20_000
const faultShownMs = 8000
const noQueues: HouseView['queues'] = new Map()

/**
 * Every page of somebody who is in. It alone knows the store and asks for what the house does; what is below it
 * takes properties and fires wishes.
 */
export class Panel extends LitElement {
  static override properties = {
    session: { attribute: false },
    active: { attribute: false },
    say: { attribute: false },
    page: { state: true },
    view: { state: true },
    status: { state: true },
    cards: { state: true },
    fault: { state: true },
    inputNews: { state: true },
    ruleNews: { state: true },
  }
  static override styles = [shared, panelLook]
  declare session: Session
  /** False while nobody is signed in: then the panel stands as it is and asks for nothing. */
  declare active: boolean
  declare say: Say
  declare page: Page
  declare view: HouseView | null
  declare status: LiveStatus
  declare cards: readonly PublishedCardView[]
  declare fault: string | null
  /** The input that was set last. */
  declare inputNews: Input | null
  /** Rules that have run lately. */
  declare ruleNews: readonly string[]
  readonly #store = new Store(
    () => Date.now(),
    (view) => this.#viewed(view),
  )
  readonly #live = new LiveConnection({
    receive: (message) => {
      this.#store.receive(message)
      this.#library.hear(message)
      if (message.event === 'cards') void this.#readCards()
      if (message.event === 'input') this.inputNews = message.data
      if (message.event === 'rule-traces') this.ruleNews = message.data.rules
    },
    status: (status) => {
      this.status = status
    },
  })
  readonly #library = new HouseLibrary(this, (error) => this.#showFault(error))
  /** What was asked for last; wishes are seen to one after the other, because places in a queue depend on it. */
  #turn: Promise<void> = Promise.resolve()
  #faultTimer: ReturnType<typeof setTimeout> | undefined
  #hiddenAt = 0
  // What cards and files were looked up for; an id that is new to them is worth another look.
  readonly #seenCards = new Set<string>()
  readonly #seenFiles = new Set<string>()

  constructor() {
    super()
    this.active = true
    this.page = 'house'
    this.view = null
    this.status = 'connecting'
    this.cards = []
    this.fault = null
    this.inputNews = null
    this.ruleNews = []
    this.addEventListener('wish', (event) => this.#wish((event as CustomEvent<Wish>).detail))
    this.addEventListener('offer-hidden', () => this.focus())
    this.addEventListener('library-wanted', () => void this.#library.read())
  }

  override connectedCallback(): void {
    super.connectedCallback()
    document.addEventListener('visibilitychange', this.#visibilityChanged)
    window.addEventListener('hashchange', this.#arrive)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    document.removeEventListener('visibilitychange', this.#visibilityChanged)
    window.removeEventListener('hashchange', this.#arrive)
    this.#live.stop()
    this.#hideFault()
  }

  /** Whoever comes to a page begins at its name. */
  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>(this.page === 'house' ? 'h1' : '#page')?.focus()
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('session')) this.#goToPage()
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has('active')) return
    this.#library.uploader.setActive(this.active)
    if (!this.active) this.#live.stop()
    else if (this.view === null) this.#live.start()
    else this.#goOn()
  }

  override render() {
    const { view, say, page, session } = this
    const leads = mayDecide(session)
    return html`<div class="page">
        <header>
          <h1 tabindex="-1">Yoto Smart Stream</h1>
          ${view === null ? nothing : accountLine(view.health, { leads, say })}
          ${navigation(session, { here: page, say })}
        </header>
        ${page === 'house' ? this.#house() : html`<main>${this.#heading()} ${this.#other(page)}</main>`}
      </div>
      <div aria-live="assertive">${this.#faultBar()}</div>`
  }

  #heading() {
    return html`<h2 id="page" tabindex="-1">${this.say(pageNames[this.page])}</h2>`
  }

  #house() {
    const { view, status, say, cards, session } = this
    const { files, items } = this.#library
    if (view === null)
      return html`<main class="waiting quiet" aria-live="polite">
        ${say(status === 'lost' ? 'notice.lost' : 'notice.connecting')}
      </main>`
    return html`${mayDecide(session) ? html`<yoto-first-steps-offer .active=${this.active} .say=${say}></yoto-first-steps-offer>` : nothing}
      <yoto-notices
        .health=${view.health}
        .status=${status}
        .decides=${mayDecide(session)}
        .say=${say}
      ></yoto-notices>
      <main>
      <yoto-house .view=${view} .cards=${cards} .library=${files} .files=${items} .say=${say}></yoto-house>
    </main>`
  }

  #other(page: Page) {
    const { say, session, view, active } = this
    if (page === 'yoto')
      return html`<yoto-household-account .active=${active} .say=${say}></yoto-household-account>
        <p><a class="way" href=${hashOf('first-steps')}>${say('steps.to-list')}</a></p>`
    if (page === 'first-steps')
      return html`<yoto-first-steps
        .active=${active}
        .framed=${session.auth === 'ingress'}
        .players=${[...(view?.players.values() ?? [])]}
        .queues=${view?.queues ?? noQueues}
        .library=${this.#library.files}
        .items=${this.#library.items}
        .say=${say}
      ></yoto-first-steps>`
    if (page === 'tokens')
      return html`<yoto-tokens .direct=${session.auth === 'password'} .say=${say}></yoto-tokens>`
    if (page === 'account') return html`<yoto-account .user=${session.user} .say=${say}></yoto-account>`
    if (page === 'library')
      return html`<yoto-library
        .active=${active}
        .news=${this.#library.news}
        .files=${this.#library.files}
        .queues=${view?.queues ?? noQueues}
        .uploader=${this.#library.uploader}
        .transfers=${this.#library.transfers}
        .decides=${mayDecide(session)}
        .say=${say}
      ></yoto-library>`
    if (page === 'rules')
      return html`<yoto-rules
        .active=${active}
        .decides=${mayDecide(session)}
        .direct=${session.auth !== 'ingress'}
        .news=${this.ruleNews}
        .inputNews=${this.inputNews}
        .say=${say}
      ></yoto-rules>`
    const players = [...(view?.players.values() ?? [])].map(({ state }) => ({
      id: state.id,
      label: state.name,
    }))
    const cards = this.cards.map(({ card_id, title }) => ({ id: card_id, label: title }))
    if (page === 'history')
      return html`<yoto-history
        .active=${active}
        .players=${players}
        .cards=${cards}
        .files=${this.#library.items}
        .decides=${mayDecide(session)}
        .say=${say}
      ></yoto-history>`
    return html`<yoto-people
      .me=${session.user?.id ?? null}
      .players=${players}
      .cards=${cards}
      .say=${say}
    ></yoto-people>`
  }

  #faultBar() {
    if (this.fault === null) return nothing
    return html`<div class="fault">
      <span>${this.fault}</span>
      <button class="icon bare" aria-label=${this.say('notice.close')} @click=${this.#hideFault}>
        ${icon('remove', 20)}
      </button>
    </div>`
  }

  #viewed(view: HouseView): void {
    const first = this.view === null
    this.view = view
    if (first) void this.#goToStream()
    this.#library.setQueues(view.queues.values())
    const cards = [...view.players.values()].flatMap(({ state }) => state.card_id ?? [])
    const files = [...view.queues.values()].flatMap(({ items }) => items.map(({ file }) => file))
    if (noteNew(this.#seenCards, cards) || first) void this.#readCards()
    if (noteNew(this.#seenFiles, files) || first) void this.#library.read()
  }

  /** After a pause anything may be new. */
  #goOn(): void {
    this.#live.wake()
    void this.#readCards()
    void this.#library.read()
    void this.renderRoot.querySelector<People | Tokens>('yoto-people, yoto-tokens')?.read()
  }

  async #readCards(): Promise<void> {
    try {
      this.cards = await fetchCards()
    } catch (error) {
      this.#showFault(error)
    }
  }

  #wish(wish: Wish): void {
    this.#turn = this.#turn.then(() => askFor(wish)).catch((error) => this.#showFault(error))
  }

  #showFault(error: unknown): void {
    // The sign-in says it all.
    if (statusOf(error) === 401) return
    clearTimeout(this.#faultTimer)
    this.fault = faultText(error, this.say)
    this.#faultTimer = setTimeout(this.#hideFault, faultShownMs)
  }

  readonly #hideFault = (): void => {
    clearTimeout(this.#faultTimer)
    this.fault = null
  }

  readonly #visibilityChanged = (): void => {
    if (document.hidden) this.#hiddenAt = Date.now()
    else if (this.active && Date.now() - this.#hiddenAt > asleepMs) this.#live.wake()
  }

  /** Somebody followed a link: what it leads to gets the focus. */
  readonly #arrive = async (): Promise<void> => {
    const before = this.page
    if (this.renderRoot.querySelector<Rules>('yoto-rules')?.holds(location.hash)) return
    this.#goToPage()
    await this.updateComplete
    if (this.page !== before) this.focus()
    await this.#goToStream()
  }

  /** The address of a page that is not for this reader would name what is not to be seen. */
  #goToPage(): void {
    const { hash } = location
    this.page = pageOf(hash, pagesFor(this.session))
    if (this.page === 'house' && isPageHash(hash)) history.replaceState(null, '', hashOf('house'))
  }

  async #goToStream(): Promise<void> {
    const stream = streamOf(location.hash)
    await this.updateComplete
    const house = this.renderRoot.querySelector<House>('yoto-house')
    await house?.updateComplete
    if (stream !== null) house?.goTo(stream)
  }
}

/** Whether one of the ids had never been seen; all of them have been from then on. */
function noteNew(seen: Set<string>, ids: readonly string[]): boolean {
  const before = seen.size
  for (const id of ids) seen.add(id)
  return seen.size > before
}
