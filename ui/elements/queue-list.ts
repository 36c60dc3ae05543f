import { css, html, LitElement, nothing, type PropertyValues } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { Queue, QueueItem } from '../../src/core/queue.ts'
import type { Place } from '../heard.ts'
import { icon } from '../icons.ts'
import { importingText } from '../importing.ts'
import { type Items, titleIn } from '../items.ts'
import { RowDrag } from '../row-drag.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import { clockText } from '../time.ts'
import { fire } from '../wish.ts'

type RowButton = 'up' | 'down' | 'remove'

// The product tells of a change within moments; after this it did not happen.
const pendingMs = 1500

/** The items of a stream in order, to move by hand or by key, and to remove. */
export class QueueList extends LitElement {
  static override properties = {
    queue: { attribute: false },
    place: { attribute: false },
    files: { attribute: false },
    say: { attribute: false },
    pending: { state: true },
    announced: { state: true },
  }
  static override styles = [
    shared,
    css`
      li {
        display: grid;
        grid-template-columns: 28px minmax(0, 1fr) auto auto 40px;
        align-items: center;
        gap: 0.5rem;
        min-height: 60px;
        padding: 0.25rem 0.25rem 0.25rem 0;
        border-bottom: 1px solid var(--line);
        background: var(--surface);
      }
      li:last-child {
        border-bottom: 0;
      }
      li.dragged {
        position: relative;
        z-index: 1;
        border-radius: 12px;
        border-bottom-color: transparent;
        box-shadow: 0 6px 24px rgb(0 0 0 / 25%);
      }
      ol.dragging li:not(.dragged) {
        transition: transform 150ms ease;
      }
      .grip {
        display: grid;
        place-items: center;
        height: 44px;
        color: var(--muted);
        cursor: grab;
        touch-action: none;
      }
      .dragged .grip {
        cursor: grabbing;
      }
      .what {
        display: grid;
        line-height: 1.35;
      }
      [aria-current] .title {
        font-weight: 600;
      }
      .here {
        color: var(--accent);
        font-size: 0.8125rem;
      }
      .missing {
        color: var(--bad);
        font-size: 0.8125rem;
      }
      time {
        color: var(--muted);
        font-size: 0.875rem;
        font-variant-numeric: tabular-nums;
      }
      .moves {
        display: grid;
      }
      .moves button {
        width: 36px;
        min-height: 27px;
        padding: 0;
        border-radius: 8px;
      }
      button.icon {
        width: 40px;
      }
      @media (prefers-reduced-motion: reduce) {
        ol.dragging li:not(.dragged) {
          transition: none;
        }
      }
    `,
  ]
  declare queue: Queue
  declare place: Place
  /** The library by file name; null until it is known. */
  declare files: Items | null
  declare say: Say
  /** The order that was asked for, until the product says it. */
  declare pending: readonly string[] | null
  declare announced: string
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Which button had the focus before its row moved: a moved node loses it. */
  #focus: { readonly id: string; readonly button: RowButton } | null = null
  readonly #drag = new RowDrag({
    rows: () => [...this.renderRoot.querySelectorAll('li')],
    dropped: (from, to) => this.#move(from, to),
  })

  constructor() {
    super()
    this.pending = null
    this.announced = ''
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('queue') && !this.#isUnderWay()) this.pending = null
  }

  protected override updated(): void {
    if (this.#focus === null) return
    const { id, button } = this.#focus
    const row = this.renderRoot.querySelector(`li[data-id="${CSS.escape(id)}"]`)
    const other = button === 'up' ? 'down' : 'up'
    const wanted = row?.querySelector<HTMLButtonElement>(`[data-act="${button}"]:not(:disabled)`)
    const found = wanted ?? row?.querySelector<HTMLButtonElement>(`[data-act="${other}"]:not(:disabled)`)
    found?.focus()
    if (this.pending === null) this.#focus = null
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearTimeout(this.#timer)
    this.#drag.cancel()
  }

  override render() {
    const items = this.#items()
    return html`<ol role="list" aria-label=${this.say('queue.title', { stream: this.queue.title })}>
        ${repeat(
          items,
          (item) => item.id,
          (item, place) => this.#row(item, { place, count: items.length }),
        )}
      </ol>
      <p class="hidden" aria-live="polite">${this.announced}</p>`
  }

  #row({ id, file }: QueueItem, { place, count }: { place: number; count: number }) {
    const { say, files } = this
    const known = files?.get(file)
    const title = titleIn(files, file)
    const unplayable = files !== null && known?.state !== 'ready' && known?.state !== 'importing'
    const act = (button: RowButton, run: () => void) => () => {
      this.#focus = { id, button }
      run()
    }
    const isCurrent = id === this.place.current
    return html`<li data-id=${id} aria-current=${isCurrent ? 'true' : nothing}>
      <span class="grip" title=${say('queue.drag')} @pointerdown=${(event: PointerEvent) => this.#drag.start(event, place)}>
        ${icon('grip')}
      </span>
      <span class="what">
        <span class="cut title" title=${file}>${known?.title ?? title}</span>
        ${known?.of === undefined ? nothing : html`<span class="cut quiet">${known.of}</span>`}
        ${isCurrent ? this.#here() : nothing}
        ${unplayable ? html`<span class="missing">${known?.reason ?? say('queue.missing')}</span>` : nothing}
        ${known?.state === 'importing' ? html`<span class="quiet">${importingText(known.progress, say)}</span>` : nothing}
      </span>
      ${known?.seconds == null ? html`<span></span>` : html`<time>${clockText(known.seconds)}</time>`}
      <span class="moves">
        <button
          class="bare"
          data-act="up"
          aria-label=${say('queue.up', { title })}
          ?disabled=${place === 0}
          @click=${act('up', () => this.#move(place, place - 1))}
        >
          ${icon('up', 18)}
        </button>
        <button
          class="bare"
          data-act="down"
          aria-label=${say('queue.down', { title })}
          ?disabled=${place === count - 1}
          @click=${act('down', () => this.#move(place, place + 1))}
        >
          ${icon('down', 18)}
        </button>
      </span>
      <button
        class="icon bare"
        data-act="remove"
        aria-label=${say('queue.remove', { title })}
        @click=${() => this.#remove(place, title)}
      >
        ${icon('remove', 20)}
      </button>
    </li>`
  }

  #here() {
    const { say, place } = this
    return html`<span class="here">${say(place.playing ? 'queue.plays' : 'queue.due')}</span>`
  }

  #items(): readonly QueueItem[] {
    const { items } = this.queue
    const byId = new Map(items.map((item) => [item.id, item]))
    return this.pending?.flatMap((id) => byId.get(id) ?? []) ?? items
  }

  /** Whoever moves a row twice in a row hears of the first move while the second is under way. */
  #isUnderWay(): boolean {
    const ids = this.queue.items.map(({ id }) => id)
    const { pending } = this
    if (pending === null || pending.length !== ids.length) return false
    return pending.some((id, place) => id !== ids[place]) && pending.every((id) => ids.includes(id))
  }

  #move(from: number, to: number): void {
    const items = this.#items()
    const moved = items[from]
    if (moved === undefined || from === to) return
    this.pending = items
      .toSpliced(from, 1)
      .toSpliced(to, 0, moved)
      .map((item) => item.id)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.pending = null
    }, pendingMs)
    const title = titleIn(this.files, moved.file)
    this.announced = this.say('queue.moved', { title, place: to + 1, count: items.length })
    fire(this, { kind: 'move', stream: this.queue.name, from, to })
  }

  #remove(place: number, title: string): void {
    const items = this.#items()
    const neighbour = items[place + 1] ?? items[place - 1]
    this.#focus = neighbour === undefined ? null : { id: neighbour.id, button: 'remove' }
    this.announced = this.say('queue.removed', { title })
    fire(this, { kind: 'remove', stream: this.queue.name, place })
  }
}
