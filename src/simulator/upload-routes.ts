import type { Router } from '@koa/router'
import type Koa from 'koa'
import { AppError } from '../core/error.ts'
import type { AccessTokens } from './access-token.ts'
import type { MediaStore } from './media-store.ts'
import { allow, badRequest, give, Refusal } from './rest-answers.ts'

interface UploadParts {
  readonly tokens: AccessTokens
  readonly media: MediaStore
}

// yoto-protocol §2.7
const mostBytes = 1024 ** 3

/** How audio comes to the account: an address for it, the bytes, and what they were made into (yoto-protocol §2.7). */
export function uploadRoutes(router: Router, { tokens, media }: UploadParts): void {
  const manage = allow(tokens, 'user:content:manage')
  router.get('/media/transcode/audio/uploadUrl', manage, (ctx) => {
    const { searchParams } = ctx.URL
    const [sha256, filename] = [searchParams.get('sha256') ?? '', searchParams.get('filename') ?? '']
    give(ctx, 200, { upload: media.begin({ sha256, filename }) })
  })
  router.get('/media/upload/:uploadId/transcoded', manage, (ctx) => {
    const found = media.transcoded(String(ctx.params.uploadId))
    if (found === undefined) throw new Refusal(404, 'not-found', 'upload not found')
    give(ctx, found.isDone ? 200 : 202, { transcode: found.transcode })
  })
  router.get('/signed/:token', async (ctx) => {
    const bytes = media.signed(String(ctx.params.token))
    if (bytes === undefined) throw new Refusal(403, 'forbidden', 'the address has expired')
    if (ctx.get('authorization') !== '') throw badRequest('only one auth mechanism is allowed')
    ctx.type = 'audio/mpeg'
    const from = Number(/^bytes=(\d+)-$/.exec(ctx.get('range'))?.[1] ?? 0)
    if (from > 0) {
      ctx.status = 206
      ctx.set('Content-Range', `bytes ${from}-${bytes.length - 1}/${bytes.length}`)
    }
    ctx.body = bytes.subarray(from)
  })
  router.put('/uploaded/:token', async (ctx) => {
    checkSent(ctx)
    try {
      await media.take(String(ctx.params.token), ctx.req)
    } catch (error) {
      if (error instanceof AppError && error.code === 'not_found')
        throw new Refusal(403, 'forbidden', error.message)
      throw error
    }
    ctx.status = 200
    ctx.body = ''
  })
}

/** A store of Amazon's behind a signed address takes no second sign-in, and no body of unknown length. */
function checkSent(ctx: Koa.Context): void {
  if (ctx.get('authorization') !== '') throw badRequest('only one auth mechanism is allowed')
  if (ctx.request.length === undefined) throw new Refusal(411, 'length-required', 'the length is missing')
  if (ctx.request.length > mostBytes) throw badRequest('the file is too large')
  if (!/^audio\/[\w.+-]+$/.test(ctx.get('content-type')))
    throw badRequest('the content type must be of audio')
}
