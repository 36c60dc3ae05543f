import { backoffMs } from '../core/backoff.ts'
import type { Clock } from '../core/clock.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { Places } from '../core/places.ts'
import { type HttpAnswer, request } from './http.ts'
import { objectOf, textOf } from './json.ts'

export interface YotoRestOptions {
  readonly apiUrl: string
  /** A token that works; `refused` names one that Yoto has just turned down. */
  readonly accessToken: (refused?: string) => Promise<string>
  readonly clock: Clock
  readonly log: Log
  readonly fetch?: typeof fetch
  /** 0 to 1, for the jitter of retries. */
  readonly random?: () => number
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  /** JSON text. */
  readonly body?: string
  /** In place of a body of JSON: a picture, as it is (yoto-protocol §2.8). */
  readonly bytes?: { readonly type: string; readonly data: Uint8Array<ArrayBuffer> }
}

/** One try of a call. */
export type Try = (call: Call) => Promise<HttpAnswer>

export interface Limits {
  /** How long all of it may take, with waiting and trying again; two minutes where it is not given. */
  readonly withinMs?: number
  /** Ends it at once. */
  readonly signal?: AbortSignal | undefined
}

/** A work of several calls. */
export interface Work<Result> extends Limits {
  /** For messages. */
  readonly name: string
  readonly run: (attempt: Try) => Promise<Result>
}

const attempts = 4
const atOnce = 4
// The longest wait that is sat out; a longer one is told to people instead.
const longestWaitMs = 60_000
// Whatever a server asks for, after this time it is asked again.
const longestRestMs = 3_600_000
// From the ask to the last word, with all waiting and trying in between.
const deadlineMs = 120_000

/** A fault that may be gone when the same is asked again. */
class PassingFault extends AppError {
  /** How long to wait before that; undefined where it is for the asker to say. */
  readonly waitMs: number | undefined

  constructor(
    message: string,
    options: { cause?: unknown; details?: Readonly<Record<string, unknown>>; waitMs?: number },
  ) {
    super('unavailable', message, options)
    this.waitMs = options.waitMs
  }
}

/**
 * Calls of Yoto's REST interface: four at a time, all of them held back for as long as a 429 asks for. Every call
 * throws AppError: `unavailable` when Yoto cannot be reached now or nobody is signed in, `not_found` for what is
 * not there, `refused` with Yoto's own code and words otherwise.
 */
export class YotoRest {
  readonly #options: YotoRestOptions
  readonly #places = new Places(atOnce)
  /** No call goes out before this time of the clock, in ms. */
  #heldBackUntil = 0
  /** How many calls in a row were answered with 429. */
  #tooMany = 0

  constructor(options: YotoRestOptions) {
    this.#options = options
  }

  /** Asked again where that may help, for calls that do the same when they are done twice. */
  repeatable(call: Call, limits: Limits = {}): Promise<HttpAnswer> {
    return this.repeat({ ...limits, name: nameOf(call), run: (attempt) => attempt(call) })
  }

  /** Sent to Yoto only once. */
  once(call: Call): Promise<HttpAnswer> {
    return this.#inTime({ name: nameOf(call) }, (signal) => this.#try(call, signal))
  }

