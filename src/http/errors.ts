import type { Context, Next } from 'koa'
import { AppError, type ErrorCode, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { sayInPage, wantsPage } from './error-page.ts'

/** The HTTP status of each code, at every door. */
export const statusOf: Readonly<Record<ErrorCode, number>> = {
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  disabled: 403,
  not_found: 404,
  conflict: 409,
  stale: 412,
  too_large: 413,
  no_space: 507,
  too_slow: 408,
  unsupported_type: 415,
  unprocessable: 422,
  too_many: 429,
  busy: 429,
  refused: 502,
  unanswered: 502,
  unavailable: 503,
}

/**
 * At the doors of panel and REST, makes an error an answer: `{error: {code, message, details?}}`, or a page with the message for
 * a browser that wants one; never a stack or a host path. `redactAll` takes secrets out of it. The media door says less of what went wrong, in a way of its own.
 */
export function answerErrors(log: Log, redactAll: <Value>(value: Value) => Value) {
  return async (ctx: Context, next: Next): Promise<void> => {
    try {
      await next()
      if (ctx.status === 404 && ctx.body === undefined)
        throw new AppError('not_found', 'there is nothing at this address')
    } catch (error) {
      if (error instanceof AppError) {
        const { code, message, details } = error
        ctx.status = statusOf[code]
        if (code === 'unauthorized') ctx.set('WWW-Authenticate', 'Bearer')
        if (typeof details?.retry_after_s === 'number') ctx.set('Retry-After', String(details.retry_after_s))
        const said = redactAll({ code, message, ...(details === undefined ? {} : { details }) })
        if (wantsPage(ctx)) sayInPage(ctx, said.message)
        else ctx.body = { error: said }
        return
      }
      log.error('a request failed by a fault of ours', {
        method: ctx.method,
        path: ctx.path,
        error: messageOf(error),
      })
      ctx.status = 500
      ctx.body = { error: { code: 'internal', message: 'something went wrong here; the log says what' } }
    }
  }
}
