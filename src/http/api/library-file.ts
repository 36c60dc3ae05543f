import { createHash } from 'node:crypto'
import type { Context } from 'koa'
import { Type } from 'typebox'
import { AppError } from '../../core/error.ts'
import { serveBuffer } from '../finite-body.ts'
import type { LibraryHouse } from './library.ts'
import { type Route, route, type ServedRoute } from './route.ts'

/** The calls of one file. They are to be mounted behind all others of `/library`, whose names they would take for ids. */
export function libraryFileRoutes(house: LibraryHouse): (Route | ServedRoute)[] {
  return [
    route({
      method: 'get',
      path: '/library/{id}',
      summary: 'All that is known of a file: tags, chapters, format, loudness, plays, and what names it.',
      needs: 'house',
      handle: ({ param }) => house.libraryFile(param('id')),
    }),
    route({
      method: 'put',
      path: '/library/{id}/loved',
      summary: 'Says whether a file is loved; smart playlists can ask for that.',
      needs: 'house',
      body: Type.Object({ loved: Type.Boolean() }, { additionalProperties: false }),
      async handle({ param, body }) {
        await house.loveLibraryFile(param('id'), body.loved)
        return { success: true, message: body.loved ? 'loved' : 'not loved any more', loved: body.loved }
      },
    }),
    {
      method: 'get',
      path: '/library/{id}/cover',
      summary: 'The cover of a file, a small JPEG.',
      needs: 'house',
      serve: async (ctx, { param }) => serveCover(ctx, await house.libraryCover(param('id'))),
    },
  ]
}

const tagLength = 40

async function serveCover(ctx: Context, cover: Buffer | null): Promise<void> {
  if (cover === null) throw new AppError('not_found', 'this file has no cover')
  const etag = `"${createHash('sha256').update(cover).digest('hex').slice(0, tagLength)}"`
  ctx.set({
    ETag: etag,
    // Another picture may come under the same address, and none of it is for others.
    'Cache-Control': 'private, no-cache',
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'",
    'Accept-Ranges': 'bytes',
  })
  ctx.type = 'image/jpeg'
  ctx.status = 200
  if (ctx.fresh) {
    ctx.status = 304
    return
  }
  // RFC 9110, 13.1.5: a range of what it is no more is answered with the whole of what it is.
  const ifRange = ctx.get('If-Range')
  if (ifRange !== '' && ifRange !== etag) delete ctx.req.headers.range
  await serveBuffer(ctx, cover)
}
