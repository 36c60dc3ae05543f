import type { IncomingMessage } from 'node:http'
import type { Context } from 'koa'
import type { AudioAnswered, AudioAsked, OpenRequest } from '../core/audio-asked.ts'
import { AppError } from '../core/error.ts'
import { statusOf } from './errors.ts'
import type { Beginning } from './finite-body.ts'
import type { ToldLater } from './told-later.ts'

interface Teller {
  asked?(request: AudioAsked): OpenRequest
  clientAddress(request: IncomingMessage): string
}

/** What was asked for, as far as the request itself does not say it. */
type Wanted = Pick<AudioAsked, 'stream' | 'card_id' | 'player' | 'place'>

interface Answer {
  readonly fromStart: boolean
  readonly request?: string
}

/** Has a request answered, and tells of it before and of the answer then, also where that is an error. */
export async function answerAndTell(
  ctx: Context,
  teller: Teller,
  wanted: Wanted,
  answer: () => Promise<Beginning>,
): Promise<Answer> {
  const open = tellAsked(ctx, teller, wanted)
  try {
    return tellAnswer(ctx, open, await answer())
  } catch (error) {
    tellError(open, error)
    throw error
  }
}

/** The same, told of a little later; `told` hears of what did not fail. */
export async function answerThenTell(
  ctx: Context,
  teller: Teller & { readonly toldLater: ToldLater },
  wanted: Wanted,
  answer: () => Promise<Beginning>,
  told: (answer: Answer) => void,
): Promise<void> {
  const { toldLater } = teller
  try {
    const beginning = await answer()
    toldLater.add(() => told(tellAnswer(ctx, tellAsked(ctx, teller, wanted), beginning)))
  } catch (error) {
    toldLater.add(() => tellError(tellAsked(ctx, teller, wanted), error))
    throw error
  }
}

function tellAsked(ctx: Context, teller: Teller, wanted: Wanted): OpenRequest | undefined {
  return teller.asked?.({
    ...wanted,
    method: ctx.method === 'HEAD' ? 'HEAD' : 'GET',
    address: teller.clientAddress(ctx.req),
    userAgent: ctx.get('User-Agent'),
  })
}

function tellAnswer(ctx: Context, open: OpenRequest | undefined, beginning: Beginning): Answer {
  open?.answered(answeredBy(ctx, beginning))
  return { fromStart: beginning.fromStart, ...(open === undefined ? {} : { request: open.id }) }
}

function tellError(open: OpenRequest | undefined, error: unknown): void {
  const status = error instanceof AppError ? statusOf[error.code] : 500
  open?.answered({ ...silence, status })
}

const silence = { from_start: null, bytes: null, range: null, item: null }

function answeredBy({ status, response, length }: Context, { fromStart, item }: Beginning): AudioAnswered {
  if (status !== 200 && status !== 206) return { ...silence, status }
  const range = /^bytes (\d+-\d+\/\d+)$/.exec(response.get('Content-Range'))?.[1] ?? null
  return { status, from_start: fromStart, bytes: length ?? null, range, item }
}
