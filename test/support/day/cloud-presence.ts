import type { JsonObject } from '../../../src/core/json.ts'
import type { Lateness } from './lateness.ts'

interface CloudPresenceParts {
  readonly lateness: Lateness
  readonly now: () => Date
  /** How many calls of REST had a fault by now. */
  readonly faults: () => number
}

/** When the product is connected to the cloud, by what it tells on the broker of the house, and when it could be. */
export class CloudPresence {
  readonly #parts: CloudPresenceParts
  #diedAtMs: number | undefined
  #over: { readonly atMs: number; readonly faults: number } | undefined
  /** Since when the product knows of no connection; null while there is one. */
  awaySinceMs: number | null
  connections = 0
  connectedMs = 0
  /** For how long in all the product knew of none. */
  awayMs = 0
  readonly foundOutMs: number[] = []
  readonly againMs: number[] = []

  constructor(parts: CloudPresenceParts) {
    this.#parts = parts
    this.awaySinceMs = this.#nowMs
  }

  get isConnected(): boolean {
    return this.awaySinceMs === null
  }

  /** The network died without a word. */
  died(): void {
    this.#diedAtMs = this.#nowMs
    this.#parts.lateness.connected = { is: false, at: this.#parts.now() }
  }

  /** An outage is over. */
  over(): void {
    this.#over = { atMs: this.#nowMs, faults: this.#parts.faults() }
  }

  /** Nobody can say from now on how long it takes after the last outage: nobody is signed in. */
  forgetOutage(): void {
    this.#over = undefined
  }

  informed({ cloud_connected }: JsonObject): void {
    const is = cloud_connected === true
    if (is === this.isConnected) return
    if (is) this.#came()
    else this.#went()
    this.#parts.lateness.connected = { is, at: this.#parts.now() }
  }

  #came(): void {
    const { faults } = this.#parts
    this.connections++
    this.connectedMs = this.#nowMs
    const awaySinceMs = this.awaySinceMs ?? this.#nowMs
    this.awayMs += this.#nowMs - awaySinceMs
    this.awaySinceMs = null
    // Whoever gets no token cannot connect.
    if (this.#over?.faults === faults())
      this.againMs.push(this.#nowMs - Math.max(this.#over.atMs, awaySinceMs))
    this.#over = undefined
  }

  #went(): void {
    this.awaySinceMs = this.#nowMs
    if (this.#diedAtMs !== undefined) this.foundOutMs.push(this.#nowMs - this.#diedAtMs)
    this.#diedAtMs = undefined
  }

  get #nowMs(): number {
    return this.#parts.now().getTime()
  }
}
