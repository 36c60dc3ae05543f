import type { IncomingMessage } from 'node:http'
import type { Context } from 'koa'
import { AppError } from '../core/error.ts'
import type { Place } from '../core/slot.ts'
import { statusOf } from './errors.ts'
import type { Beginning } from './finite-body.ts'

/** Audio that somebody with a good key asks for. */
export interface AudioAsked {
  readonly stream: string
  readonly player: string | null
  readonly card_id: string | null
  /** null for the whole queue as one file. */
  readonly place: Place | null
  readonly method: 'GET' | 'HEAD'
  readonly address: string
  readonly userAgent: string
}

/** A request that is being answered. */
export interface OpenRequest {
  readonly id: string
  answered(answer: AudioAnswered): void
}

export interface AudioAnswered {
  /** HTTP status. */
  readonly status: number
  /** Null where no audio was sent, as with the others. */
  readonly from_start: boolean | null
  /** As announced. */
  readonly bytes: number | null
  /** `0-383/768`; null for all of it. */
  readonly range: string | null
  /** The file that it begins in. */
  readonly item: string | null
}

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
