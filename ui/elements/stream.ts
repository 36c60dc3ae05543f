import { css, html, LitElement, nothing } from 'lit'
import type { ToldQueue } from '../../src/core/queue-outlook.ts'
import type { LibraryEntry } from '../../src/http/api/library.ts'
import type { Place } from '../heard.ts'
import { icon } from '../icons.ts'
import type { Items } from '../items.ts'
import { whyText } from '../reason.ts'
import { apiUrl } from '../request.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import { clockText, comingText } from '../time.ts'
import { fire } from '../wish.ts'
import type { LibraryPicker } from './library-picker.ts'
import type { StreamSettings } from './stream-settings.ts'

/** One stream: its title, its queue, why it is so, and a way to listen to it. */
export class Stream extends LitElement {
  static override properties = {
    queue: { attribute: false },
    place: { attribute: false },
    library: { attribute: false },
    files: { attribute: false },
    say: { attribute: false },
    renaming: { state: true },
  }
  static override styles = [
    shared,
    css`
      .card {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.9rem;
        padding: 1.1rem;
        height: 100%;
        align-content: start;
      }
      header {
        display: flex;
        align-items: center;
        gap: 0.25rem;
        min-height: 44px;
      }
      h3 {
        min-width: 0;
        font-size: 1.15rem;
        line-height: 1.3;
      }
      .sum {
        margin-inline-start: auto;
        white-space: nowrap;
        font-variant-numeric: tabular-nums;
      }
      form {
        display: flex;
        gap: 0.5rem;
        flex: 1;
        min-width: 0;
      }
      form input {
        flex: 1;
        min-width: 0;
        min-height: 44px;
        padding: 0 0.75rem;
        border: 1px solid var(--muted);
        border-radius: 12px;
        background: var(--surface);
        color: inherit;
        font: inherit;
        font-weight: 600;
      }
      .why {
        padding: 0.65rem 0.85rem;
        border-radius: 12px;
        background: var(--sunken);
        font-size: 0.875rem;
        overflow-wrap: anywhere;
      }
      .why::first-letter {
        text-transform: uppercase;
      }
      .closed,
      .stay {
        display: flex;
        flex-wrap: wrap;
        gap: 0.6rem;
        align-items: center;
      }
      .closed span,
      .stay span {
        flex: 1;
        min-width: 9rem;
      }
      .closed {
        border: 1px solid var(--warn-line);
        background: var(--warn-surface);
        color: var(--warn-text);
      }
      .empty {
        padding: 1.5rem 1rem;
        border: 1.5px dashed var(--line);
        border-radius: 12px;
        text-align: center;
      }
      .side {
        display: grid;
        gap: 0.9rem;
      }
      .acts {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.75rem;
      }
      yoto-preview {
        flex: 1 1 15rem;
      }
      :host {
        container-type: inline-size;
      }
      /* A stream that has the whole width to itself has its words beside its queue. */
      @container (min-width: 44rem) {
        .card {
          grid-template-columns: minmax(0, 1fr) 22rem;
          column-gap: 1.5rem;
        }
        header {
          grid-column: 1 / -1;
        }
        .side {
          grid-column: 2;
          grid-row: 2 / span 2;
          align-content: start;
        }
      }
    `,
  ]
  declare queue: ToldQueue
  declare place: Place
  declare library: readonly LibraryEntry[] | null
  declare files: Items | null
  declare say: Say
  declare renaming: boolean

  constructor() {
    super()
    this.renaming = false
  }

  /** Brings the stream before somebody who followed a link to it. */
  arrive(): void {
    this.scrollIntoView({ block: 'start' })
    this.renderRoot.querySelector<HTMLElement>('h3')?.focus({ preventScroll: true })
  }

