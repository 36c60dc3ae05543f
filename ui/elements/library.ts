import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { Queue } from '../../src/core/queue.ts'
import { foldersOf } from '../folders.ts'
import { formLook } from '../form-look.ts'
import { icon } from '../icons.ts'
import { importingText, refusedText } from '../importing.ts'
import { coverUrl, type Found, type LibraryEntry, type LibrarySearch, searchLibrary } from '../library.ts'
import { isOrder, isState, orders, states } from '../library-filters.ts'
import { Said } from '../said.ts'
import { selectLook } from '../select-look.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import { clockText } from '../time.ts'
import type { Transfer } from '../transfer.ts'
import type { Uploader } from '../uploader.ts'
import { Watching } from '../watching.ts'
import type { LibraryDiskLine } from './library-disk.ts'
import type { LibraryFile } from './library-file.ts'
import { libraryLook } from './library-look.ts'

/** What was found for a search; one that is typed meanwhile is another. */
interface Shown extends Found {
  readonly search: LibrarySearch
}

const pageLength = 100
// A file that is made playable comes further without anybody telling of it.
const everyMs = 3000
const typedMs = 250
const newsMs = 500

/** Every file there is to hear: found, looked at, brought and deleted here. */
export class Library extends LitElement {
  static override properties = {
    active: { type: Boolean },
    news: { type: Number },
    files: { attribute: false },
    queues: { attribute: false },
    uploader: { attribute: false },
    transfers: { attribute: false },
    decides: { type: Boolean },
    say: { attribute: false },
    search: { state: true },
  }
  static override styles = [shared, formLook, selectLook, libraryLook]
  declare active: boolean
  /** Another number each time the product tells that something is new. */
  declare news: number
  /** All there are, for their folders; null until they are known. */
  declare files: readonly LibraryEntry[] | null
  declare queues: ReadonlyMap<string, Queue>
  declare uploader: Uploader
  declare transfers: readonly Transfer[]
  /** The reader may clean up. */
  declare decides: boolean
  declare say: Say
  declare search: LibrarySearch
  #wanted = pageLength
  #typing: ReturnType<typeof setTimeout> | undefined
  #newsTimer: ReturnType<typeof setTimeout> | undefined
  readonly #said = new Said(this)
  readonly #watching = new Watching<Shown>(this, {
    fetch: async () => {
      const { search } = this
      return { ...(await searchLibrary(search, this.#wanted)), search }
    },
    everyMs,
    isSettled: ({ files }) => files.every(({ state }) => state !== 'importing'),
  })

  constructor() {
    super()
    this.active = true
    this.decides = false
    this.files = null
    this.search = { text: '', sort: 'name', descending: false }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearTimeout(this.#typing)
    clearTimeout(this.#newsTimer)
    this.#newsTimer = undefined
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('news') && changed.get('news') !== undefined) this.#hearNews()
  }

  override render() {
    const { say } = this
    const { value, fault } = this.#watching
    return html`<yoto-uploads
        .uploader=${this.uploader}
        .transfers=${this.transfers}
        .folder=${this.search.folder ?? ''}
        .say=${say}
      ></yoto-uploads>
      ${this.#filters()}
      <div role="alert">${fault === null ? nothing : html`<p class="wrong">${fault}</p>`}</div>
      ${value === null ? html`<p class="quiet">${fault === null ? say('picker.loading') : nothing}</p>` : this.#found(value)}
      <yoto-library-disk .decides=${this.decides} .news=${this.news} .say=${say}></yoto-library-disk>
      ${this.#said.render()}
      <yoto-library-file
        .queues=${this.queues}
        .news=${this.news}
        .say=${say}
        @file-deleted=${(event: CustomEvent<{ title: string }>) => this.#deleted(event.detail.title)}
      ></yoto-library-file>`
  }

  #filters() {
    const { say, search } = this
    return html`<div class="filters" role="search">
      <div class="field">
        <label for="text">${say('picker.search')}</label>
        <input id="text" type="search" maxlength="200" autocomplete="off" @input=${this.#typed} />
      </div>
      ${this.#folders()}
      <div class="field">
        <label for="order">${say('library.order')}</label>
        <select id="order" @change=${this.#ordered}>
          ${Object.entries(orders).map(([key, { words }]) => html`<option value=${key}>${say(words)}</option>`)}
        </select>
      </div>
      <div class="field">
        <label for="state">${say('library.show')}</label>
        <select id="state" @change=${this.#narrowed}>
          <option value="">${say('library.all')}</option>
          <option value="loved" ?selected=${search.loved === true}>${say('library.only-loved')}</option>
          ${Object.entries(states).map(
            ([state, words]) =>
              html`<option value=${state} ?selected=${state === search.state}>${say(words)}</option>`,
          )}
        </select>
      </div>
    </div>`
  }

  #folders() {
    const { say, files, search } = this
    const folders = foldersOf(files ?? [], say.locale)
    // The last of its files may have been deleted while it is looked at.
    if (search.folder !== undefined && !folders.includes(search.folder)) folders.push(search.folder)
    if (folders.length === 0) return nothing
    return html`<div class="field folder">
      <label for="folder">${say('library.folder')}</label>
      <select id="folder" @change=${this.#entered}>
        <option value="">${say('library.all-folders')}</option>
        ${folders.map((folder) => html`<option ?selected=${folder === search.folder}>${folder}</option>`)}
      </select>
    </div>`
  }

