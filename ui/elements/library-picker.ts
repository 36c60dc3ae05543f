import { css, html, LitElement, nothing } from 'lit'
import type { LibraryEntry } from '../../src/http/api/library.ts'
import { icon } from '../icons.ts'
import { importingText, refusedText } from '../importing.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import { clockText } from '../time.ts'

// Nobody looks through more, and thousands would make a slow page.
const mostShown = 200

/**
 * A dialog to choose files from. Fires `files-chosen` with their names in the order they were chosen, and
 * `library-wanted` when it opens.
 */
export class LibraryPicker extends LitElement {
  static override properties = {
    library: { attribute: false },
    say: { attribute: false },
    heading: {},
    chosen: { state: true },
    search: { state: true },
  }
  static override styles = [
    shared,
    css`
      :host {
        display: contents;
      }
      dialog {
        width: min(34rem, calc(100vw - 2rem));
        max-height: min(40rem, calc(100dvh - 2rem));
        padding: 0;
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
        color: var(--text);
        box-shadow: 0 12px 48px rgb(0 0 0 / 30%);
      }
      dialog[open] {
        display: flex;
        flex-direction: column;
      }
      dialog::backdrop {
        background: rgb(10 10 15 / 55%);
      }
      header,
      footer {
        display: flex;
        align-items: center;
        gap: 0.75rem;
        padding: 0.75rem 1rem;
      }
      header {
        border-bottom: 1px solid var(--line);
      }
      footer {
        border-top: 1px solid var(--line);
        justify-content: flex-end;
      }
      h3 {
        flex: 1;
        font-size: 1.05rem;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      .search {
        padding: 0.75rem 1rem 0.25rem;
      }
      input[type='search'] {
        width: 100%;
        min-height: 44px;
        padding: 0 0.9rem;
        border: 1px solid var(--muted);
        border-radius: 12px;
        background: var(--surface);
        color: inherit;
        font: inherit;
      }
      ul {
        flex: 1;
        overflow-y: auto;
        padding: 0.25rem 0.5rem 0.5rem;
        min-height: 9rem;
      }
      label {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto;
        align-items: center;
        gap: 0.75rem;
        min-height: 52px;
        padding: 0.25rem 0.5rem;
        border-radius: 10px;
        cursor: pointer;
      }
      label:hover {
        background: var(--sunken);
      }
      label.refused {
        cursor: default;
      }
      label > span {
        display: grid;
        line-height: 1.3;
      }
      input[type='checkbox'] {
        width: 20px;
        height: 20px;
        margin: 0;
        accent-color: var(--accent);
      }
      .reason {
        color: var(--bad);
        font-size: 0.8125rem;
        overflow-wrap: anywhere;
      }
      .empty {
        padding: 1.5rem 0.5rem;
        text-align: center;
      }
      time {
        font-variant-numeric: tabular-nums;
      }
    `,
  ]
  declare library: readonly LibraryEntry[] | null
  declare say: Say
  declare heading: string
  declare chosen: readonly string[]
  declare search: string

  constructor() {
    super()
    this.chosen = []
    this.search = ''
  }

  open(): void {
    this.chosen = []
    this.search = ''
    this.dispatchEvent(new CustomEvent('library-wanted', { bubbles: true, composed: true }))
    this.#dialog?.showModal()
  }

  override render() {
    const { say, chosen } = this
    return html`<dialog aria-labelledby="heading">
      <header>
        <h3 id="heading">${this.heading}</h3>
        <button class="icon bare" aria-label=${say('picker.close')} @click=${this.#close}>${icon('remove')}</button>
      </header>
      <div class="search">
        <input
          type="search"
          aria-label=${say('picker.search')}
          placeholder=${say('picker.search')}
          .value=${this.search}
          @input=${(event: Event) => {
            this.search = (event.target as HTMLInputElement).value
          }}
        />
      </div>
      <ul role="list">
        ${this.#rows()}
      </ul>
      <footer>
        <button @click=${this.#close}>${say('picker.cancel')}</button>
        <button class="main" ?disabled=${chosen.length === 0} @click=${this.#add}>
          ${say('picker.add', { count: chosen.length })}
        </button>
      </footer>
    </dialog>`
  }

  #rows() {
    const { library, say } = this
    if (library === null) return html`<li class="empty quiet">${say('picker.loading')}</li>`
    if (library.length === 0) return html`<li class="empty quiet">${say('picker.empty')}</li>`
    const wanted = this.search.trim().toLowerCase()
    const found = library.filter(({ file, title }) => `${title} ${file}`.toLowerCase().includes(wanted))
    if (found.length === 0) return html`<li class="empty quiet">${say('picker.none-found')}</li>`
    const more = found.length - mostShown
    return html`${found.slice(0, mostShown).map((entry) => html`<li>${this.#row(entry)}</li>`)}
      ${more > 0 ? html`<li class="empty quiet">${say('picker.more', { count: more })}</li>` : nothing}`
  }

  #row(entry: LibraryEntry) {
    const { file, title, seconds, state, progress } = entry
    const refused = state === 'refused'
    return html`<label class=${refused ? 'refused' : ''}>
      <input
        type="checkbox"
        .checked=${this.chosen.includes(file)}
        ?disabled=${refused}
        @change=${(event: Event) => this.#choose(file, (event.target as HTMLInputElement).checked)}
      />
      <span>
        <span class="cut">${title}</span>
        <span class="cut quiet">${file}</span>
        ${refused ? html`<span class="reason">${refusedText(entry, this.say)}</span>` : nothing}
        ${state === 'importing' ? html`<span class="quiet">${importingText(progress, this.say)}</span>` : nothing}
      </span>
      ${seconds === null ? html`<span></span>` : html`<time class="quiet">${clockText(seconds)}</time>`}
    </label>`
  }

  #choose(file: string, on: boolean): void {
    this.chosen = on ? [...this.chosen, file] : this.chosen.filter((other) => other !== file)
  }

  #add(): void {
    this.dispatchEvent(new CustomEvent('files-chosen', { detail: this.chosen }))
    this.#close()
  }

  #close(): void {
    this.#dialog?.close()
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog')
  }
}