  override render() {
    const { queue, say } = this
    const why = whyText(queue, say)
    const empty = queue.items.length === 0
    return html`<article class="card" aria-labelledby="title">
      <header>${this.renaming ? this.#renameForm() : this.#title()}</header>
      <div class="side">
        ${queue.closed ? this.#closed() : nothing}
        ${why === '' ? nothing : html`<p class="why">${why}</p>`}
        ${queue.closed || empty ? nothing : this.#outlook()}
      </div>
      ${
        empty
          ? html`<p class="empty quiet">${say('stream.empty')}</p>`
          : html`<yoto-queue .queue=${queue} .place=${this.place} .files=${this.files} .say=${say}></yoto-queue>`
      }
      <div class="acts">
        <button @click=${this.#openPicker}>${icon('plus', 20)}${say('stream.add')}</button>
        <button aria-label=${say('settings.open', { stream: queue.title })} @click=${this.#openSettings}>
          ${icon('settings', 20)}${say('settings.short')}
        </button>
        ${
          empty || queue.closed
            ? nothing
            : html`<yoto-preview
                .src=${apiUrl(`streams/${encodeURIComponent(queue.name)}/stream.mp3`)}
                .version=${queue.version}
                .label=${say('stream.listen', { stream: queue.title })}
              ></yoto-preview>`
        }
      </div>
      <yoto-library-picker
        .heading=${say('picker.title', { stream: queue.title })}
        .library=${this.library}
        .say=${say}
        @files-chosen=${(event: CustomEvent<readonly string[]>) =>
          fire(this, { kind: 'append', stream: queue.name, files: event.detail })}
      ></yoto-library-picker>
      <yoto-stream-settings .queue=${queue} .say=${say}></yoto-stream-settings>
    </article>`
  }

  #closed() {
    const { queue, say } = this
    return html`<div class="why closed">
      ${icon('moon', 20)}<span>${this.#closedWords()}</span>
      <button @click=${() => fire(this, { kind: 'open', stream: queue.name })}>${say('stream.open')}</button>
    </div>`
  }

  /** When what is put in here is heard. */
  #closedWords(): string {
    const { closed_until, holds_until = null } = this.queue
    const { say } = this
    const isOpenedFirst =
      closed_until !== null && (holds_until === null || Date.parse(closed_until) < Date.parse(holds_until))
    if (isOpenedFirst) return say('stream.closed-until', { time: comingText(closed_until, say, new Date()) })
    if (holds_until === null) return say('stream.closed')
    return say('stream.closed-by-schedule', { time: comingText(holds_until, say, new Date()) })
  }

  /** How long what was put in here by hand stays. */
  #outlook() {
    const { queue, say } = this
    const { held, holds_until = null, playlist } = queue
    const stays = held?.over_slots === true && held.until === null
    if (!stays && (holds_until === null || playlist !== null)) return nothing
    const words =
      stays || holds_until === null
        ? say('stream.stays')
        : say('stream.holds-until', { time: comingText(holds_until, say, new Date()) })
    return html`<div class="why stay">
      <span>${words}</span>
      <button @click=${() => fire(this, { kind: 'stays', stream: queue.name, stays: !stays })}>
        ${say(stays ? 'stream.end-stay' : 'stream.keep')}
      </button>
    </div>`
  }

  #title() {
    const { queue, say } = this
    return html`<h3 id="title" class="cut" tabindex="-1">${queue.title}</h3>
      <button class="icon bare" aria-label=${say('stream.rename', { stream: queue.title })} @click=${this.#rename}>
        ${icon('edit', 18)}
      </button>
      <span class="quiet sum">${this.#sum()}</span>`
  }

  #renameForm() {
    const { queue, say } = this
    return html`<form
      @submit=${this.#renamed}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key === 'Escape') this.#stopRenaming()
      }}
    >
      <h3 id="title" class="hidden">${queue.title}</h3>
      <input name="title" required maxlength="200" aria-label=${say('stream.new-title')} .value=${queue.title} />
      <button class="main">${say('stream.save')}</button>
    </form>`
  }

  #sum(): string {
    const { queue, files, say } = this
    const seconds = queue.items.reduce((sum, { file }) => sum + (files?.get(file)?.seconds ?? 0), 0)
    const count = queue.items.length
    const items = say(count === 1 ? 'stream.items-one' : 'stream.items-many', { count })
    return seconds === 0 ? items : `${items} · ${clockText(seconds)}`
  }

  async #rename(): Promise<void> {
    this.renaming = true
    await this.updateComplete
    this.renderRoot.querySelector<HTMLInputElement>('form input')?.select()
  }

  #renamed(event: SubmitEvent): void {
    event.preventDefault()
    const title = String(new FormData(event.target as HTMLFormElement).get('title')).trim()
    if (title !== '' && title !== this.queue.title)
      fire(this, { kind: 'rename', stream: this.queue.name, title })
    void this.#stopRenaming()
  }

  async #stopRenaming(): Promise<void> {
    this.renaming = false
    await this.updateComplete
    this.renderRoot.querySelector<HTMLElement>('header button')?.focus()
  }

  #openSettings(): void {
    void this.renderRoot.querySelector<StreamSettings>('yoto-stream-settings')?.open()
  }

  #openPicker(): void {
    this.renderRoot.querySelector<LibraryPicker>('yoto-library-picker')?.open()
  }
}
