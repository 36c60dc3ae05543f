import type { IncomingMessage } from 'node:http'
import type { JsonObject } from '../core/json.ts'

/** What a request gets in place of its answer. */
export interface RestFault {
  /** null ends the connection without an answer, `never` leaves it open without one. */
  readonly status: number | null | 'never'
  /** The wait that is asked for, in seconds. */
  readonly retryAfterSeconds?: number
  /** Whether the request is done all the same, and only its answer is lost. */
  readonly done?: boolean
  /** The request is done, and of its own answer no more than this share arrives, 0 to 1; the status is its own then. */
  readonly cut?: number
  /** How much of the body is read before, 0 to 1. */
  readonly after?: number
}

interface Order extends RestFault {
  readonly call: RegExp
  readonly times: number
  taken: number
}

/** Switches for what a cloud under load or behind a bad network does to the calls of its REST side. */
export class RestTrouble {
  readonly #orders: Order[] = []

  /**
   * The next so many requests whose `METHOD /path` matches end in the fault; the switch that was set first is asked
   * first. What it gives back says how many have by then.
   */
  add(fault: RestFault & { readonly call: RegExp; readonly times: number }): { readonly taken: number } {
    const order = { ...fault, taken: 0 }
    this.#orders.push(order)
    return order
  }

  clear(): void {
    this.#orders.length = 0
  }

  /** The fault that this request is to have. */
  take(call: string): RestFault | undefined {
    const order = this.#orders.find(({ taken, times, ...each }) => taken < times && each.call.test(call))
    if (order !== undefined) order.taken++
    return order
  }
}

/** In Yoto's form (yoto-protocol §2). */
export function faultBody(status: number): JsonObject {
  const [code, message] =
    status === 429 ? ['too-many-requests', 'rate limit exceeded'] : ['internal-error', 'try again later']
  return { error: { code, message } }
}

/** Reads so much of the body, 0 to 1, and nothing after it. */
export async function breakOff(request: IncomingMessage, share: number): Promise<void> {
  const most = Number(request.headers['content-length'] ?? 0) * share
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes >= most) request.pause().emit('enough')
  })
  await new Promise((resolve) => {
    for (const end of ['enough', 'end', 'close']) request.once(end, resolve)
  })
}
