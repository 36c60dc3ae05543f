import { html, LitElement, nothing, type PropertyValues } from 'lit'
import type { Queue } from '../../src/core/queue.ts'
import { Attempt } from '../attempt.ts'
import { type Fact, mainFacts, moreFacts } from '../file-facts.ts'
import { userTexts } from '../file-words.ts'
import { formLook } from '../form-look.ts'
import { icon } from '../icons.ts'
import { importingText, refusedText } from '../importing.ts'
import {
  appendTo,
  audioUrl,
  coverUrl,
  deleteFile,
  fetchFile,
  type LibraryDetails,
  loveFile,
} from '../library.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import { attemptNotice } from './attempt-notice.ts'
import { chapterList } from './chapter-list.ts'
import type { Confirm } from './confirm.ts'
import { libraryFileLook } from './library-file-look.ts'

// More of them would hide what else there is to see.
const shownUsers = 20

/** A dialog with all that is known of a file. Fires `file-deleted` with its title. */
export class LibraryFile extends LitElement {
  static override properties = {
    queues: { attribute: false },
    news: { type: Number },
    say: { attribute: false },
    file: { state: true },
    added: { state: true },
  }
  static override styles = [shared, formLook, libraryFileLook]
  declare queues: ReadonlyMap<string, Queue>
  /** Another number each time the product tells that something is new. */
  declare news: number
  declare say: Say
  /** Null until it is read. */
  declare file: LibraryDetails | null
  /** What was added to which stream, in words. */
  declare added: string
  #id: string | null = null
  readonly #reading = new Attempt(this)
  readonly #adding = new Attempt(this)
  readonly #loving = new Attempt(this)

  constructor() {
    super()
    this.file = null
    this.added = ''
  }

  async open(id: string): Promise<void> {
    this.#id = id
    this.file = null
    this.added = ''
    this.#adding.clear()
    this.#loving.clear()
    this.#reading.clear()
    this.#dialog?.showModal()
    await this.#read()
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('news') && this.#dialog?.open === true) void this.#read()
  }

  override render() {
    const { say, file } = this
    return html`<dialog class="box" aria-labelledby="title" @close=${this.#closed}>
        <header>
          <h3 id="title" tabindex="-1">${file?.title ?? say('picker.loading')}</h3>
          ${file?.state === 'ready' ? this.#heart(file) : nothing}
          <button class="icon bare" autofocus aria-label=${say('picker.close')} @click=${this.#close}>
            ${icon('remove')}
          </button>
        </header>
        <div class="body">${attemptNotice(this.#reading, say)} ${attemptNotice(this.#loving, say)} ${file === null ? nothing : this.#details(file)}</div>
        ${file === null ? nothing : this.#footer(file)}
      </dialog>
      <yoto-confirm .say=${say}></yoto-confirm>`
  }

