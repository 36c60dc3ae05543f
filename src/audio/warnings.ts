import type { Log } from '../core/log.ts'

/** Warns of a thing once, until it is well again or something else is wrong with it. */
export class Warnings {
  readonly #log: Log
  readonly #said = new Map<string, string>()

  constructor(log: Log) {
    this.#log = log
  }

  /** `about`: the thing, which is not said. */
  warn(about: string, message: string, detail: Readonly<Record<string, string>>): void {
    const line = `${message} ${detail.reason ?? ''}`
    if (this.#said.get(about) === line) return
    this.#said.set(about, line)
    this.#log.warn(message, detail)
  }

  well(about: string): void {
    this.#said.delete(about)
  }
}
