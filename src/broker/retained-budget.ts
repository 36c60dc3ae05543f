const mostTopics = 20_000
const mostBytes = 64 * 1024 * 1024

/** How much others may leave retained on the embedded broker, which keeps it in the product's own memory. */
export class RetainedBudget {
  readonly #sizes = new Map<string, number>()
  #bytes = 0

  /** Whether it may be kept; it counts as kept then. An empty one is taken away, as MQTT has it. */
  mayKeep(topic: string, payloadBytes: number): boolean {
    const before = this.#sizes.get(topic)
    if (payloadBytes === 0) {
      this.#sizes.delete(topic)
      this.#bytes -= before ?? 0
      return true
    }
    const bytes = Buffer.byteLength(topic) + payloadBytes
    const total = this.#bytes - (before ?? 0) + bytes
    if (total > mostBytes || (before === undefined && this.#sizes.size >= mostTopics)) return false
    this.#sizes.set(topic, bytes)
    this.#bytes = total
    return true
  }
}
