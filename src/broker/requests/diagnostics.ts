import { Type } from 'typebox'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import { request } from './request.ts'

// Brokers and their clients take less than the 256 MB of the standard; ours takes 1 MB.
const largestBytes = 256 * 1024

export const diagnostics = request({
  describe:
    'What runs, what is wrong and what happened last, without secrets: the file of `GET /api/diagnostics`, with fewer of its events where it would be larger than 256 KiB.',
  body: Type.Object({}, { additionalProperties: false }),
  answer: (_body, ports) => shortened(ports.diagnostics(), largestBytes),
})

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
