import { html, LitElement, nothing } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { type EntryKind, entryKinds } from '../../src/core/entry-types.ts'
import { fetchHistory } from '../api.ts'
import { Attempt } from '../attempt.ts'
import type { Teller } from '../entry-words.ts'
import { formLook } from '../form-look.ts'
import {
  type Entry,
  type Filter,
  grouped,
  type Happening,
  type HistoryPart,
  happenings,
  withNewest,
  withOlder,
} from '../history.ts'
import { type Items, titleIn } from '../items.ts'
import type { Choice } from '../people.ts'
import { apiUrl } from '../request.ts'
import { selectLook } from '../select-look.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import { Watching } from '../watching.ts'
import { attemptNotice } from './attempt-notice.ts'
import { historyLook } from './history-look.ts'

const everyMs = 5000

const kindNames = {
  event: 'history.events',
  command: 'history.commands',
  request: 'history.requests',
  queue: 'history.queues',
  connection: 'history.connections',
} as const satisfies Record<EntryKind, string>

/** What happened in the house, the newest first, and under it what followed from it. */
export class History extends LitElement {
  static override properties = {
    active: { type: Boolean },
    players: { attribute: false },
    cards: { attribute: false },
    files: { attribute: false },
    decides: { type: Boolean },
    say: { attribute: false },
    filter: { state: true },
  }
  static override styles = [shared, formLook, selectLook, historyLook]
  declare active: boolean
  declare players: readonly Choice[]
  declare cards: readonly Choice[]
  declare files: Items | null
  /** The reader may take the diagnostics with them. */
  declare decides: boolean
  declare say: Say
  declare filter: Filter
  readonly #watching = new Watching<HistoryPart>(this, { fetch: () => this.#newest(), everyMs })
  readonly #going = new Attempt(this)
  #known: ReadonlyMap<string, Entry> = new Map()

  constructor() {
    super()
    this.active = true
    this.decides = false
    this.files = null
    this.filter = { player: '', kind: '' }
  }

  override render() {
    const { value: part, fault } = this.#watching
    const { say } = this
    return html`${this.decides ? this.#diagnostics() : nothing} ${this.#filters()}
      <div role="alert">${fault === null ? nothing : html`<p class="wrong">${fault}</p>`}</div>
      ${part === null ? html`<p class="quiet">${fault === null ? say('history.reading') : nothing}</p>` : this.#part(part)}`
  }

  #diagnostics() {
    const { say } = this
    return html`<div class="card take">
      <p class="quiet" id="take">${say('history.diagnostics-text')}</p>
      <a class="button" href=${apiUrl('diagnostics')} download aria-describedby="take">${say('history.diagnostics')}</a>
    </div>`
  }

  #filters() {
    const { say, players, filter } = this
    return html`<div class="filters" role="group" aria-label=${say('history.filter')}>
      <div class="field">
        <label for="player">${say('history.player')}</label>
        <select id="player" @change=${(event: Event) => this.#choose({ ...filter, player: chosenIn(event) })}>
          <option value="">${say('history.all-players')}</option>
          ${players.map(({ id, label }) => html`<option value=${id} ?selected=${id === filter.player}>${label}</option>`)}
        </select>
      </div>
      <div class="field">
        <label for="kind">${say('history.kind')}</label>
        <select id="kind" @change=${(event: Event) => this.#choose({ ...filter, kind: kindOf(chosenIn(event)) })}>
          <option value="">${say('history.all-kinds')}</option>
          ${entryKinds.map((kind) => html`<option value=${kind} ?selected=${kind === filter.kind}>${say(kindNames[kind])}</option>`)}
        </select>
      </div>
    </div>`
  }

  #part({ entries, next }: HistoryPart) {
    const { say } = this
    this.#known = new Map(entries.map((entry) => [entry.id, entry]))
    if (entries.length === 0) return html`<p class="quiet">${say('history.none')}</p>`
    const days = [...grouped(happenings(entries), ({ entry }) => this.#text(entry, { dateStyle: 'full' }))]
    return html`${repeat(
      days,
      ([day]) => day,
      ([day, all]) => this.#day(day, all),
    )}
      ${attemptNotice(this.#going, say)}
      ${
        next === null
          ? html`<p class="quiet" id="end" tabindex="-1">${say('history.end')}</p>`
          : html`<div class="acts">
              <button aria-disabled=${this.#going.blocked} @click=${this.#older}>${say('history.older')}</button>
            </div>`
      }`
  }

  #day(day: string, all: readonly Happening[]) {
    const minutes = [...grouped(all, ({ entry }) => this.#text(entry, { timeStyle: 'short' }))]
    return html`<section class="card day">
      <h3>${day}</h3>
      <ol role="list">
        ${repeat(
          minutes,
          ([minute]) => minute,
          ([minute, within]) =>
            html`<li class="minute"><span class="time">${minute}</span>${this.#list(within, this.#teller)}</li>`,
        )}
      </ol>
    </section>`
  }

  #list(all: readonly Happening[], teller: Teller): unknown {
    return html`<ol role="list">
      ${repeat(
        all,
        ({ entry }) => entry.id,
        ({ entry, followed }) =>
          html`<li>
            <yoto-history-entry
              .entry=${entry}
              .cause=${entry.cause === null ? undefined : this.#known.get(entry.cause)}
              .teller=${teller}
            ></yoto-history-entry>
            ${followed.length === 0 ? nothing : this.#list(followed, teller)}
          </li>`,
      )}
    </ol>`
  }

  get #teller(): Teller {
    const { say, players, cards, files } = this
    const labelIn = (known: readonly Choice[], id: string) => known.find((choice) => choice.id === id)?.label
    return {
      say,
      player: (id) => (id === null ? say('history.somebody') : (labelIn(players, id) ?? id)),
      card: (id) => (id === null ? say('player.some-card') : (labelIn(cards, id) ?? id)),
      file: (name) => titleIn(files, name),
    }
  }

  #text({ at }: Entry, format: Intl.DateTimeFormatOptions): string {
    return new Intl.DateTimeFormat(this.say.locale, format).format(Date.parse(at))
  }

  async #newest(): Promise<HistoryPart> {
    const { filter } = this
    const newest = await fetchHistory(filter)
    return withNewest(this.#watching.value, newest)
  }

  #choose(filter: Filter): void {
    this.filter = filter
    this.#going.clear()
    this.#watching.value = null
    void this.#watching.read()
  }

  async #older(): Promise<void> {
    const { filter } = this
    const done = await this.#going.run(async () => {
      const older = await fetchHistory(filter, this.#watching.value?.next ?? null)
      const known = this.#watching.value
      if (known !== null && filter === this.filter) this.#watching.take(withOlder(known, older))
    })
    await this.updateComplete
    if (done && this.#watching.value?.next === null)
      this.renderRoot.querySelector<HTMLElement>('#end')?.focus()
  }
}

function chosenIn({ target }: Event): string {
  return target instanceof HTMLSelectElement ? target.value : ''
}

function kindOf(value: string): EntryKind | '' {
  return entryKinds.find((kind) => kind === value) ?? ''
}
