import { lookup as lookUpByDns } from 'node:dns'
import { request as requestByHttp, validateHeaderName, validateHeaderValue } from 'node:http'
import { request as requestByHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { WebhookCall } from '../core/effect.ts'
import { AppError, errnoOf } from '../core/error.ts'
import { whyForbidden } from './forbidden-address.ts'

export interface CallOptions {
  /** How names are looked up; that of the machine where absent. */
  readonly lookup?: LookupFunction
  /** Why an address may not be reached, which is what it is; null where it may. */
  readonly forbidden?: (address: string) => string | null
  /** Until the answer's status is there, in ms. */
  readonly patienceMs?: number
}

const usualPatienceMs = 10_000
const longestBody = 64 * 1024
// They tell the two sides where the request ends and whose it is.
const ownHeaders = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'upgrade',
  'expect',
  'te',
  'trailer',
])

/**
 * Sends the request and waits for the status of its answer; what the answer says is not read. The address that was
 * looked at is the one that is connected to, and no redirect is followed. Messages name the host alone.
 * @throws AppError `unprocessable` for what cannot be sent, `forbidden` for an address that is not for rules,
 * `refused` for an answer that is no success, `unavailable` when there is none in time.
 */
export async function callWebhook(call: WebhookCall, options: CallOptions = {}): Promise<void> {
  const { forbidden = whyForbidden, patienceMs = usualPatienceMs } = options
  const url = urlOf(call)
  checkHeaders(call, url)
  if (Buffer.byteLength(call.body ?? '') > longestBody)
    throw new AppError(
      'unprocessable',
      `the webhook on ${url.host} gets at most ${longestBody / 1024} KiB at once`,
    )
  const host = url.hostname.replace(/^\[|\]$/g, '')
  // Of an address that is written out nothing is looked up.
  if (isIP(host) !== 0) checkAddress(host, { url, forbidden })
  const status = await statusOf(call, url, {
    lookup: checkedLookup(url, { ...options, forbidden }),
    patienceMs,
  })
  if (status >= 200 && status < 300) return
  const isRedirect = status >= 300 && status < 400
  const why = isRedirect
    ? `redirect ${status}, which is not followed: name the address it leads to`
    : `status ${status}`
  throw new AppError('refused', `the webhook on ${url.host} answered with ${why}`)
}

function urlOf({ url: text }: WebhookCall): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url
  throw new AppError(
    'unprocessable',
    'the address of a webhook begins with http:// or https://, and names a host',
  )
}

function checkHeaders({ headers }: WebhookCall, url: URL): void {
  for (const [name, value] of Object.entries(headers)) {
    if (ownHeaders.has(name.toLowerCase()))
      throw new AppError(
        'unprocessable',
        `the webhook on ${url.host} cannot be sent with the header "${name}": it is set by itself`,
      )
    try {
      validateHeaderName(name)
      validateHeaderValue(name, value)
    } catch {
      const shown = name.slice(0, 80)
      throw new AppError(
        'unprocessable',
        `the webhook on ${url.host} cannot be sent with the header "${shown}": its name or value has a character that no header may have`,
      )
    }
  }
}

interface Checking {
  readonly url: URL
  readonly forbidden: (address: string) => string | null
}

function checkAddress(address: string, { url, forbidden }: Checking): void {
  const what = forbidden(address)
  if (what !== null)
    throw new AppError(
      'forbidden',
      `webhooks do not reach ${url.host}: it is ${what}. Private addresses of your network may be reached`,
    )
}

/** Hands out only addresses that may be reached, so that what is connected to was looked at. */
function checkedLookup(
  url: URL,
  { lookup = lookUpByDns as LookupFunction, forbidden }: CallOptions & Pick<Checking, 'forbidden'>,
): LookupFunction {
  return (host, options, done) => {
    lookup(host, options, (fault, found, family) => {
      const addresses = Array.isArray(found) ? found.map(({ address }) => address) : [found]
      try {
        if (fault === null) for (const address of addresses) checkAddress(address, { url, forbidden })
        done(fault, found, family)
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)), '', 0)
      }
    })
  }
}

interface Sending {
  readonly lookup: LookupFunction
  readonly patienceMs: number
}

function statusOf(
  { method, headers, body, type }: WebhookCall,
  url: URL,
  { lookup, patienceMs }: Sending,
): Promise<number> {
  const send = url.protocol === 'https:' ? requestByHttps : requestByHttp
  return new Promise((resolve, reject) => {
    const payload = body === null ? null : Buffer.from(body)
    const own = payload === null ? {} : { ...typeOf(type, headers), 'content-length': payload.byteLength }
    // A connection of its own each time: one that was kept was made before this look at the address.
    const request = send(url, { method, headers: { ...headers, ...own }, lookup, agent: false })
    const timer = setTimeout(() => {
      request.destroy(
        new AppError(
          'unavailable',
          `the webhook on ${url.host} did not answer within ${patienceMs / 1000} s`,
        ),
      )
    }, patienceMs)
    request.once('response', (response) => {
      clearTimeout(timer)
      resolve(response.statusCode ?? 0)
      response.destroy()
    })
    request.on('error', (error) => {
      clearTimeout(timer)
      reject(error instanceof AppError ? error : away(url, error))
    })
    request.end(payload ?? undefined)
  })
}

function typeOf(
  type: WebhookCall['type'],
  headers: WebhookCall['headers'],
): Readonly<Record<string, string>> {
  const isSaid = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
  return isSaid ? {} : { 'content-type': type === 'json' ? 'application/json' : 'text/plain; charset=utf-8' }
}

/** Messages of Node may hold the whole address. */
function away({ host }: URL, error: Error): AppError {
  const code = errnoOf(error)
  const words: Readonly<Record<string, string>> = {
    ENOTFOUND: 'nobody knows that name',
    EAI_AGAIN: 'the name could not be looked up',
    ECONNREFUSED: 'nothing listens there',
    EHOSTUNREACH: 'it cannot be reached',
    ENETUNREACH: 'its network cannot be reached',
    ETIMEDOUT: 'it does not answer',
  }
  const why = words[code ?? ''] ?? code ?? 'the connection broke off'
  return new AppError('unavailable', `the webhook on ${host} was not called: ${why}`)
}
