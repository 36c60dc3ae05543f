import type { IncomingMessage } from 'node:http'
import { type Clock, every } from '../core/clock.ts'
import { AppError } from '../core/error.ts'

// Below the silence after which the door hangs up, so that whoever is slow still hears why.
const windowMs = 45_000
/** Less in such a time is no network but somebody who holds a place. */
const leastBytes = 16 * 1024

/**
 * The body of a request in pieces, as they arrive and no faster than they are taken. It may be left before its end, and
 * the request can then still be answered.
 * @throws AppError `invalid` when the client goes away, `too_slow` when next to nothing comes for 45 s, and the
 * signal's reason when that is aborted.
 */
export async function* arrivingBody(
  request: IncomingMessage,
  { signal, clock }: { signal: AbortSignal; clock: Clock },
): AsyncGenerator<Buffer> {
  let wake: () => void = () => undefined
  let isWaiting = false
  let fault: unknown = null
  let came = 0
  const fail = (error: unknown) => {
    fault ??= error
    wake()
  }
  const awake = () => wake()
  const aborted = () => fail(signal.reason)
  const stopWatching = every(clock, windowMs, () => {
    // While its bytes are being written, nothing is asked of the client.
    if (isWaiting && came < leastBytes) fail(tooSlow())
    came = 0
  })
  const events = ['readable', 'end', 'error', 'close'] as const
  for (const event of events) request.on(event, awake)
  signal.addEventListener('abort', aborted, { once: true })
  if (signal.aborted) aborted()
  try {
    for (;;) {
      if (fault !== null) throw fault
      const chunk: unknown = request.read()
      if (chunk instanceof Buffer) {
        came += chunk.length
        yield chunk
        continue
      }
      if (request.readableEnded) return
      if (request.destroyed) throw brokeOff()
      await new Promise<void>((resolve) => {
        isWaiting = true
        wake = resolve
      })
      isWaiting = false
    }
  } finally {
    stopWatching()
    for (const event of events) request.off(event, awake)
    signal.removeEventListener('abort', aborted)
  }
}

function tooSlow(): AppError {
  return new AppError(
    'too_slow',
    `next to nothing has come for ${windowMs / 1000} s: what had come is kept, send the rest`,
  )
}

function brokeOff(): AppError {
  return new AppError('invalid', 'the body broke off: what had come is kept, send the rest')
}
