import { Type } from 'typebox'
import type { Clock } from '../../core/clock.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import { request } from './request.ts'

// Brokers and their clients take less than the 256 MB of the standard; ours takes 1 MB.
const largestBytes = 256 * 1024
const goodForMs = 1000

export const diagnostics = request({
  describe:
    'What runs, what is wrong and what happened last, without secrets: the file of `GET /api/diagnostics`, with fewer of its events where it would be larger than 256 KiB.',
  body: Type.Object({}, { additionalProperties: false }),
  answer: (_body, ports) => ports.diagnostics(),
})

interface DiagnosticsSource {
  readonly clock: Clock
  /** The state of the product without secrets, however large. */
  diagnostics(): JsonObject
}

/** To work them out holds up everything else: whoever asks within a second of the last time gets the same again. */
export class SharedDiagnostics {
  readonly #source: DiagnosticsSource
  #last: { readonly answer: Promise<JsonObject>; readonly atMs: number } | null = null

  constructor(source: DiagnosticsSource) {
    this.#source = source
  }

  /** Short enough for a message. Rejects, for all who share it, where they could not be worked out. */
  read(): Promise<JsonObject> {
    const ageMs = this.#last === null ? Number.POSITIVE_INFINITY : this.#nowMs() - this.#last.atMs
    // A clock that was set back must not keep them for long.
    if (this.#last !== null && ageMs >= 0 && ageMs < goodForMs) return this.#last.answer
    const answer = this.#workOut()
    // The second begins when the work is done: those that came meanwhile are still to be read.
    this.#last = { answer, atMs: this.#nowMs() }
    return answer
  }

  async #workOut(): Promise<JsonObject> {
    return shortened(this.#source.diagnostics(), largestBytes)
  }

  #nowMs(): number {
    return this.#source.clock.now().getTime()
  }
}

/** The same with the older half of its events left out until it fits; then without its largest parts. */
export function shortened(whole: JsonObject, mostBytes: number): JsonObject {
  let short = whole
  while (bytesOf(short) > mostBytes) {
    const { events } = short
    if (Array.isArray(events) && events.length > 0)
      short = { ...short, events: events.slice(0, Math.floor(events.length / 2)) }
    else {
      const [largest] = Object.entries(short).sort(([, one], [, other]) => bytesOf(other) - bytesOf(one))
      if (largest === undefined || !isLarge(largest[1])) break
      short = { ...short, [largest[0]]: leftOut }
    }
  }
  return short === whole ? whole : { ...short, shortened: true }
}

const leftOut = '(left out: too large for a message)'

function isLarge(value: unknown): boolean {
  return (Array.isArray(value) || isJsonObject(value) || typeof value === 'string') && value !== leftOut
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '')
}
