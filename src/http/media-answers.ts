import type { Context } from 'koa'
import { AppError, type ErrorCode, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { statusOf } from './errors.ts'
import { sayError } from './finite-body.ts'

/** The same words whatever is missing: a key, a file, a place. */
export function nothingThere(): AppError {
  return new AppError('not_found', 'there is nothing at this address')
}

/** Whether an error says that the audio is not there any more. */
export function isGone(error: unknown): boolean {
  return error instanceof AppError && error.code === 'not_found'
}

export function sayReadOnly(ctx: Context): void {
  ctx.set('Allow', 'GET, HEAD')
  sayError(ctx, { status: 405, code: 'method_not_allowed', message: 'streams can only be read' })
}

// Ours are below 200, and a player or proxy may put a query behind them.
const longestUrl = 2048

/** The address is the secret: a browser must not hand it on, nor a search engine keep it. */
export const headersOfAll = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'X-Robots-Tag': 'noindex, nofollow',
} as const

export const headersOfReads = { 'Access-Control-Allow-Origin': '*' } as const

/** Says of every answer of the media door what holds for all of them, and turns errors into answers. */
export async function answerInShape(ctx: Context, next: () => Promise<unknown>, log: Log): Promise<void> {
  ctx.set(headersOfAll)
  if (ctx.method === 'GET' || ctx.method === 'HEAD') ctx.set(headersOfReads)
  // Nobody reads the body, so what comes behind it on this connection cannot be told from it.
  if (hasBody(ctx)) ctx.set('Connection', 'close')
  if ((ctx.req.url ?? '').length > longestUrl)
    return sayError(ctx, { status: 414, code: 'uri_too_long', message: 'no address here is that long' })
  try {
    await next()
    if (ctx.status === 404 && ctx.body == null) throw nothingThere()
  } catch (error) {
    sayFailure(ctx, error, log)
  }
}

function hasBody(ctx: Context): boolean {
  return ctx.get('Transfer-Encoding') !== '' || Number(ctx.get('Content-Length') || 0) !== 0
}

// What else goes wrong here is a fault of ours.
const toldCodes: readonly ErrorCode[] = ['not_found', 'too_many', 'unavailable']

function sayFailure(ctx: Context, error: unknown, log: Log): void {
  if (!(error instanceof AppError && toldCodes.includes(error.code))) {
    log.error('a stream could not be served', { reason: messageOf(error) })
    sayError(ctx, { status: 500, code: 'internal', message: 'the stream could not be served' })
    return
  }
  const { code, message, details } = error
  if (details?.retry_after_s !== undefined) ctx.set('Retry-After', String(details.retry_after_s))
  sayError(ctx, { status: statusOf[code], code, message })
}

const goodbyes: readonly unknown[] = ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE', 'ECONNABORTED']

export function logBrokenTransfer(error: unknown, log: Log): void {
  const code = error instanceof Error && 'code' in error ? error.code : null
  if (goodbyes.includes(code)) log.debug('a listener hung up', { code })
  // What is lost in the library was said there, with the name of the file.
  else if (error instanceof AppError) log.debug('a transfer ended early', { reason: error.message })
  else log.error('a transfer failed', { reason: messageOf(error) })
}
