import type { Context } from 'koa'
import { Type } from 'typebox'
import type { Clock } from '../../core/clock.ts'
import { AppError } from '../../core/error.ts'
import type { Sending, Upload, UploadWish } from '../../core/upload.ts'
import { arrivingBody } from '../arriving-body.ts'
import { letArrive } from '../connections.ts'
import { type Route, route, type ServedRequest, type ServedRoute } from './route.ts'

/** Takes files into the library; `audio/` does. */
export interface UploadDesk {
  /** All that are open, and those that have ended lately. */
  list(): Promise<readonly Upload[]>
  /** @throws AppError `not_found` */
  find(id: string): Promise<Upload>
  /** A new one, or the open one of that name and size. @throws AppError where it would not be taken. */
  begin(wish: UploadWish): Promise<Upload>
  /** Resolves when all these bytes are on the disk. @throws AppError; what has come of the file by then is kept. */
  receive(id: string, sending: Sending): Promise<Upload>
  /** Forgets it. @throws AppError `not_found` */
  giveUp(id: string): Promise<Upload>
}

export interface UploadsHouse {
  readonly uploads: UploadDesk
}

const longestName = 1024

export function uploadRoutes({ uploads }: UploadsHouse, clock: Clock): (Route | ServedRoute)[] {
  return [
    route({
      method: 'get',
      path: '/library/uploads',
      summary: 'Files on their way into the library, and those that came within a day or failed to.',
      needs: 'house',
      async handle() {
        const list = await uploads.list()
        return { uploads: list, count: list.length }
      },
    }),
    route({
      method: 'post',
      path: '/library/uploads',
      summary:
        'Begins to upload an audio file of this name and size in bytes, or goes on with one that broke off: `received` says how much of it is there. With `replace` it takes the place of the file of that name.',
      needs: 'house',
      body: Type.Object(
        {
          name: Type.String({ minLength: 1, maxLength: longestName }),
          size: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
          replace: Type.Optional(Type.Boolean()),
        },
        { additionalProperties: false },
      ),
      handle: ({ body: { name, size, replace = false } }) => uploads.begin({ name, size, replace }),
    }),
    route({
      method: 'get',
      path: '/library/uploads/{id}',
      summary: 'How far an upload has come, until it is ready to play or is refused.',
      needs: 'house',
      handle: ({ param }) => uploads.find(param('id')),
    }),
    {
      method: 'post',
      path: '/library/uploads/{id}',
      summary:
        'Brings the bytes of an upload, from its beginning or from the byte that the header `Upload-Offset` names. The newest of several requests is the one that goes on.',
      needs: 'house',
      takes: 'audio',
      async serve(ctx, request) {
        ctx.set('Cache-Control', 'no-store')
        ctx.body = await receive(ctx, { uploads, request, clock })
      },
    },
    route({
      method: 'delete',
      path: '/library/uploads/{id}',
      summary:
        'Gives up an upload: what has come of it is removed. A file that has landed stays in the library.',
      needs: 'house',
      async handle({ param }) {
        const { name } = await uploads.giveUp(param('id'))
        return { success: true, message: `the upload of "${name}" is forgotten` }
      },
    }),
  ]
}

async function receive(
  ctx: Context,
  { uploads, request, clock }: { uploads: UploadDesk; request: ServedRequest; clock: Clock },
): Promise<Upload> {
  const shownOut = new AbortController()
  const stopWatching = request.whileAdmitted(() =>
    shownOut.abort(new AppError('unauthorized', 'you may no longer do this: sign in, and send the rest')),
  )
  letArrive(ctx.req)
  try {
    return await uploads.receive(request.param('id'), {
      from: offsetOf(ctx),
      length: lengthOf(ctx),
      bytes: (signal) => arrivingBody(ctx.req, { signal: AbortSignal.any([signal, shownOut.signal]), clock }),
    })
  } finally {
    stopWatching()
  }
}

/** As in the IETF's draft of resumable uploads: a number of bytes, here of those that need not be sent again. */
function offsetOf(ctx: Context): number {
  const text = ctx.get('upload-offset')
  if (text === '') return 0
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new AppError('invalid', 'the header Upload-Offset is a number of bytes, such as 1048576')
}

/** null where the body comes in chunks. */
function lengthOf(ctx: Context): number | null {
  if (ctx.get('transfer-encoding') !== '') return null
  return Number(ctx.get('content-length') || 0)
}
