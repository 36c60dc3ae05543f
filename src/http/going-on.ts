import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { listenerNames } from '../core/listener.ts'
import { audioHeaders, type FileBody, type FiniteListeners, readPiece, startOf } from './finite-body.ts'
import { headersOfAll, headersOfReads } from './media-answers.ts'
import { contentRange, type RequestedRange, requestedRange } from './range.ts'
import type { ToldSeldom } from './told-seldom.ts'
import type { Transfers } from './transfers.ts'

interface GoingOnOptions<Target> {
  readonly door: {
    target(key: string): Promise<Target | null>
    playerOf(target: Target): string | null
    readonly live?: { isLive(stream: string): boolean } | undefined
    readonly listeners: FiniteListeners
    clientAddress(request: IncomingMessage): string
    readonly toldSeldom: ToldSeldom
  }
  readonly transfers: Transfers
  /** Answers whatever is not answered here; told of the target where that was looked up already. */
  readonly otherwise: (request: IncomingMessage, response: ServerResponse, target?: Target | null) => void
}

/**
 * Stands before the app of the media door, and answers what comes in numbers: a listener fetches audio piece by piece,
 * and asks for one more from its middle. With the same functions and the same words as the app, but without what the app
 * does for every other request, which takes longer than the piece does. Whatever is not as plain as that, is to be told
 * of, or fails, is the app's.
 */
export function goingOn<Target extends { readonly stream: string | null; readonly card_id: string | null }>(
  options: GoingOnOptions<Target>,
): RequestListener {
  const { door, otherwise } = options
  return (request, response) => {
    const key = keyOf(request)
    if (key === null) return otherwise(request, response)
    door.target(key).then(
      async (target) => {
        const isAnswered = target !== null && (await answer({ request, response, key, target }, options))
        if (!isAnswered) otherwise(request, response, target)
      },
      // The app says what is wrong.
      () => otherwise(request, response),
    )
  }
}

const streamOfKey = /^\/media\/([A-Za-z0-9_-]{1,128})\/stream\.mp3$/
const furtherOn = /^bytes=[1-9]\d*-\d*$/
// Each of them makes the answer depend on more than the range, or comes with a body.
const telling = ['if-range', 'if-none-match', 'if-modified-since', 'content-length', 'transfer-encoding']

/** The key of a plain request for what lies behind the beginning; null for any other request. */
function keyOf({ method, url, headers }: IncomingMessage): string | null {
  if (method !== 'GET' || !furtherOn.test(headers.range ?? '')) return null
  if (telling.some((name) => headers[name] !== undefined)) return null
  return streamOfKey.exec(url ?? '')?.[1] ?? null
}

interface Asked<Target> {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly key: string
  readonly target: Target
}

/** Whether it has answered. Never rejects: nothing is said yet when something fails. */
async function answer<Target extends { readonly stream: string | null; readonly card_id: string | null }>(
  { request, response, key, target }: Asked<Target>,
  { door, transfers }: GoingOnOptions<Target>,
): Promise<boolean> {
  const { card_id, stream } = target
  if (stream === null) return false
  const address = door.clientAddress(request)
  const listener = listenerNames({ card_id, key, player: door.playerOf(target), address })
  if (door.live?.isLive(stream) || door.toldSeldom.wouldTell(listener[0])) return false
  const asked = new AskedRange(request.headers.range)
  const startIn = (length: number) => startOf(asked.of(length), length)
  const body = door.listeners.goesOn({ listener, startIn, ifRange: null })?.body
  if (body === undefined || 'bytes' in body) return false
  const range = asked.of(body.length)
  if (range.kind !== 'part') return false
  const bytes = await readPiece(response, body, range, listener[0])?.catch(() => null)
  if (bytes == null) return false
  door.listeners.remember(listener[0], body)
  transfers.add(response, address)
  response.writeHead(206, [
    ...headersOf(body),
    'Content-Length',
    String(bytes.length),
    'Content-Range',
    contentRange(body.length, range),
  ])
  response.end(bytes)
  return true
}

/** What the header means, worked out once for each length. */
class AskedRange {
  readonly #header: string | undefined
  #length = -1
  #range: RequestedRange = { kind: 'whole' }

  constructor(header: string | undefined) {
    this.#header = header
  }

  of(length: number): RequestedRange {
    if (length !== this.#length) {
      this.#length = length
      this.#range = requestedRange(this.#header, length)
    }
    return this.#range
  }
}

const headersByBody = new WeakMap<FileBody, readonly string[]>()

/** What is said of every piece of the body: names and values in turn, as Node writes them without looking again. */
function headersOf(body: FileBody): readonly string[] {
  const known = headersByBody.get(body)
  if (known !== undefined) return known
  const headers = Object.entries({ ...headersOfAll, ...headersOfReads, ...audioHeaders(body) }).flat()
  headersByBody.set(body, headers)
  return headers
}
