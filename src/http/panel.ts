import type { Context, Next } from 'koa'

// Plain text on purpose: the page that shows players and streams is a part of its own.
const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Yoto Smart Stream</title>
<h1>Yoto Smart Stream is running</h1>
<p>Where to look:
<ul>
<li><a href="api/health">what is connected</a>
<li><a href="api/players">the players</a>
<li><a href="api/streams/queues">the streams</a>
<li><a href="api/cards">the cards</a>
<li><a href="api/openapi.json">every call of the interface</a>
</ul>
`

/** The page at `/`; addresses in it are relative, so that it works behind any prefix. */
export async function panelPage(ctx: Context, next: Next): Promise<void> {
  if (ctx.path !== '/' || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next()
  ctx.set('Cache-Control', 'no-store')
  ctx.set('Content-Security-Policy', "default-src 'none'; style-src 'self'")
  ctx.type = 'html'
  ctx.body = page
}
