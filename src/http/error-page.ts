import type { Context } from 'koa'

/** Whether this is somebody's browser that wants to show a page, and not a program or the panel's own script. */
export function wantsPage(ctx: Context): boolean {
  return ctx.method === 'GET' && !ctx.path.startsWith('/api/') && ctx.accepts('json', 'html') === 'html'
}

/** Says in a page of its own why there is nothing else to see. */
export function sayInPage(ctx: Context, message: string): void {
  ctx.set({
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'self'",
    'Cache-Control': 'no-store',
  })
  ctx.type = 'html'
  ctx.body = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Yoto Smart Stream</title>
<h1>This cannot be shown</h1>
<p>${escaped(message)}</p>
</html>
`
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? '')
}
