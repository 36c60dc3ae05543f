import type { Upload } from '../src/core/upload.ts'
import { segment } from './path.ts'
import { apiUrl, doubtSession, RequestError } from './request.ts'

interface Slice {
  /** Where in the file it begins. */
  readonly from: number
  readonly signal: AbortSignal
  /** Called with the bytes of the slice that have left the browser. */
  readonly left: (bytes: number) => void
}

/** The connection broke before there was an answer. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'
}

/**
 * Brings a slice of an upload. XMLHttpRequest, because a browser tells of it alone how much of a body has left.
 * @throws RequestError with the product's words, ConnectionLost, or the signal's reason.
 */
export function sendSlice(id: string, bytes: Blob, { from, signal, left }: Slice): Promise<Upload> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const stop = () => request.abort()
    const settle = (run: () => void) => () => {
      signal.removeEventListener('abort', stop)
      run()
    }
    request.open('POST', apiUrl(`library/uploads/${segment(id)}`))
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.setRequestHeader('upload-offset', String(from))
    request.upload.addEventListener('progress', ({ loaded }) => left(Math.min(loaded, bytes.size)))
    request.addEventListener(
      'load',
      settle(() => {
        const json = jsonOf(request.responseText)
        if (request.status >= 200 && request.status < 300) resolve(json as Upload)
        else reject(refusal(request, json))
      }),
    )
    request.addEventListener(
      'error',
      settle(() => reject(new ConnectionLost('the connection was lost'))),
    )
    request.addEventListener(
      'abort',
      settle(() => reject(signal.reason)),
    )
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) reject(signal.reason)
    else request.send(bytes)
  })
}

function refusal(request: XMLHttpRequest, json: unknown): RequestError {
  const { status } = request
  if (status === 401 || status === 403) doubtSession()
  const wait = request.getResponseHeader('retry-after')
  return new RequestError(
    new Response(null, { status, ...(wait === null ? {} : { headers: { 'retry-after': wait } }) }),
    json,
  )
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
