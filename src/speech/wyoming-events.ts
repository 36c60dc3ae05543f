import { isJsonObject, type JsonObject, parseJsonObject } from '../core/json.ts'

/**
 * An event of the Wyoming protocol (https://github.com/OHF-Voice/wyoming): a line of JSON, then so many bytes of more
 * data as it says, then so many of payload.
 */
export interface WyomingEvent {
  readonly type: string
  readonly data: JsonObject
  readonly payload: Buffer
}

/** Whoever sends it does not speak the protocol, or has stopped in the middle of it. */
export class WyomingFault extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'WyomingFault'
  }
}

const longestLine = 64 * 1024
const mostData = 1024 * 1024
const mostPayload = 8 * 1024 * 1024

/** The event as it goes over the wire. */
export function written(type: string, data: JsonObject): Buffer {
  const bytes = Buffer.from(JSON.stringify(data))
  return Buffer.concat([Buffer.from(`${JSON.stringify({ type, data_length: bytes.length })}\n`), bytes])
}

/**
 * The events in what arrives, in whatever pieces it does, until that ends.
 * @throws WyomingFault where it is none of the protocol, or ends in the middle of an event
 */
export async function* eventsIn(arriving: AsyncIterable<Buffer>): AsyncGenerator<WyomingEvent> {
  const bytes = new Bytes(arriving)
  for (let line = await bytes.line(longestLine); line !== null; line = await bytes.line(longestLine)) {
    const header = parseJsonObject(line.toString('utf8'))
    if (header === undefined || typeof header.type !== 'string') throw foreign()
    const more = await bytes.take(lengthIn(header.data_length, mostData))
    const payload = await bytes.take(lengthIn(header.payload_length, mostPayload))
    const added = more.length === 0 ? {} : parseJsonObject(more.toString('utf8'))
    if (added === undefined) throw foreign()
    const data = isJsonObject(header.data) ? header.data : {}
    yield { type: header.type, data: { ...data, ...added }, payload }
  }
}

function lengthIn(written: unknown, most: number): number {
  if (written === undefined || written === null) return 0
  if (typeof written === 'number' && Number.isInteger(written) && written >= 0 && written <= most)
    return written
  throw foreign()
}

function foreign(): WyomingFault {
  return new WyomingFault('it does not speak the Wyoming protocol')
}

const lineEnd = 0x0a

/** Bytes as they arrive, taken in the pieces that are wanted. */
class Bytes {
  readonly #arriving: AsyncIterator<Buffer>
  #chunks: Buffer[] = []
  #length = 0

  constructor(arriving: AsyncIterable<Buffer>) {
    this.#arriving = arriving[Symbol.asyncIterator]()
  }

  /** Up to the next line end, which is taken and left out; null where nothing comes any more. */
  async line(most: number): Promise<Buffer | null> {
    for (let seen = 0; ; ) {
      const whole = this.#joined()
      const end = whole.indexOf(lineEnd, seen)
      if (end > most || (end < 0 && whole.length > most)) throw foreign()
      if (end >= 0) return this.#cut(end + 1).subarray(0, end)
      seen = whole.length
      if (await this.#more()) continue
      if (whole.length > 0) throw brokenOff()
      return null
    }
  }

  async take(count: number): Promise<Buffer> {
    while (this.#length < count) if (!(await this.#more())) throw brokenOff()
    return this.#cut(count)
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#arriving.next()
    if (done === true) return false
    this.#chunks.push(value)
    this.#length += value.length
    return true
  }

  #cut(count: number): Buffer {
    const whole = this.#joined()
    this.#chunks = [whole.subarray(count)]
    this.#length -= count
    return whole.subarray(0, count)
  }

  #joined(): Buffer {
    const [only = Buffer.alloc(0), ...more] = this.#chunks
    if (more.length === 0) return only
    const whole = Buffer.concat(this.#chunks)
    this.#chunks = [whole]
    return whole
  }
}

function brokenOff(): WyomingFault {
  return new WyomingFault('it broke off in the middle of its answer')
}
