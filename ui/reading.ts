import { Attempt } from './attempt.ts'

/** A list that an element reads when it comes before somebody's eyes, and again when it is asked to. */
export class Reading<Value> extends Attempt {
  /** Null until it was read. */
  value: Value | null = null
  readonly #fetch: () => Promise<Value>
  /** What is read now, or waits to be, may be older than what was asked for last. */
  #wanted = false

  constructor(host: ConstructorParameters<typeof Attempt>[0], fetch: () => Promise<Value>) {
    super(host)
    this.#fetch = fetch
  }

  hostConnected(): void {
    void this.read()
  }

  /** Reads as soon as that can be, once for all who ask meanwhile. What was read before stays where it fails. */
  async read(): Promise<void> {
    this.#wanted = true
    while (this.#wanted && !this.blocked) {
      this.#wanted = false
      await this.run(async () => {
        this.value = await this.#fetch()
      })
      // Nobody can press a button to have a list read again.
      if (this.waitS > 0) this.#wanted = true
    }
  }

  protected override waitOver(): void {
    void this.read()
  }
}
