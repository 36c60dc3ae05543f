import type { IncomingMessage } from 'node:http'
import type { Context } from 'koa'
import type { AudioAnswered, AudioAsked, OpenRequest } from '../core/audio-asked.ts'
import { AppError } from '../core/error.ts'
import { statusOf } from './errors.ts'
import type { Beginning } from './finite-body.ts'

interface Teller {
  asked?(request: AudioAsked): OpenRequest
  clientAddress(request: IncomingMessage): string
}

/** Has a request answered, and tells of it before and of the answer then, also where that is an error. */
export async function answerAndTell(
  ctx: Context,
  teller: Teller,
  asked: Pick<AudioAsked, 'stream' | 'card_id' | 'player' | 'place'>,
  answer: () => Promise<Beginning>,
): Promise<{ readonly fromStart: boolean; readonly request?: string }> {
  const open = teller.asked?.({
    ...asked,
    method: ctx.method === 'HEAD' ? 'HEAD' : 'GET',
    address: teller.clientAddress(ctx.req),
    userAgent: ctx.get('User-Agent'),
  })
  try {
    const beginning = await answer()
    open?.answered(answeredBy(ctx, beginning))
    return { fromStart: beginning.fromStart, ...(open === undefined ? {} : { request: open.id }) }
  } catch (error) {
    const status = error instanceof AppError ? statusOf[error.code] : 500
    open?.answered({ ...silence, status })
    throw error
  }
}

const silence = { from_start: null, bytes: null, range: null, item: null }

function answeredBy({ status, response, length }: Context, { fromStart, item }: Beginning): AudioAnswered {
  if (status !== 200 && status !== 206) return { ...silence, status }
  const range = /^bytes (\d+-\d+\/\d+)$/.exec(response.get('Content-Range'))?.[1] ?? null
  return { status, from_start: fromStart, bytes: length ?? null, range, item }
}
