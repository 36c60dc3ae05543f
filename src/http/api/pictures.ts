import type { Context } from 'koa'
import { Type } from 'typebox'
import type { Clock } from '../../core/clock.ts'
import { AppError } from '../../core/error.ts'
import { type Icon, type IconsRead, iconEdge, type SentPicture } from '../../core/icon.ts'
import { type Picture, type PictureType, pictureTypeOf } from '../../core/picture.ts'
import { serveImage } from '../image.ts'
import { readBytes } from './body.ts'
import type { LibraryHouse } from './library.ts'
import { type Route, route, type ServedRequest, type ServedRoute } from './route.ts'

/** Icons and covers of the account. Each throws AppError where Yoto refuses, or is away. */
export interface PictureDesk {
  /** The account's own. */
  ownIcons(): Promise<IconsRead>
  search(query: { readonly text: string; readonly whose: 'own' | 'public' }): Promise<IconsRead>
  /** @throws AppError `not_found` */
  image(id: string): Promise<Picture>
  /** Of these, those that bring something throw AppError `unprocessable` where it cannot be used. */
  addIcon(bytes: Uint8Array): Promise<SentPicture>
  addDrawn(icon: {
    readonly title: string
    readonly pixels: readonly (string | null)[]
  }): Promise<SentPicture>
  addIconOf(picture: Uint8Array): Promise<SentPicture>
  addCover(picture: Uint8Array): Promise<SentPicture>
}

export interface PicturesHouse extends Pick<LibraryHouse, 'libraryCover'> {
  readonly pictures: PictureDesk
}

const mostBytes = 16 * 1024 * 1024
// A picture of a telephone over a slow line; a body of JSON has less time.
const withinMs = 60_000
// Of bodies that are held in memory until their pictures are read.
const mostArriving = 4
const mostPixels = iconEdge * iconEdge
const closed = { additionalProperties: false }
const libraryId = Type.String({
  pattern: '^[A-Za-z0-9_-]{22}$',
  description: 'the id of a file, as the library has it',
})

export function pictureRoutes(house: PicturesHouse, clock: Clock): (Route | ServedRoute)[] {
  const arriving = { count: 0 }
  const takes = (path: `/${string}`, summary: string, bring: (bytes: Uint8Array) => Promise<object>) =>
    takingRoute({ path, summary, bring, arriving, clock })
  const { pictures } = house
  return [
    listRoute(house),
    searchRoute(house),
    drawnRoute(house),
    ofCoverRoute(house, {
      path: '/icons/from-cover',
      summary: 'Makes an icon of the cover of a file of the library, and brings it to the account.',
      bring: async (cover) => iconAnswer(await pictures.addIconOf(cover)),
    }),
    ofCoverRoute(house, {
      path: '/covers/from-library',
      summary: 'Brings the cover of a file of the library to the account as the cover of a card.',
      bring: async (cover) => coverAnswer(await pictures.addCover(cover)),
    }),
    imageRoute(house),
    takes(
      '/icons',
      'Brings an icon to the account: the bytes of a PNG of 16×16 pixels and up to 10 KB, or of a GIF, which Yoto may refuse. A JPEG or WebP is made smaller, as by `/icons/from-picture`.',
      async (bytes) => iconAnswer(await pictures.addIcon(bytes)),
    ),
    takes(
      '/icons/from-picture',
      'Makes an icon of the middle of a picture of any size, and brings it to the account.',
      async (bytes) => iconAnswer(await pictures.addIconOf(bytes)),
    ),
    takes(
      '/covers',
      'Brings a picture to the account as the cover of a card, cut to 520×400 pixels; `cover_url` is what a card names it by.',
      async (bytes) => coverAnswer(await pictures.addCover(bytes)),
    ),
  ]
}

function listRoute({ pictures }: PicturesHouse): Route {
  return route({
    method: 'get',
    path: '/icons',
    summary:
      "The account's own icons, at most a minute old; an older list, with why, while Yoto gives no newer one. Yoto's own are found by `/icons/search`.",
    needs: 'house',
    async handle() {
      const { icons, read_at, problem } = await pictures.ownIcons()
      return { icons: icons.map(iconView), count: icons.length, read_at, problem }
    },
  })
}

const usualLimit = 100

function searchRoute({ pictures }: PicturesHouse): Route {
  return route({
    method: 'post',
    path: '/icons/search',
    summary:
      "Yoto's icons (`whose`: `public`) or the account's (`own`) that have all the words in their titles and tags; `count` are all of them, also those behind the limit. Yoto's are asked for once a day.",
    needs: 'house',
    body: Type.Object(
      {
        text: Type.Optional(
          Type.String({
            maxLength: 200,
            description: 'words, whatever their accents and case; none finds all',
          }),
        ),
        whose: Type.Optional(Type.Union([Type.Literal('public'), Type.Literal('own')])),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
        offset: Type.Optional(Type.Integer({ minimum: 0 })),
      },
      closed,
    ),
    async handle({ body: { text = '', whose = 'public', limit = usualLimit, offset = 0 } }) {
      const { icons, read_at, problem } = await pictures.search({ text, whose })
      const shown = icons.slice(offset, offset + limit).map(iconView)
      return { icons: shown, count: icons.length, offset, read_at, problem }
    },
  })
}

