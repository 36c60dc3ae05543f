import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { checkRuleFile, type RuleFileView, type RuleFinding, readRuleFile, writeRuleFile } from './rules.ts'

// As long as somebody types without a pause, nothing is checked.
const pauseMs = 500

/** The text of a rule file in somebody's hands, and what there would be to say of it. */
export class RuleDraft implements ReactiveController {
  /** Null until it was read. */
  text: string | null = null
  /** Of the text as it is; null while it is not known. */
  findings: readonly RuleFinding[] | null = null
  /** Why it could not be checked. */
  checkFault: unknown = null
  readonly #host: ReactiveControllerHost
  #file = ''
  #saved: { readonly text: string; readonly etag: string } | null = null
  /** Counts what was begun: an answer about an earlier text is not told. */
  #turn = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(host: ReactiveControllerHost) {
    this.#host = host
    host.addController(this)
  }

  hostConnected(): void {
    window.addEventListener('beforeunload', this.#leaving)
  }

  hostDisconnected(): void {
    window.removeEventListener('beforeunload', this.#leaving)
    clearTimeout(this.#timer)
    this.#turn++
  }

  /** Whether it holds what is not in the file. */
  get isUnsaved(): boolean {
    return this.#saved !== null && this.text !== this.#saved.text
  }

  /** Reads the file as it is now, in place of what was there. */
  async open(file: string): Promise<void> {
    if (file !== this.#file) this.forget()
    this.#file = file
    const { text, etag } = await readRuleFile(file)
    if (file !== this.#file) return
    // A text area knows but one kind of line break.
    const shown = text.replaceAll(/\r\n?/g, '\n')
    this.#saved = { text: shown, etag }
    this.text = shown
    await this.#check()
  }

  type(text: string): void {
    if (text === this.text) return
    this.text = text
    this.findings = null
    this.checkFault = null
    this.#turn++
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#check(), pauseMs)
    this.#host.requestUpdate()
  }

  /** @throws RequestError 412 where somebody changed the file meanwhile. */
  async save(): Promise<RuleFileView> {
    const { text } = this
    if (text === null || this.#saved === null) throw new Error('there is nothing to save')
    const written = await writeRuleFile(this.#file, { text, etag: this.#saved.etag })
    this.#saved = { text, etag: written.etag ?? '' }
    this.#host.requestUpdate()
    return written
  }

  /** What was typed may be lost. */
  forget(): void {
    this.#turn++
    clearTimeout(this.#timer)
    this.#saved = null
    this.text = null
    this.findings = null
    this.#host.requestUpdate()
  }

  async #check(): Promise<void> {
    clearTimeout(this.#timer)
    const turn = ++this.#turn
    try {
      const findings = await checkRuleFile(this.#file, this.text ?? '')
      if (turn !== this.#turn) return
      this.findings = findings
      this.checkFault = null
    } catch (error) {
      if (turn !== this.#turn) return
      this.checkFault = error
    }
    this.#host.requestUpdate()
  }

  /** The browser asks whether what was typed may be lost. */
  readonly #leaving = (event: BeforeUnloadEvent): void => {
    if (this.isUnsaved) event.preventDefault()
  }
}
