import type { Router } from '@koa/router'
import type Koa from 'koa'
import type { AccessTokens } from './access-token.ts'
import { checkIcon, convertIcon } from './icon-conversion.ts'
import type { PictureStore } from './picture-store.ts'
import { allow, badRequest, give, Refusal } from './rest-answers.ts'

interface PictureParts {
  readonly tokens: AccessTokens
  readonly pictures: PictureStore
}

// No source says how much the service takes; a group's picture may have 8 MB (yoto-protocol §2.5).
const mostBytes = { icon: 1024 ** 2, cover: 8 * 1024 ** 2 } as const
const iconTypes = ['image/png', 'image/gif', 'application/octet-stream']
const coverTypes = ['default', 'activities', 'music', 'sfx', 'stories', 'myo', 'podcast', 'radio']

/** Icons and covers: the lists, what is brought to them, and what lies at their addresses (yoto-protocol §2.8). */
export function pictureRoutes(router: Router, { tokens, pictures }: PictureParts): void {
  // To manage content includes icons (yoto-protocol §1.5).
  const view = allow(tokens, 'user:content:view', 'user:content:manage', 'user:icons:manage')
  const icons = allow(tokens, 'user:icons:manage', 'user:content:manage')
  const covers = allow(tokens, 'user:content:manage')
  for (const whose of ['yoto', 'me'] as const)
    router.get(`/media/displayIcons/user/${whose}`, view, (ctx) => {
      give(ctx, 200, { displayIcons: pictures.icons(whose) })
    })
  router.post('/media/displayIcons/user/me/upload', icons, async (ctx) => {
    const { searchParams } = ctx.URL
    const autoConvert = searchParams.get('autoConvert') ?? 'false'
    if (autoConvert !== 'true' && autoConvert !== 'false')
      throw badRequest('autoConvert must be true or false')
    if (!iconTypes.includes(ctx.request.type)) throw noImage()
    const sent = await bodyOf(ctx, mostBytes.icon)
    const made = autoConvert === 'true' ? convertIcon(sent) : checkIcon(sent)
    const filename = searchParams.get('filename') ?? ''
    give(ctx, 200, { displayIcon: await pictures.putIcon({ sent, made, filename }) })
  })
  router.post('/media/coverImage/user/me/upload', covers, async (ctx) => {
    const { searchParams } = ctx.URL
    if (!coverTypes.includes(searchParams.get('coverType') ?? 'default'))
      throw badRequest('unknown coverType')
    // Nothing is fetched from anywhere here.
    if (searchParams.has('imageUrl')) throw new Refusal(501, 'not-simulated', 'imageUrl is not simulated')
    if (!isRaw(ctx.request.type)) throw noImage()
    const sent = await bodyOf(ctx, mostBytes.cover)
    if (typeOf(sent) === undefined) throw badRequest('the image cannot be read')
    const filename = searchParams.get('filename') ?? ''
    // To what size the service brings it is not simulated: it stays as it is.
    give(ctx, 200, { coverImage: await pictures.putCover({ sent, made: sent, filename }) })
  })
  for (const kind of ['icon', 'cover'] as const)
    router.get(`/${kind}s/:mediaId`, (ctx) => {
      const bytes = pictures.bytes(kind, String(ctx.params.mediaId))
      if (bytes === undefined) throw new Refusal(404, 'not-found', 'no such picture')
      ctx.type = typeOf(bytes) ?? 'application/octet-stream'
      ctx.body = bytes
    })
}

function isRaw(type: string): boolean {
  return /^image\/[\w.+-]+$/.test(type) || type === 'application/octet-stream'
}

function typeOf(bytes: Buffer): string | undefined {
  const head = bytes.toString('latin1', 0, 12)
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png'
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  if (/^GIF8[79]a/.test(head)) return 'image/gif'
  return head.startsWith('RIFF') && head.endsWith('WEBP') ? 'image/webp' : undefined
}

/** The service's own words, yoto-protocol §2.8. */
function noImage(): Refusal {
  return badRequest('A binary image file is required')
}

async function bodyOf(ctx: Koa.Context, most: number): Promise<Buffer> {
  const tooLarge = new Refusal(413, 'too-large', `a picture may have ${most} bytes`)
  if ((ctx.request.length ?? 0) > most) throw tooLarge
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of ctx.req) {
    length += chunk.length
    if (length > most) throw tooLarge
    chunks.push(chunk)
  }
  if (length === 0) throw noImage()
  return Buffer.concat(chunks)
}
