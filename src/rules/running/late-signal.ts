import { setMaxListeners } from 'node:events'

/**
 * An AbortController whose signal is made when somebody first asks for it: of most runs and actions nobody ever listens for
 * the end, and a signal is among the largest things that one of them leaves to be collected.
 */
export class LateSignal {
  #controller: AbortController | null = null
  #end: { readonly reason: unknown } | null = null

  get aborted(): boolean {
    return this.#end !== null
  }

  /** The same each time; aborted already where that has happened before. */
  get signal(): AbortSignal {
    this.#controller ??= this.#made()
    return this.#controller.signal
  }

  /** The first reason is the one that holds, as with an AbortController. */
  abort(reason: unknown): void {
    if (this.#end !== null) return
    this.#end = { reason }
    this.#controller?.abort(reason)
  }

  /** @throws the reason where it is aborted. */
  throwIfAborted(): void {
    if (this.#end !== null) throw this.#end.reason
  }

  #made(): AbortController {
    const controller = new AbortController()
    // As many strands may wait as their author likes; to Node more than ten are a leak, of which it warns.
    setMaxListeners(0, controller.signal)
    if (this.#end !== null) controller.abort(this.#end.reason)
    return controller
  }
}
