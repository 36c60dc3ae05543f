import { css, html, LitElement, type PropertyValues } from 'lit'
import { isStreamName, type Queue, streamNamePattern } from '../../src/core/queue.ts'
import { asciiWordOf } from '../../src/core/slug.ts'
import type { LibraryEntry } from '../../src/http/api/library.ts'
import { Attempt } from '../attempt.ts'
import { formLook } from '../form-look.ts'
import { icon } from '../icons.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import { fire } from '../wish.ts'
import { attemptNotice } from './attempt-notice.ts'
import type { LibraryPicker } from './library-picker.ts'

/** Makes a stream: asks for its name, then for the first of what it plays, for a stream begins with that. */
export class NewStream extends LitElement {
  static override properties = {
    queues: { attribute: false },
    library: { attribute: false },
    say: { attribute: false },
    wished: { state: true },
  }
  static override styles = [
    shared,
    formLook,
    css`
      :host {
        display: contents;
      }
    `,
  ]
  declare queues: ReadonlyMap<string, Queue>
  declare library: readonly LibraryEntry[] | null
  declare say: Say
  /** The name it is to have. */
  declare wished: string
  readonly #attempt = new Attempt(this)

  constructor() {
    super()
    this.wished = ''
  }

  override render() {
    const { say, wished } = this
    const isWrong = this.#attempt.fields.includes('name')
    return html`<button @click=${this.#open}>${icon('plus', 20)}${say('stream.new')}</button>
      <dialog class="box" aria-labelledby="title">
        <form novalidate autocomplete="off" @submit=${this.#named} @input=${this.#attempt.touched}>
          <div class="body">
            <h3 id="title">${say('stream.new')}</h3>
            <div class="field">
              <label for="name">${say('stream.name')}</label>
              <input
                id="name"
                name="name"
                required
                autofocus
                maxlength="64"
                autocapitalize="none"
                spellcheck="false"
                aria-describedby="hint"
                aria-invalid=${isWrong}
                .value=${wished}
                @input=${this.#typed}
              />
              <p id="hint" class="quiet">${say('stream.name-hint')}</p>
            </div>
          </div>
          <footer>
            ${attemptNotice(this.#attempt, say)}
            <div class="acts">
              <button type="button" @click=${this.#close}>${say('form.cancel')}</button>
              <button class="main">${say('stream.choose-audio')}</button>
            </div>
          </footer>
        </form>
      </dialog>
      <yoto-library-picker
        .heading=${say('picker.title', { stream: wished })}
        .library=${this.library}
        .say=${say}
        @files-chosen=${(event: CustomEvent<readonly string[]>) =>
          fire(this, { kind: 'append', stream: wished, files: event.detail })}
      ></yoto-library-picker>`
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('wished') || changed.has('queues')) this.#input?.setCustomValidity(this.#faultOf())
  }

  #faultOf(): string {
    const { say, wished, queues } = this
    if (wished === '') return ''
    if (queues.has(wished)) return say('stream.taken', { name: wished })
    if (!streamNamePattern.test(wished)) return say('stream.bad-name')
    const word = asciiWordOf(wished)
    const alike = [...queues.keys()].find((name) => asciiWordOf(name) === word)
    if (alike !== undefined) return say('stream.alike', { name: wished, other: alike, word })
    return isStreamName(wished) ? '' : say('stream.reserved', { name: wished })
  }

  readonly #typed = (event: Event): void => {
    this.wished = (event.target as HTMLInputElement).value.normalize('NFC')
  }

  readonly #open = (): void => {
    this.wished = ''
    this.#attempt.clear()
    this.#dialog?.showModal()
  }

  readonly #close = (): void => {
    this.#dialog?.close()
  }

  readonly #named = async (event: SubmitEvent): Promise<void> => {
    const isNamed = await this.#attempt.submit(event, async () => undefined)
    if (!isNamed) return
    this.#close()
    this.renderRoot.querySelector<LibraryPicker>('yoto-library-picker')?.open()
  }

  get #input(): HTMLInputElement | null {
    return this.renderRoot.querySelector('#name')
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog')
  }
}
