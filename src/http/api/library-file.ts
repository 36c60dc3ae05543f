import type { Context } from 'koa'
import { Type } from 'typebox'
import { AppError } from '../../core/error.ts'
import { serveImage } from '../image.ts'
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

async function serveCover(ctx: Context, cover: Buffer | null): Promise<void> {
  if (cover === null) throw new AppError('not_found', 'this file has no cover')
  // Another picture may come under the same address, and none of it is for others.
  await serveImage(ctx, { bytes: cover, type: 'image/jpeg', cacheControl: 'private, no-cache' })
}
