import { css, html, LitElement, nothing, type PropertyValues } from 'lit'
import { Attempt } from '../attempt.ts'
import { formLook } from '../form-look.ts'
import { cleanLibrary, type FilesAndBytes, fetchDisk, type LibraryDisk } from '../library.ts'
import { Reading } from '../reading.ts'
import { Said } from '../said.ts'
import { sizeText } from '../size.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import { attemptNotice } from './attempt-notice.ts'

// The product looks at every file for it.
const newsMs = 10_000

/** How much room the library takes, and for those who decide a way to have some of it back. */
export class LibraryDiskLine extends LitElement {
  static override properties = {
    decides: { type: Boolean },
    news: { type: Number },
    say: { attribute: false },
  }
  static override styles = [
    shared,
    formLook,
    css`
      .card {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 0.75rem 1.5rem;
        padding: 0.9rem 1.1rem;
      }
      .room {
        flex: 1 1 18rem;
      }
      h3 {
        font-size: 1rem;
      }
      .wrong {
        margin-top: 0.75rem;
      }
    `,
  ]
  declare decides: boolean
  /** Another number each time the product tells that something is new. */
  declare news: number
  declare say: Say
  readonly #reading = new Reading(this, fetchDisk)
  readonly #cleaning = new Attempt(this)
  readonly #said = new Said(this)
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor() {
    super()
    this.decides = false
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has('news') || changed.get('news') === undefined) return
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      void this.read()
    }, newsMs)
  }

  read(): Promise<void> {
    return this.#reading.read()
  }

  override render() {
    const { say } = this
    const { value } = this.#reading
    return html`<section aria-labelledby="room">
      <div class="card">
        <div class="room">
          <h3 id="room">${say('library.room')}</h3>
          <p class="quiet">${value === null ? nothing : this.#words(value)}</p>
        </div>
        ${
          this.decides
            ? html`<button aria-disabled=${this.#cleaning.blocked} @click=${this.#clean}>${say('library.clean')}</button>`
            : nothing
        }
      </div>
      ${attemptNotice(this.#reading, say)} ${attemptNotice(this.#cleaning, say)} ${this.#said.render()}
    </section>`
  }

  #words({ originals, results, covers, uploads, orphans, free }: LibraryDisk): string {
    const { say } = this
    const size = ({ bytes }: FilesAndBytes) => sizeText(bytes, say.locale)
    const spaces = [free.media, free.data].filter((bytes) => bytes !== null)
    return [
      say('library.originals', { size: size(originals) }),
      say('library.results', { size: size(sum(results, covers)) }),
      ...(uploads.bytes === 0 ? [] : [say('library.unfinished', { size: size(uploads) })]),
      ...(orphans === null || orphans.bytes === 0 ? [] : [say('library.orphans', { size: size(orphans) })]),
      ...(spaces.length === 0
        ? []
        : [say('library.free', { size: sizeText(Math.min(...spaces), say.locale) })]),
    ].join(' · ')
  }

  async #clean(): Promise<void> {
    const { say } = this
    await this.#cleaning.run(async () => {
      const { files, bytes } = await cleanLibrary()
      const size = sizeText(bytes, say.locale)
      const words = files === 1 ? 'library.cleaned-one' : 'library.cleaned'
      this.#said.say(files === 0 ? say('library.clean-already') : say(words, { count: files, size }))
    })
    await this.read()
  }
}

function sum(one: FilesAndBytes, other: FilesAndBytes): FilesAndBytes {
  return { files: one.files + other.files, bytes: one.bytes + other.bytes }
}
