import { css, html, LitElement, nothing } from 'lit'
import { type Queue, queueModes, resumePolicies } from '../../src/core/queue.ts'
import { Attempt } from '../attempt.ts'
import { formLook } from '../form-look.ts'
import { icon } from '../icons.ts'
import { segment } from '../path.ts'
import { ask } from '../request.ts'
import { shared } from '../styles.ts'
import type { Say } from '../text.ts'
import { attemptNotice } from './attempt-notice.ts'
import type { Confirm } from './confirm.ts'

const modeWords = {
  finite: ['settings.finite', 'settings.finite-hint'],
  live: ['settings.live', 'settings.live-hint'],
} as const satisfies Record<Queue['mode'], readonly [string, string]>

const resumeWords = {
  resume: ['settings.resume', 'settings.resume-hint'],
  restart: ['settings.restart', 'settings.restart-hint'],
} as const satisfies Record<Queue['resume'], readonly [string, string]>

/** A dialog for how a stream plays, and to delete it. */
export class StreamSettings extends LitElement {
  static override properties = {
    queue: { attribute: false },
    say: { attribute: false },
    shown: { state: true },
  }
  static override styles = [
    shared,
    formLook,
    css`
      :host {
        display: contents;
      }
      .delete {
        color: var(--bad);
      }
    `,
  ]
  declare queue: Queue
  declare say: Say
  /** The stream as it was when the dialog opened: what changes meanwhile does not change under the reader's hand. */
  declare shown: Queue | null
  readonly #attempt = new Attempt(this)

  constructor() {
    super()
    this.shown = null
  }

  async open(): Promise<void> {
    // Another form: what somebody chose and left stands in it no more.
    this.shown = null
    await this.updateComplete
    this.shown = this.queue
    this.#attempt.clear()
    await this.updateComplete
    this.#dialog?.showModal()
  }

  override render() {
    const { say, shown } = this
    return html`<dialog class="box" aria-labelledby="title">
        ${shown === null ? nothing : this.#form(shown, say)}
      </dialog>
      <yoto-confirm .say=${say}></yoto-confirm>`
  }

  #form(shown: Queue, say: Say) {
    return html`<form @submit=${(event: SubmitEvent) => this.#save(event, shown)} @input=${this.#attempt.touched}>
      <div class="body">
        <h3 id="title">${say('settings.title', { stream: shown.title })}</h3>
        <fieldset>
          <legend>${say('settings.order')}</legend>
          ${check('loop', shown.loop, [say('settings.loop'), say('settings.loop-hint')])}
          ${check('shuffle', shown.shuffle, [say('settings.shuffle'), say('settings.shuffle-hint')])}
        </fieldset>
        <fieldset>
          <legend>${say('settings.begins')}</legend>
          ${resumePolicies.map((policy) => {
            const [words, hint] = resumeWords[policy]
            return radio('resume', { value: policy, chosen: shown.resume, words: [say(words), say(hint)] })
          })}
        </fieldset>
        <fieldset>
          <legend>${say('settings.mode')}</legend>
          ${queueModes.map((mode) => {
            const [words, hint] = modeWords[mode]
            return radio('mode', { value: mode, chosen: shown.mode, words: [say(words), say(hint)] })
          })}
        </fieldset>
        <div>
          <button type="button" class="delete" @click=${() => this.#askToDelete(shown)}>
            ${icon('remove', 20)}${say('settings.delete')}
          </button>
        </div>
      </div>
      <footer>
        ${attemptNotice(this.#attempt, say)}
        <div class="acts">
          <button type="button" @click=${this.#close}>${say('form.cancel')}</button>
          <button class="main" aria-disabled=${this.#attempt.blocked}>${say('form.save')}</button>
        </div>
      </footer>
    </form>`
  }

  async #save(event: SubmitEvent, shown: Queue): Promise<void> {
    const done = await this.#attempt.submit(event, async (form) => {
      const changes = changesOf(shown, form)
      if (Object.keys(changes).length > 0) await ask('PUT', `streams/${segment(shown.name)}`, changes)
    })
    if (done) this.#close()
  }

  #askToDelete({ name, title }: Queue): void {
    const { say } = this
    void this.renderRoot.querySelector<Confirm>('yoto-confirm')?.ask({
      title: say('settings.delete-title', { stream: title }),
      text: say('settings.delete-text', { name }),
      yes: say('file.delete'),
      act: () => ask('DELETE', `streams/${segment(name)}`),
      after: () => this.#close(),
    })
  }

  #close(): void {
    this.#dialog?.close()
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog')
  }
}

/** Only what was changed: the rest may be another by now. */
function changesOf(
  shown: Queue,
  form: FormData,
): Partial<Pick<Queue, 'loop' | 'shuffle' | 'resume' | 'mode'>> {
  const chosen = {
    loop: form.has('loop'),
    shuffle: form.has('shuffle'),
    resume: resumePolicies.find((policy) => policy === form.get('resume')) ?? shown.resume,
    mode: queueModes.find((mode) => mode === form.get('mode')) ?? shown.mode,
  }
  return {
    ...(chosen.loop === shown.loop ? {} : { loop: chosen.loop }),
    ...(chosen.shuffle === shown.shuffle ? {} : { shuffle: chosen.shuffle }),
    ...(chosen.resume === shown.resume ? {} : { resume: chosen.resume }),
    ...(chosen.mode === shown.mode ? {} : { mode: chosen.mode }),
  }
}

type Words = readonly [words: string, hint: string]

function check(name: string, checked: boolean, [words, hint]: Words) {
  return html`<label class="choice">
    <input type="checkbox" name=${name} ?checked=${checked} />
    <span>${words}<span class="quiet">${hint}</span></span>
  </label>`
}

function radio(
  name: string,
  { value, chosen, words: [words, hint] }: { value: string; chosen: string; words: Words },
) {
  return html`<label class="choice">
    <input type="radio" name=${name} value=${value} ?checked=${value === chosen} />
    <span>${words}<span class="quiet">${hint}</span></span>
  </label>`
}