  #found({ files, count }: Shown) {
    const { say, search } = this
    const { text, state, loved, folder } = search
    const isAll = text.trim() === '' && (state ?? loved ?? folder) === undefined
    const none = isAll ? 'library.empty' : 'picker.none-found'
    const counted = say(count === 1 ? 'library.count-one' : 'library.count', { count: this.#number(count) })
    return html`<p class="quiet count" role="status">${count === 0 ? say(none) : counted}</p>
      ${
        count === 0
          ? nothing
          : html`<ul class="card" role="list" aria-label=${say('nav.library')}>
              ${repeat(
                files,
                ({ id }) => id,
                (entry) => html`<li>${this.#row(entry)}</li>`,
              )}
            </ul>`
      }
      ${
        files.length < count
          ? html`<div class="acts">
              <button class="more" @click=${this.#more}>
                ${say('library.more', { shown: this.#number(files.length), count: this.#number(count) })}
              </button>
            </div>`
          : nothing
      }`
  }

  #row(entry: LibraryEntry) {
    const { say } = this
    const { id, title, seconds, plays, loved } = entry
    return html`<button class="row" aria-haspopup="dialog" data-id=${id} @click=${() => this.#open(id)}>
      <span class="cover">
        ${icon('note', 24)}
        ${entry.cover ? html`<img src=${coverUrl(id)} alt="" loading="lazy" width="48" height="48" @error=${hide} />` : nothing}
      </span>
      <span class="what">
        <span class="title cut">${title}</span>
        <span class="cut quiet">${besideTitle(entry)}</span>
        ${this.#state(entry)}
      </span>
      <span class="numbers quiet">
        ${loved ? html`<span class="loved" role="img" aria-label=${say('file.loved')}>${icon('loved', 18)}</span>` : nothing}
        ${seconds === null ? nothing : html`<span>${clockText(seconds)}</span>`}
        ${plays === 0 ? nothing : html`<span>${say(plays === 1 ? 'library.plays-one' : 'library.plays', { count: this.#number(plays) })}</span>`}
      </span>
    </button>`
  }

  #state(entry: LibraryEntry) {
    const { say } = this
    const { state, progress } = entry
    if (state === 'importing') return html`<span class="quiet">${importingText(progress, say)}</span>`
    if (state === 'refused') return html`<span class="reason">${refusedText(entry, say)}</span>`
    return nothing
  }

  #open(id: string): void {
    void this.renderRoot.querySelector<LibraryFile>('yoto-library-file')?.open(id)
  }

  readonly #typed = (event: Event): void => {
    const text = (event.target as HTMLInputElement).value
    clearTimeout(this.#typing)
    this.#typing = setTimeout(() => this.#look({ ...this.search, text }), typedMs)
  }

  readonly #ordered = (event: Event): void => {
    const key = (event.target as HTMLSelectElement).value
    const { sort, descending } = isOrder(key) ? orders[key] : orders.name
    this.#look({ ...this.search, sort, descending })
  }

  readonly #narrowed = (event: Event): void => {
    const wanted = (event.target as HTMLSelectElement).value
    const { state: _, loved: __, ...rest } = this.search
    this.#look(
      isState(wanted) ? { ...rest, state: wanted } : wanted === 'loved' ? { ...rest, loved: true } : rest,
    )
  }

  readonly #entered = (event: Event): void => {
    const folder = (event.target as HTMLSelectElement).value
    const { folder: _, ...rest } = this.search
    this.#look(folder === '' ? rest : { ...rest, folder })
  }

  /** What was found before stays until there is something new. */
  #look(search: LibrarySearch): void {
    this.search = search
    this.#wanted = pageLength
    void this.#watching.read()
  }

  /** The first of those that came has the focus: whoever goes by key goes on there. */
  async #more(): Promise<void> {
    const before = this.#watching.value?.files.length ?? 0
    this.#wanted = before + pageLength
    await this.#watching.read()
    await this.updateComplete
    const rows = this.renderRoot.querySelectorAll<HTMLElement>('.row')
    if (this.shadowRoot?.activeElement?.matches('.more') !== false) rows[before]?.focus()
  }

  /** Many files may change within a moment. */
  #hearNews(): void {
    this.#newsTimer ??= setTimeout(() => {
      this.#newsTimer = undefined
      if (this.active) void this.#watching.read()
    }, newsMs)
  }

  #deleted(title: string): void {
    this.#said.say(this.say('library.deleted', { title }))
    void this.#watching.read()
    void this.renderRoot.querySelector<LibraryDiskLine>('yoto-library-disk')?.read()
    this.renderRoot.querySelector<HTMLElement>('#text')?.focus()
  }

  #number(value: number): string {
    return new Intl.NumberFormat(this.say.locale).format(value)
  }
}

/** Who made it, or else where it lies. */
function besideTitle({ artist, album, file }: LibraryEntry): string {
  const made = [artist, album].filter((text) => text !== null && text !== '').join(' – ')
  return made === '' ? file : made
}

function hide({ target }: Event): void {
  if (target instanceof HTMLElement) target.hidden = true
}
