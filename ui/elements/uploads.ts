import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { Attempt } from '../attempt.ts'
import { formLook } from '../form-look.ts'
import { icon } from '../icons.ts'
import { progressLook } from '../progress-look.ts'
import { sizeText } from '../size.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import type { Transfer } from '../transfer.ts'
import { transferFault, transferText } from '../transfer-words.ts'
import type { Uploader } from '../uploader.ts'
import { attemptNotice } from './attempt-notice.ts'
import { uploadsLook } from './uploads-look.ts'

// What browsers do not know for audio by its kind alone.
const accepted = 'audio/*,.mp3,.m4a,.m4b,.mp4,.aac,.ogg,.oga,.opus,.flac,.wav,.aiff,.aif,.w64'

/** Takes files by button or by dropping them anywhere on the page, and shows what is on its way. */
export class Uploads extends LitElement {
  static override properties = {
    uploader: { attribute: false },
    transfers: { attribute: false },
    folder: {},
    say: { attribute: false },
    over: { state: true },
    announced: { state: true },
  }
  static override styles = [shared, formLook, progressLook, uploadsLook]
  declare uploader: Uploader
  declare transfers: readonly Transfer[]
  /** Where files go that are brought; the top of the library where it is empty. */
  declare folder: string
  declare say: Say
  /** Files are being dragged over the page. */
  declare over: boolean
  declare announced: string
  readonly #removing = new Attempt(this)
  #heard: ReadonlyMap<string, Transfer['state']> | null = null

  constructor() {
    super()
    this.over = false
    this.folder = ''
    this.announced = ''
  }

  override connectedCallback(): void {
    super.connectedCallback()
    window.addEventListener('dragover', this.#dragged)
    window.addEventListener('dragleave', this.#left)
    window.addEventListener('drop', this.#dropped)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    window.removeEventListener('dragover', this.#dragged)
    window.removeEventListener('dragleave', this.#left)
    window.removeEventListener('drop', this.#dropped)
    this.over = false
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('transfers')) this.#announce()
  }

  override render() {
    const { say, transfers } = this
    const isReady = transfers.some(({ state, isOwn }) => isOwn && state === 'ready')
    return html`<section aria-label=${say('upload.title')}>
      <div class="zone ${this.over ? 'over' : ''}">
        <button class="main choose" @click=${() => this.#input?.click()}>${icon('upload', 20)}${say('upload.choose')}</button>
        <p class="quiet drop">${say(this.over ? 'upload.drop-now' : 'upload.drop')}</p>
        ${this.folder === '' ? nothing : html`<p class="quiet">${say('upload.into', { folder: this.folder })}</p>`}
        <input
          type="file"
          multiple
          hidden
          accept=${accepted}
          aria-label=${say('upload.choose')}
          @change=${this.#chosen}
        />
      </div>
      ${
        transfers.length === 0
          ? nothing
          : html`<ul role="list" aria-label=${say('upload.title')}>
              ${repeat(
                transfers,
                ({ key }) => key,
                (transfer, place) => html`<li>${this.#row(transfer, place)}</li>`,
              )}
            </ul>`
      }
      ${attemptNotice(this.#removing, say)}
      ${isReady ? html`<div class="acts"><button @click=${this.#clear}>${say('upload.clear')}</button></div>` : nothing}
      <p class="hidden" role="status">${this.announced}</p>
    </section>`
  }

  #row(transfer: Transfer, place: number) {
    const { say } = this
    const { key, name, state, size, canReplace, isOwn } = transfer
    const fault = transferFault(transfer, say)
    const isUnderWay = state === 'sending' || state === 'importing' || state === 'elsewhere'
    const ends = state === 'ready' || state === 'refused' || state === 'failed' || state === 'importing'
    const remove = say(ends ? 'upload.dismiss' : 'upload.cancel', { name })
    return html`<div class="what">
        <p class="name"><span class="cut" title=${name}>${name}</span> <span class="quiet">${sizeText(size, say.locale)}</span></p>
        ${
          isUnderWay
            ? html`<progress aria-label=${say('upload.progress', { name })} max="1" .value=${doneOf(transfer)}></progress>`
            : nothing
        }
        <p class="quiet ${state}">${transferText(transfer, say)}</p>
        ${fault === null ? nothing : html`<p class="reason">${fault}</p>`}
      </div>
      <div class="acts">
        ${
          canReplace && state === 'stopped'
            ? html`<button @click=${() => this.#retry(key, { place, replace: true })} aria-label=${say('upload.replace-named', { name })}>
                ${say('upload.replace')}
              </button>`
            : nothing
        }
        ${
          isOwn && (state === 'stopped' || state === 'broken' || state === 'failed') && !canReplace
            ? html`<button class="icon" aria-label=${say('upload.retry', { name })} @click=${() => this.#retry(key, { place, replace: false })}>
                ${icon('again', 20)}
              </button>`
            : nothing
        }
        ${
          state === 'importing' && !isOwn
            ? nothing
            : html`<button class="icon bare" aria-label=${remove} @click=${() => this.#remove(key, place)}>
                ${icon('remove', 20)}
              </button>`
        }
      </div>`
  }

  /** What was pressed goes; the hand stays in its row. */
  #retry(key: string, { place, replace }: { place: number; replace: boolean }): void {
    this.#focusRow(place)
    this.uploader.retry(key, replace)
  }

  #remove(key: string, place: number): void {
    this.#focusRow(place + 1 < this.transfers.length ? place + 1 : place - 1)
    void this.#removing.run(() => this.uploader.remove(key))
  }

  /** Before a row changes or goes, for the news of it comes by way of the whole page. */
  #focusRow(place: number): void {
    const button = this.renderRoot.querySelector<HTMLElement>(
      `li:nth-child(${place + 1}) button:last-of-type`,
    )
    const target = button ?? this.renderRoot.querySelector<HTMLElement>('.choose')
    target?.focus()
  }

  #clear(): void {
    this.uploader.clear()
    this.renderRoot.querySelector<HTMLElement>('.choose')?.focus()
  }

  /** What ends is said; how far something is, the bar tells. */
  #announce(): void {
    const before = this.#heard
    this.#heard = new Map(this.transfers.map(({ key, state }) => [key, state]))
    const told = this.transfers.filter(({ key, state, isOwn }) => {
      const was = before?.get(key)
      return isOwn && was !== undefined && was !== state && state !== 'sending' && state !== 'queued'
    })
    if (told.length > 0)
      this.announced = told
        .map((transfer) => {
          const fault = transferFault(transfer, this.say)
          return [`${transfer.name}: ${transferText(transfer, this.say)}`, fault ?? ''].join(' ').trim()
        })
        .join('. ')
  }

  #chosen(event: Event): void {
    const input = event.target as HTMLInputElement
    this.uploader.add(input.files ?? [], this.folder)
    // The same file can be chosen again.
    input.value = ''
  }

  readonly #dragged = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes('Files')) return
    // Without this the browser would open the file in place of the page.
    event.preventDefault()
    event.dataTransfer.dropEffect = 'copy'
    this.over = true
  }

  readonly #left = (event: DragEvent): void => {
    if (event.relatedTarget === null) this.over = false
  }

  readonly #dropped = (event: DragEvent): void => {
    this.over = false
    const files = event.dataTransfer?.files
    if (files === undefined || files.length === 0) return
    event.preventDefault()
    this.uploader.add(files, this.folder)
  }

  get #input(): HTMLInputElement | null {
    return this.renderRoot.querySelector('input')
  }
}

function doneOf({ state, sent, size, progress }: Transfer): number {
  return state === 'importing' ? progress : sent / Math.max(1, size)
}