  /** Does a work of several calls anew, as a whole, where one of them had a fault that may pass. */
  repeat<Result>(work: Work<Result>): Promise<Result> {
    const { clock, log, random = Math.random } = this.#options
    const { name, run } = work
    return this.#inTime(work, async (signal) => {
      for (let tries = 1; ; tries++) {
        try {
          return await run((call) => this.#try(call, signal))
        } catch (thrown) {
          if (!(thrown instanceof PassingFault) || tries >= attempts || signal.aborted) throw thrown
          const waitMs = thrown.waitMs ?? backoffMs(tries, { random })
          if (waitMs > longestWaitMs) throw thrown
          log.debug('asking Yoto again', { call: name, waitMs, reason: messageOf(thrown) })
          if (waitMs > 0)
            await clock.sleep(waitMs, signal).catch(() => {
              throw thrown
            })
        }
      }
    })
  }

  /** @throws AppError `unavailable` when the work is not done within its deadline; nothing of it goes on then. */
  async #inTime<Result>(
    { name, withinMs = deadlineMs, signal: given }: Limits & { readonly name: string },
    run: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const { clock } = this.#options
    const late = new AbortController()
    const cancel = clock.at(new Date(clock.now().getTime() + withinMs), () => {
      const seconds = Math.round(withinMs / 1000)
      late.abort(new AppError('unavailable', `${name} at Yoto was not done within ${seconds} s`))
    })
    try {
      return await run(given === undefined ? late.signal : AbortSignal.any([late.signal, given]))
    } finally {
      cancel()
    }
  }

  #try(call: Call, signal: AbortSignal): Promise<HttpAnswer> {
    return this.#places.take(signal, async () => {
      await this.#whileHeldBack(call, signal)
      const { answer, token } = await this.#authorized(call, signal)
      if (answer.status === 429) this.#holdBack(answer)
      else this.#tooMany = 0
      if (answer.ok) return answer
      throw faultOf(call, answer, token)
    })
  }

  async #whileHeldBack(call: Call, signal: AbortSignal): Promise<void> {
    const { clock, random = Math.random } = this.#options
    for (;;) {
      const leftMs = this.#heldBackUntil - clock.now().getTime()
      if (leftMs <= 0) return
      if (leftMs > longestWaitMs) {
        const seconds = Math.ceil(leftMs / 1000)
        throw new AppError(
          'unavailable',
          `${nameOf(call)} was not sent: Yoto asks for a rest of ${seconds} s more`,
          { details: { retry_after_s: seconds } },
        )
      }
      // Those who wait here do not all go out in the same moment.
      await clock.sleep(leftMs + Math.round(random() * 500), signal)
    }
  }

  #holdBack({ retryAfterMs }: HttpAnswer): void {
    const { clock, log, random = Math.random } = this.#options
    this.#tooMany++
    const askedMs = retryAfterMs ?? backoffMs(this.#tooMany, { random })
    const restMs = Math.min(askedMs, longestRestMs)
    this.#heldBackUntil = Math.max(this.#heldBackUntil, clock.now().getTime() + restMs)
    log.warn('Yoto asks for fewer calls; all of them wait', { seconds: Math.ceil(restMs / 1000) })
  }

  /** One request, with one more try under a new token when Yoto does not accept the one at hand. */
  async #authorized(call: Call, signal: AbortSignal): Promise<{ answer: HttpAnswer; token: string }> {
    const { accessToken } = this.#options
    const token = await unlessAborted(accessToken(), signal)
    const answer = await this.#send(call, { token, signal })
    if (answer.status !== 401) return { answer, token }
    const next = await unlessAborted(accessToken(token), signal)
    return { answer: await this.#send(call, { token: next, signal }), token: next }
  }

  async #send(call: Call, { token, signal }: { token: string; signal: AbortSignal }): Promise<HttpAnswer> {
    const { apiUrl, clock, fetch } = this.#options
    const { method, path, body: json, bytes } = call
    const type = bytes?.type ?? (json === undefined ? undefined : 'application/json')
    const headers = {
      Authorization: `Bearer ${token}`,
      Accept: 'application/json',
      ...(type === undefined ? {} : { 'Content-Type': type }),
    }
    const init: RequestInit = { method, headers, body: bytes?.data ?? json ?? null }
    const url = `${apiUrl.replace(/\/+$/, '')}${path}`
    try {
      return await request({ what: nameOf(call), url, init, clock, fetch, signal })
    } catch (cause) {
      const doubt = method === 'GET' ? '' : '; it may have been done all the same'
      throw new PassingFault(`${nameOf(call)} got no answer of Yoto${doubt}`, { cause })
    }
  }
}

/** A token that takes its time must not hold up who waits for the call. */
function unlessAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason)
    if (signal.aborted) leave()
    signal.addEventListener('abort', leave, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}

/** What came is not what the call is known to answer. */
export function unexpected(call: Call): AppError {
  return new AppError('unavailable', `Yoto answered ${nameOf(call)} with something else than was asked for`)
}

function nameOf({ method, path }: Call): string {
  return `${method} ${path}`
}

const hints: ReadonlyMap<number, string> = new Map([
  [401, '; sign in to Yoto anew if that stays so'],
  [403, '; the sign-in may lack a scope'],
])

function faultOf(call: Call, { status, body, retryAfterMs }: HttpAnswer, token: string): AppError {
  const error = objectOf(objectOf(body).error)
  const code = textOf(error.code)?.replaceAll(token, '…') ?? null
  const words = textOf(error.message)?.replaceAll(token, '…').slice(0, 300)
  const said = words === undefined ? `status ${status}` : `status ${status}, ${words}`
  const details = { status, code }
  if (status === 404)
    return new AppError('not_found', `Yoto has nothing for ${nameOf(call)} (${said})`, { details })
  if (status === 429 || status >= 500) {
    const message = `Yoto cannot do ${nameOf(call)} now (${said})`
    // After a 429 the next try is held back with all other calls, and needs no wait of its own.
    const waitMs = status === 429 ? 0 : retryAfterMs
    return new PassingFault(message, { details, ...(waitMs === undefined ? {} : { waitMs }) })
  }
  const hint = hints.get(status) ?? ''
  return new AppError('refused', `Yoto refused ${nameOf(call)} (${said}${hint})`, { details })
}
