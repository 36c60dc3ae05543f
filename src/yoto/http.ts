import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/error.ts'
import { parseJson } from './json.ts'

export interface HttpAnswer {
  readonly status: number
  readonly ok: boolean
  /** The parsed body; undefined where it is empty or not JSON. */
  readonly body: unknown
  /** The body as it was sent. */
  readonly bytes: Uint8Array
  /** The wait in ms that the server asked for, where it did. */
  readonly retryAfterMs: number | undefined
  /** Where else it is to be asked for; null where that is not said. */
  readonly location: string | null
}

export interface HttpRequest {
  /** What is being done, for messages: `GET /device-v2/devices/mine`. */
  readonly what: string
  readonly url: string
  readonly init: RequestInit
  readonly clock: Clock
  readonly fetch?: typeof fetch | undefined
  readonly signal?: AbortSignal | undefined
  /** A longer answer is none; eight megabytes where absent. */
  readonly mostBytes?: number
}

const timeoutMs = 20_000
// A family's whole library of cards with their chapters stays well below this.
const longestAnswerBytes = 8 * 1024 * 1024

/**
 * One request and its whole answer, whatever the status.
 * @throws AppError `unavailable` when nothing (or nothing sensible) came back in time.
 */
export async function request(options: HttpRequest): Promise<HttpAnswer> {
  const timeout = new AbortController()
  const due = new Date(options.clock.now().getTime() + timeoutMs)
  const cancel = options.clock.at(due, () => {
    timeout.abort(new Error(`no answer within ${timeoutMs / 1000} s`))
  })
  const signal = options.signal ? AbortSignal.any([timeout.signal, options.signal]) : timeout.signal
  try {
    const response = await (options.fetch ?? fetch)(options.url, { ...options.init, signal })
    const bytes = await bytesWithin(response, options.mostBytes ?? longestAnswerBytes)
    return {
      status: response.status,
      ok: response.ok,
      body: jsonOrNothing(bytes.toString('utf8')),
      bytes,
      retryAfterMs: retryAfterMs(response.headers.get('retry-after'), options.clock.now()),
      location: response.headers.get('location'),
    }
  } catch (thrown) {
    throw new AppError('unavailable', `${options.what} at Yoto failed`, { cause: thrown })
  } finally {
    cancel()
  }
}

async function bytesWithin(response: Response, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength
    if (length > limit) throw new Error(`the answer is longer than ${limit} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function jsonOrNothing(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/** The wait in ms that a `Retry-After` asks for; undefined where it asks for none. */
export function retryAfterMs(header: string | null, now: Date): number | undefined {
  if (header === null) return undefined
  if (/^\d{1,6}$/.test(header.trim())) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now.getTime())
}