function drawnRoute({ pictures }: PicturesHouse): Route {
  return route({
    method: 'post',
    path: '/icons/drawn',
    summary:
      'Brings an icon to the account that was drawn: 256 pixels, row by row from the top left, each `#rrggbb`, `#rrggbbaa` or null for none.',
    needs: 'house',
    body: Type.Object(
      {
        title: Type.Optional(Type.String({ maxLength: 100 })),
        pixels: Type.Array(
          Type.Union([Type.String({ pattern: '^#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?$' }), Type.Null()]),
          { minItems: mostPixels, maxItems: mostPixels },
        ),
      },
      closed,
    ),
    async handle({ body: { title = '', pixels } }) {
      return iconAnswer(await pictures.addDrawn({ title, pixels }))
    },
  })
}

interface OfCover {
  readonly path: `/${string}`
  readonly summary: string
  readonly bring: (cover: Buffer) => Promise<object>
}

/** Takes the cover of a file of the library. */
function ofCoverRoute(house: PicturesHouse, { path, summary, bring }: OfCover): Route {
  return route({
    method: 'post',
    path,
    summary,
    needs: 'house',
    body: Type.Object({ library_id: libraryId }, closed),
    handle: async ({ body }) => bring(await coverOf(house, body.library_id)),
  })
}

function imageRoute({ pictures }: PicturesHouse): ServedRoute {
  return {
    method: 'get',
    path: '/icons/{icon_id}/image',
    summary: "How an icon looks: a small PNG or GIF, of the account's or of Yoto's.",
    needs: 'house',
    async serve(ctx, { param }) {
      const { type, bytes } = await pictures.image(param('icon_id'))
      // An icon of another look has another id.
      const cacheControl = 'private, max-age=86400'
      await serveImage(ctx, { type, bytes: Buffer.from(bytes), cacheControl })
    },
  }
}

interface Taking {
  readonly path: `/${string}`
  readonly summary: string
  readonly bring: (bytes: Uint8Array) => Promise<object>
  /** How many bodies are on their way. */
  readonly arriving: { count: number }
  readonly clock: Clock
}

function takingRoute({ path, summary, bring, arriving, clock }: Taking): ServedRoute {
  return {
    method: 'post',
    path,
    summary,
    needs: 'house',
    takes: 'picture',
    async serve(ctx, request) {
      if (arriving.count >= mostArriving)
        throw new AppError(
          'busy',
          `${mostArriving} pictures are on their way already: send this one in a moment`,
        )
      arriving.count++
      try {
        const bytes = await bytesOf(ctx, { request, clock })
        checkSaid(ctx.request.type, pictureTypeOf(bytes))
        ctx.set('Cache-Control', 'no-store')
        ctx.body = await bring(bytes)
      } finally {
        arriving.count--
      }
    },
  }
}

async function bytesOf(
  ctx: Context,
  { request, clock }: { request: ServedRequest; clock: Clock },
): Promise<Buffer> {
  let isShownOut = false
  const stopWatching = request.whileAdmitted(() => {
    isShownOut = true
  })
  try {
    const bytes = await readBytes(ctx.req, { maxBytes: mostBytes, withinMs, clock })
    // While it was on its way, they may have been shown out.
    if (isShownOut)
      throw new AppError('unauthorized', 'you may no longer do this: sign in, and send it again')
    return bytes
  } finally {
    stopWatching()
  }
}

const names: Readonly<Record<PictureType, string>> = {
  'image/jpeg': 'a JPEG',
  'image/png': 'a PNG',
  'image/webp': 'a WebP',
  'image/gif': 'a GIF',
}

/** What is something else than was said has gone through the wrong hands. @throws AppError `unprocessable` */
function checkSaid(said: string, type: PictureType | null): void {
  if (type === null || said.trim().toLowerCase() === type) return
  throw new AppError(
    'unprocessable',
    `these are the bytes of ${names[type]}, but they were sent as ${said}`,
    {
      details: { fault: 'other-type' },
    },
  )
}

async function coverOf(house: PicturesHouse, id: string): Promise<Buffer> {
  const cover = await house.libraryCover(id)
  if (cover === null) throw new AppError('not_found', 'this file has no cover')
  return cover
}

function iconView({ id, title, tags }: Icon) {
  return { icon_id: id, title, tags }
}

function iconAnswer({ id }: SentPicture) {
  return { icon_id: id }
}

/** @throws AppError `unavailable` where the account says none, which it always does */
function coverAnswer({ url }: SentPicture) {
  if (url === null)
    throw new AppError('unavailable', 'Yoto has the cover, but did not say where: send it again')
  return { cover_url: url }
}
