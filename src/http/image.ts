import { createHash } from 'node:crypto'
import type { Context } from 'koa'
import { serveBuffer } from './finite-body.ts'

interface Image {
  readonly bytes: Buffer
  /** MIME type: `image/jpeg`. */
  readonly type: string
  /** The header of that name; a browser may always keep it for itself, and nobody else may. */
  readonly cacheControl: string
}

const tagLength = 40

/** Answers with a picture that browsers take for nothing else: ranges, If-Range, If-None-Match as in RFC 9110. */
export async function serveImage(ctx: Context, { bytes, type, cacheControl }: Image): Promise<void> {
  const etag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, tagLength)}"`
  ctx.set({
    ETag: etag,
    'Cache-Control': cacheControl,
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'",
    'Accept-Ranges': 'bytes',
  })
  ctx.type = type
  ctx.status = 200
  if (ctx.fresh) {
    ctx.status = 304
    return
  }
  // RFC 9110, 13.1.5: a range of what it is no more is answered with the whole of what it is.
  const ifRange = ctx.get('If-Range')
  if (ifRange !== '' && ifRange !== etag) delete ctx.req.headers.range
  await serveBuffer(ctx, bytes)
}
