import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** As long as those that Home Assistant gives. */
export const ingressPrefix = `/api/hassio_ingress/${'aB3_-x9Z'.repeat(8)}/`

export interface Ingress {
  /** Where the panel is behind it. */
  readonly address: string
  /** Every path that was asked for, as the browser asked. */
  readonly asked: readonly string[]
  stop(): Promise<void>
}

/** The page around the panel, where there is one. */
export interface Frame {
  readonly lang: string
  /** Of its root, where a theme writes its variables. */
  readonly style: string
}

interface IngressOptions {
  readonly holdsEvents?: boolean
  /** 0 takes any free port. */
  readonly port?: number
  readonly frame?: Frame
  /** Who is signed in at Home Assistant. */
  readonly visitor?: { readonly id: string; readonly name: string }
}

/** Where the page around the panel is. */
export const framePath = '/home'

/**
 * A way to the product like Home Assistant's: below a prefix that is taken off, and nothing else is there. With
 * `holdsEvents` it keeps streams of events back, as some proxies do.
 */
export async function openIngress(
  target: string,
  { holdsEvents = false, port = 0, frame, visitor }: IngressOptions = {},
): Promise<Ingress> {
  const asked: string[] = []
  const framed = frame === undefined ? null : framePage(frame)
  const server = createServer((req, res) => {
    const path = req.url ?? '/'
    if (path === framePath && framed !== null) {
      res.setHeader('content-type', 'text/html').end(framed)
      return
    }
    asked.push(path)
    if (!path.startsWith(ingressPrefix)) {
      res.writeHead(404).end()
      return
    }
    if (holdsEvents && path.endsWith('/api/live')) return
    if (visitor !== undefined) introduce(req, visitor)
    passOn(req, res, { url: target + path.slice(ingressPrefix.length - 1), framed: framed !== null })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const bound = server.address() as AddressInfo
  return {
    address: `http://127.0.0.1:${bound.port}${ingressPrefix}`,
    asked,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

/** A page around the panel such as Home Assistant's, in its colours and its language. */
function framePage({ lang, style }: Frame): string {
  return `<!doctype html><html lang="${lang}" style="${style}"><meta charset="utf-8"><title>Home</title>
<link rel="icon" href="data:,"><iframe title="panel" width="1000" height="700" src="${ingressPrefix}"></iframe>`
}

/** Says who somebody is, as Home Assistant does. */
function introduce(req: IncomingMessage, { id, name }: { id: string; name: string }): void {
  req.headers['x-remote-user-id'] = id
  req.headers['x-remote-user-name'] = name.toLowerCase()
  req.headers['x-remote-user-display-name'] = name
}

/** Hands a request on to the product, and its answer back as Home Assistant's ingress does. */
function passOn(
  req: IncomingMessage,
  res: ServerResponse,
  { url, framed }: { url: string; framed: boolean },
): void {
  const onward = request(url, { method: req.method, headers: req.headers }, (answer) => {
    const { 'content-type': type, 'content-length': _length, ...headers } = answer.headers
    // What the product itself allows where its option says that it is behind ingress.
    const policy = headers['content-security-policy']
    if (framed && typeof policy === 'string')
      headers['content-security-policy'] = policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    // Parameters such as the charset are lost on the way.
    res.writeHead(answer.statusCode ?? 502, {
      ...headers,
      ...(type === undefined ? {} : { 'content-type': type.split(';')[0] }),
    })
    answer.pipe(res)
    answer.on('error', () => res.destroy())
  })
  onward.on('error', () => res.destroy())
  res.on('close', () => onward.destroy())
  req.pipe(onward)
}
