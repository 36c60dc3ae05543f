import { html, nothing, type ReactiveController, type ReactiveControllerHost } from 'lit'
import { icon } from './icons.ts'

const shownMs = 8000

/** A word that something was done. It takes nothing from anybody and goes by itself. */
export class Said implements ReactiveController {
  readonly #host: ReactiveControllerHost
  #words: string | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(host: ReactiveControllerHost) {
    this.#host = host
    host.addController(this)
  }

  say(words: string | null): void {
    clearTimeout(this.#timer)
    this.#words = words
    if (words !== null) this.#timer = setTimeout(() => this.say(null), shownMs)
    this.#host.requestUpdate()
  }

  hostDisconnected(): void {
    this.say(null)
  }

  /** Looks as `formLook` says. */
  render() {
    const words = this.#words
    return html`<div class="said" role="status">${
      words === null ? nothing : html`<p class="done">${icon('done', 20)}<span>${words}</span></p>`
    }</div>`
  }
}
