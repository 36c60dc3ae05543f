import { Attempt } from './attempt.ts'

/** A list that an element reads when it comes before somebody's eyes, and again when it is asked to. */
export class Reading<Value> extends Attempt {
  /** Null until it was read. */
  value: Value | null = null
  readonly #fetch: () => Promise<Value>

  constructor(host: ConstructorParameters<typeof Attempt>[0], fetch: () => Promise<Value>) {
    super(host)
    this.#fetch = fetch
  }

  hostConnected(): void {
    void this.read()
  }

  /** Resolves when it is read, or when that failed; what was read before stays then. */
  async read(): Promise<void> {
    await this.run(async () => {
      this.value = await this.#fetch()
    })
  }
}
