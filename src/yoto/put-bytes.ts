import http, { type ClientRequest, type IncomingMessage } from 'node:http'
import https from 'node:https'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/error.ts'
import { retryAfterMs } from './http.ts'

export interface PutRequest {
  readonly url: URL
  /** MIME type: `audio/mpeg`. */
  readonly type: string
  /** How many bytes there are; other than so many are not sent. */
  readonly size: number
  /** Destroyed behind it, whatever becomes of it. */
  readonly bytes: Readable
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Told how many bytes have gone out. */
  readonly sent: (bytes: number) => void
}

export interface PutAnswer {
  readonly status: number
  /** The wait in ms that was asked for, where it was. */
  readonly retryAfterMs: number | undefined
  /** What went wrong, in a word of the store's own: `RequestTimeout`. */
  readonly code: string | undefined
}

// Neither bytes that go out nor a word of the other side for so long.
const idleMs = 60_000
const longestAnswerBytes = 64 * 1024

/**
 * Sends bytes to the address that was told for them, and nothing else: no token, and to no other address.
 * @throws AppError `conflict` where the bytes are not as many as was said, what `bytes` throws, and whatever the
 * connection breaks with. No error names the address: whoever knows it may send there.
 */
export async function putBytes(options: PutRequest): Promise<PutAnswer> {
  const { url, type, size, bytes, clock, signal } = options
  signal.throwIfAborted()
  const headers = { 'Content-Type': type, 'Content-Length': size }
  const request = (url.protocol === 'https:' ? https : http).request(url, {
    ...{ method: 'PUT', headers, signal, agent: false },
  })
  // One that comes after the answer is nobody's any more.
  request.on('error', () => undefined)
  const idle = watchIdle(clock, () => request.destroy(new Error(`nothing went on for ${idleMs / 1000} s`)))
  const source = counted(options, idle.moved)
  const sending = pipeline(bytes, source.chunks, request)
  try {
    const response = await answered(request, sending)
    const text = await textOf(response)
    // What is well received was received whole.
    if (isOk(response)) await sending
    else request.destroy()
    return {
      status: response.statusCode ?? 0,
      retryAfterMs: retryAfterMs(response.headers['retry-after'] ?? null, clock.now()),
      code: /<Code>(\w{1,60})<\/Code>/.exec(text)?.[1],
    }
  } catch (error) {
    request.destroy()
    throw source.fault() ?? error
  } finally {
    idle.stop()
    // Whatever became of it was said above.
    await sending.catch(() => undefined)
  }
}

function isOk({ statusCode = 0 }: IncomingMessage): boolean {
  return statusCode >= 200 && statusCode < 300
}

/** The answer, which may come before all was sent. */
function answered(request: ClientRequest, sending: Promise<void>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve)
    request.once('error', reject)
    // A source that fails ends the request without an error of its own where that has not begun.
    sending.catch((error: unknown) => setImmediate(() => reject(error)))
  })
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of response) {
    text += String(chunk)
    if (text.length > longestAnswerBytes) break
  }
  return text
}

/** Passes the bytes on as they come, as many as was said; `fault` is why they could not be. */
function counted({ size, sent }: PutRequest, moved: () => void) {
  let fault: AppError | undefined
  async function* chunks(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let count = 0
    for await (const chunk of bytes) {
      count += chunk.byteLength
      if (count > size) break
      yield chunk
      moved()
      sent(count)
    }
    if (count === size) return
    fault = new AppError('conflict', 'the audio became another while it was sent: try it again')
    throw fault
  }
  return { chunks, fault: () => fault }
}

function watchIdle(clock: Clock, end: () => void): { moved(): void; stop(): void } {
  const arm = () => clock.at(new Date(clock.now().getTime() + idleMs), end)
  let cancel = arm()
  return {
    moved() {
      cancel()
      cancel = arm()
    },
    stop: () => cancel(),
  }
}