  #heart(file: LibraryDetails) {
    const { say } = this
    return html`<button
      class="icon bare heart"
      aria-label=${say('file.loved')}
      aria-pressed=${file.loved}
      aria-disabled=${this.#loving.blocked}
      @click=${() => this.#love(file)}
    >
      ${icon(file.loved ? 'loved' : 'heart')}
    </button>`
  }

  #details(file: LibraryDetails) {
    const { say } = this
    const { id, cover, state, progress, warnings } = file
    return html`<div class="top">
        ${cover ? html`<img src=${coverUrl(id)} alt=${say('file.cover')} width="112" height="112" />` : nothing}
        <div class="what">
          ${state === 'refused' ? html`<p class="reason">${refusedText(file, say)}</p>` : nothing}
          ${state === 'importing' ? html`<p>${importingText(progress, say)}</p>` : nothing}
          <dl>${facts(mainFacts(file, say))}</dl>
        </div>
      </div>
      ${
        state === 'ready'
          ? html`<yoto-preview .src=${audioUrl(id)} .label=${say('stream.listen', { stream: file.title })}></yoto-preview>`
          : nothing
      }
      ${
        warnings.length === 0
          ? nothing
          : html`<ul class="warnings" aria-label=${say('file.warnings')}>
              ${warnings.map((warning) => html`<li>${icon('warning', 18)}<span>${warning}</span></li>`)}
            </ul>`
      }
      ${this.#parts(file)}
      <dl>${facts(moreFacts(file, say))}</dl>
      ${this.#users(file)}`
  }

  #parts(file: LibraryDetails) {
    const { say } = this
    const canBeQueued = this.queues.size > 0
    return chapterList(file, {
      say,
      isBusy: this.#adding.blocked,
      add: canBeQueued ? (part) => void this.#adding.run(() => this.#append(this.#stream, part)) : null,
    })
  }

  #users({ users }: LibraryDetails) {
    const { say } = this
    const texts = userTexts(users, say)
    if (texts.length === 0) return html`<p class="quiet">${say('file.unused')}</p>`
    const more = texts.length - shownUsers
    return html`<div>
      <h4>${say('file.users')}</h4>
      <ul class="users" role="list">
        ${texts.slice(0, shownUsers).map((text) => html`<li>${text}</li>`)}
        ${more > 0 ? html`<li class="quiet">${say('file.users-more', { count: more })}</li>` : nothing}
      </ul>
    </div>`
  }

  #footer(file: LibraryDetails) {
    const { say, queues } = this
    const canBeQueued = file.state !== 'refused'
    return html`<footer>
      ${attemptNotice(this.#adding, say)}
      <p class="quiet" role="status">${this.added}</p>
      <div class="deeds">
        ${canBeQueued && queues.size > 0 ? this.#addForm(file) : nothing}
        ${
          file.folder === 'media'
            ? html`<button class="delete" @click=${() => this.#askToDelete(file)}>${icon('remove', 20)}${say('file.delete')}</button>`
            : html`<p class="quiet">${say('file.by-hand')}</p>`
        }
      </div>
    </footer>`
  }

  #addForm(file: LibraryDetails) {
    const { say, queues } = this
    return html`<form class="add" @submit=${(event: SubmitEvent) => this.#add(event, file)}>
      <select name="stream" aria-label=${say('file.which-stream')}>
        ${[...queues.values()].map(({ name, title }) => html`<option value=${name}>${title}</option>`)}
      </select>
      <button class="main" aria-disabled=${this.#adding.blocked}>${icon('plus', 20)}${say('file.add')}</button>
    </form>`
  }

  async #read(): Promise<void> {
    const id = this.#id
    if (id === null) return
    await this.#reading.run(async () => {
      const file = await fetchFile(id)
      // Meanwhile somebody may have opened another.
      if (id === this.#id) this.file = file
    })
  }

  async #love({ id, loved }: LibraryDetails): Promise<void> {
    if (this.#loving.blocked) return
    await this.#loving.run(() => loveFile(id, !loved))
    await this.#read()
  }

  async #add(event: SubmitEvent, file: LibraryDetails): Promise<void> {
    await this.#adding.submit(event, (form) => this.#append(String(form.get('stream')), file))
  }

  async #append(name: string, { file, title }: Pick<LibraryDetails, 'file' | 'title'>): Promise<void> {
    this.added = ''
    await appendTo(name, file)
    const stream = this.queues.get(name)?.title ?? name
    this.added = this.say('file.added-to', { title, stream })
    await this.#read()
  }

  /** The one that is chosen at the foot. */
  get #stream(): string {
    return this.renderRoot.querySelector<HTMLSelectElement>('.add select')?.value ?? ''
  }

  #askToDelete(file: LibraryDetails): void {
    const { say } = this
    const { title } = file
    this.#ask({
      title: say('file.delete-title', { title }),
      text: say('file.delete-text', { file: file.file }),
      yes: say('file.delete'),
      act: () => this.#delete(file, false),
    })
  }

  /** What names the file is in the way; then it is asked once more. */
  async #delete(file: LibraryDetails, force: boolean): Promise<void> {
    const { say } = this
    const { id, title } = file
    const users = await deleteFile(id, force)
    if (users === null) {
      this.#confirm?.close()
      this.#close()
      this.dispatchEvent(new CustomEvent('file-deleted', { detail: { title } }))
      return
    }
    const texts = userTexts(users, say)
    const more = texts.length - shownUsers
    const named = [
      ...texts.slice(0, shownUsers),
      ...(more > 0 ? [say('file.users-more', { count: more })] : []),
    ]
    this.#ask({
      title: say('file.used-title', { title }),
      text: say('file.used-text', { users: named.join(', ') }),
      yes: say('file.delete-anyway'),
      act: () => this.#delete(file, true),
    })
  }

  #ask(question: Parameters<Confirm['ask']>[0]): void {
    void this.#confirm?.ask(question)
  }

  #close(): void {
    this.#dialog?.close()
  }

  /** By Escape too. Nothing plays on that nobody sees any more. */
  #closed(): void {
    this.#id = null
    this.file = null
  }

  get #confirm(): Confirm | null {
    return this.renderRoot.querySelector<Confirm>('yoto-confirm')
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog')
  }
}

function facts(all: readonly Fact[]) {
  return all.map(
    ([label, value]) =>
      html`<dt>${label}</dt>
        <dd>${value}</dd>`,
  )
}
