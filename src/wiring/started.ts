import { messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'

interface Part {
  readonly name: string
  stop(): unknown
}

/** What has been started, so that it can be stopped in the reverse order. */
export class Started {
  readonly #parts: Part[] = []
  readonly #log: Log
  #stopping: Promise<void> | undefined

  constructor(log: Log) {
    this.#log = log
  }

  /** Notes a part that has started; hands it back. `name` tells the log which one would not stop. */
  add<Started extends { stop(): unknown }>(name: string, part: Started): Started {
    this.#parts.push({ name, stop: () => part.stop() })
    return part
  }

  /** One part that fails to stop does not keep the others running; a second call waits for the first. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll()
    return this.#stopping
  }

  async #stopAll(): Promise<void> {
    for (const part of this.#parts.splice(0).reverse()) {
      try {
        await part.stop()
      } catch (error) {
        this.#log.error(`${part.name} did not stop cleanly`, { error: messageOf(error) })
      }
    }
  }
}
