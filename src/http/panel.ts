import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import type { Context, Next } from 'koa'
import { AppError } from '../core/error.ts'

interface PanelOptions {
  /** Where the built page lies: `index.html`, and its assets with a hash of their content in their names. */
  readonly folder: string
  /** Home Assistant shows the page inside its own; nobody else may. */
  readonly framed: boolean
}

interface Asset {
  readonly type: string
  readonly bytes: Buffer
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
}

/**
 * The page at `/` and what it is made of, read once at the first request. Addresses in it are relative, so that
 * it works behind any prefix.
 */
export function panelPages(options: PanelOptions): (ctx: Context, next: Next) => Promise<void> {
  const policy = policyFor(options.framed)
  let read: Promise<ReadonlyMap<string, Asset>> | undefined
  return async (ctx, next) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return next()
    read ??= readFolder(options.folder)
    const assets = await read
    const isPage = ctx.path === '/' || ctx.path === '/index.html'
    const asset = assets.get(isPage ? '/index.html' : ctx.path)
    if (asset === undefined) {
      if (!isPage) return next()
      // A build that is made while the product runs is found at the next request.
      read = undefined
      throw new AppError('unavailable', 'the panel is not built: run `npm run build`')
    }
    // A page kept from before an update would ask for assets that are gone.
    ctx.set('Cache-Control', isPage ? 'no-store' : 'public, max-age=31536000, immutable')
    ctx.set('Content-Security-Policy', policy)
    ctx.set('Referrer-Policy', 'no-referrer')
    ctx.set('Content-Type', asset.type)
    ctx.body = asset.bytes
  }
}

/** No script, style or request but our own; covers of cards come from Yoto's servers. */
function policyFor(framed: boolean): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "media-src 'self'",
    "img-src 'self' https: data:",
    "base-uri 'none'",
    "form-action 'none'",
    // Ingress answers under Home Assistant's own origin.
    `frame-ancestors ${framed ? "'self'" : "'none'"}`,
  ].join('; ')
}

/** By address. Only what was built is ever read, so no request names a file of this machine. */
async function readFolder(folder: string): Promise<ReadonlyMap<string, Asset>> {
  const assets = new Map<string, Asset>()
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => [])
  for (const entry of entries) {
    const type = types[extname(entry.name)]
    if (!entry.isFile() || type === undefined) continue
    const path = join(entry.parentPath, entry.name)
    assets.set(`/${relative(folder, path).split(sep).join('/')}`, { type, bytes: await readFile(path) })
  }
  return assets
}
