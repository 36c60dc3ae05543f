import { css, html, LitElement, nothing, type PropertyValues } from 'lit'
import { live } from 'lit/directives/live.js'
import { Attempt, faultText } from '../attempt.ts'
import { formLook } from '../form-look.ts'
import { RuleDraft } from '../rule-draft.ts'
import { stateText } from '../rule-words.ts'
import { formatRules } from '../rules.ts'
import { Said } from '../said.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import { attemptNotice } from './attempt-notice.ts'
import type { Confirm } from './confirm.ts'
import { findingList, findingLook } from './finding-list.ts'
import { rulesLook } from './rules-look.ts'

/**
 * The text of a rule file, checked while somebody types; fires `rules-changed` once it is saved, and `close`.
 * A file with errors can be saved too: its last good version runs on.
 */
export class RuleEditor extends LitElement {
  static override properties = {
    file: {},
    zone: {},
    say: { attribute: false },
  }
  static override styles = [
    shared,
    formLook,
    rulesLook,
    findingLook,
    css`
      .field textarea {
        min-height: min(28rem, 60vh);
        padding: 0.75rem 0.9rem;
        border-radius: 12px;
        font: 0.875rem / 1.5 ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
        white-space: pre;
        overflow: auto;
        resize: vertical;
        tab-size: 2;
      }
      /* Phones zoom into fields with smaller letters, and do not come back. */
      @media (pointer: coarse) {
        .field textarea {
          font-size: 1rem;
        }
      }
      h3 {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 0.6rem;
      }
    `,
  ]
  declare file: string
  declare zone: string | null
  declare say: Say
  readonly #draft = new RuleDraft(this)
  readonly #asking = new Attempt(this, (error) =>
    error.status === 412 || error.status === 409 ? { words: this.say('rules.stale'), fields: [] } : null,
  )
  readonly #said = new Said(this)

  constructor() {
    super()
    this.zone = null
  }

  /** Whether it holds what is not in the file. */
  get isUnsaved(): boolean {
    return this.#draft.isUnsaved
  }

  override focus(): void {
    const area = this.renderRoot.querySelector<HTMLElement>('textarea')
    ;(area ?? this.renderRoot.querySelector<HTMLElement>('h3'))?.focus()
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('file')) void this.#open()
  }

  override render() {
    const { say, file } = this
    const { text, isUnsaved } = this.#draft
    return html`<section aria-labelledby="title">
      <div class="card part">
        <h3 id="title" tabindex="-1">
          ${say('rules.editing', { file })}
          ${isUnsaved ? html`<span class="badge held">${say('rules.unsaved')}</span>` : nothing}
        </h3>
        ${text === null ? nothing : this.#form(text)} ${attemptNotice(this.#asking, say)} ${this.#acts()}
        ${text === null ? nothing : this.#findings()}
      </div>
      ${this.#said.render()}
      <yoto-confirm .say=${say}></yoto-confirm>
    </section>`
  }

  #form(text: string) {
    return html`<div class="field">
      <label for="text">${this.say('rules.text')}</label>
      <textarea
        id="text"
        wrap="off"
        spellcheck="false"
        autocapitalize="off"
        autocomplete="off"
        autocorrect="off"
        .value=${live(text)}
        @input=${this.#type}
      ></textarea>
    </div>`
  }

  #acts() {
    const { say } = this
    const { text, isUnsaved } = this.#draft
    const { blocked } = this.#asking
    if (text === null)
      return html`<div class="acts"><button @click=${this.#close}>${say('rules.close')}</button></div>`
    return html`<div class="acts">
      <button class="main" aria-disabled=${blocked || !isUnsaved} @click=${this.#save}>${say('form.save')}</button>
      <button aria-disabled=${blocked} @click=${this.#format}>${say('rules.format')}</button>
      ${isUnsaved ? html`<button @click=${this.#askToDiscard}>${say('rules.discard')}</button>` : nothing}
      <button @click=${this.#close}>${say('rules.close')}</button>
    </div>`
  }

  #findings() {
    const { say } = this
    const { findings, checkFault } = this.#draft
    const words =
      checkFault !== null
        ? faultText(checkFault, say)
        : findings === null
          ? say('rules.checking')
          : findings.length === 0
            ? say('rules.nothing-found')
            : say('rules.found', { count: findings.length })
    return html`<p class="quiet" role="status">${words}</p>
      ${findings === null || findings.length === 0 ? nothing : findingList(findings, say)}`
  }

  async #open(): Promise<void> {
    const { file } = this
    await this.#asking.run(() => this.#draft.open(file))
    await this.updateComplete
    this.focus()
  }

  #type({ target }: Event): void {
    if (!(target instanceof HTMLTextAreaElement)) return
    this.#asking.touched()
    this.#draft.type(target.value)
  }

  async #save(): Promise<void> {
    if (!this.#draft.isUnsaved) return
    await this.#asking.run(async () => {
      const saved = await this.#draft.save()
      const { say, zone } = this
      this.#said.say(say('rules.saved', { state: stateText(saved, { zone, say, now: new Date() }) }))
      this.dispatchEvent(new CustomEvent('rules-changed'))
    })
  }

  async #format(): Promise<void> {
    const { text } = this.#draft
    if (text === null) return
    await this.#asking.run(async () => {
      const formatted = await formatRules(text)
      // Whoever has typed on meanwhile keeps that.
      if (this.#draft.text === text) this.#draft.type(formatted)
    })
  }

  #askToDiscard(): void {
    const { say, file } = this
    this.#ask(say('rules.discard-title', { file }), {
      yes: say('rules.discard'),
      act: () => this.#draft.open(file),
      after: () => {
        this.#asking.clear()
        this.focus()
      },
    })
  }

  /** Asks first where something is unsaved; `leave` follows when it may be lost. */
  askToLeave(leave: () => void): void {
    const { say, file } = this
    if (!this.isUnsaved) {
      leave()
      return
    }
    this.#ask(say('rules.leave-title', { file }), {
      yes: say('rules.leave'),
      act: async () => this.#draft.forget(),
      after: leave,
    })
  }

  #ask(title: string, deed: { yes: string; act: () => Promise<void>; after: () => void }): void {
    const text = this.say('rules.lose-text')
    void this.renderRoot.querySelector<Confirm>('yoto-confirm')?.ask({ title, text, ...deed })
  }

  #close(): void {
    this.askToLeave(() => this.dispatchEvent(new CustomEvent('close')))
  }
}
