import { isIP } from 'node:net'
import type { Context, Next } from 'koa'
import { isLoopback } from '../core/address.ts'
import { AppError } from '../core/error.ts'
import { pictureTypes } from '../core/picture.ts'

/** How a door asks people who they are. */
export type DoorAuth = 'ingress' | 'password' | 'none'

interface GuardOptions {
  readonly auth: DoorAuth
  /** Names and addresses, without port, under which this door may be asked for. */
  readonly hosts: readonly string[]
}

// The Supervisor's own address in Home Assistant's inner network; ingress requests come from nowhere else.
const supervisorAddress = '172.30.32.2'
const loopbackHosts = ['localhost', '127.0.0.1', '[::1]']
const healthPath = '/api/health'

/**
 * Through which doors a request may come at all, decided before anything else. Against other machines: the peer's
 * address (ingress) or the loopback bind (none). Against web pages in a browser of this household: Host (a page's own
 * name rebound to this address), Origin and Sec-Fetch-Site.
 */
export function guard({ auth, hosts }: GuardOptions) {
  const known = new Set([...loopbackHosts, ...hosts].map((host) => host.toLowerCase()))
  return async (ctx: Context, next: Next): Promise<void> => {
    ctx.set('X-Content-Type-Options', 'nosniff')
    if (auth === 'ingress') checkIngressPeer(ctx)
    else checkHost(ctx.get('host'), { known, addresses: auth === 'password' })
    checkOrigin(ctx)
    await next()
  }
}

/** Whether the connection comes from Home Assistant's Supervisor. */
export function isSupervisor(ctx: Context): boolean {
  return peerOf(ctx) === supervisorAddress
}

/** A state change arrives as JSON, which no form of another site can send; one without a body needs no type. */
export function requireJson(ctx: Context): void {
  if (hasBody(ctx) && typeOf(ctx) !== 'application/json')
    throw new AppError('unsupported_type', 'send the body as application/json')
}

// What browsers call files of audio, beside the types that begin with audio/.
const audioTypes = ['application/octet-stream', 'application/ogg', 'video/mp4', 'video/ogg']

/** The same where the bytes of a file arrive: no form can send these types either. */
export function requireAudio(ctx: Context): void {
  const type = typeOf(ctx)
  if (hasBody(ctx) && !/^audio\/[\w.+-]+$/.test(type) && !audioTypes.includes(type))
    throw new AppError(
      'unsupported_type',
      'send the bytes of the file as they are, as application/octet-stream or a type of audio such as audio/mpeg',
    )
  requireBare(ctx)
}

function requireBare(ctx: Context): void {
  if (ctx.get('content-encoding') !== '')
    throw new AppError('unsupported_type', 'send the bytes of the file as they are, without Content-Encoding')
}

/** The same where the bytes of a picture arrive: no form can send these types. */
export function requirePicture(ctx: Context): void {
  if (hasBody(ctx) && !pictureTypes.some((type) => type === typeOf(ctx)))
    throw new AppError(
      'unsupported_type',
      'send the bytes of the picture as they are, as image/png, image/jpeg, image/webp or image/gif',
    )
  requireBare(ctx)
}

function hasBody(ctx: Context): boolean {
  return ctx.get('transfer-encoding') !== '' || Number(ctx.get('content-length') || 0) > 0
}

function typeOf(ctx: Context): string {
  return ctx.request.type.trim().toLowerCase()
}

function peerOf(ctx: Context): string {
  return (ctx.req.socket.remoteAddress ?? '').replace(/^::ffff:/, '')
}

function checkIngressPeer(ctx: Context): void {
  if (isSupervisor(ctx)) return
  if (isLoopback(peerOf(ctx)) && ctx.path === healthPath) return
  throw new AppError('forbidden', 'this door is open to Home Assistant alone: open the panel in its sidebar')
}

/**
 * Rebinding needs a name. Who asks by an address means that machine, and behind a container or a router it may be
 * one that this machine does not know as its own; a door with a sign-in answers to any.
 */
function checkHost(header: string, allowed: { known: ReadonlySet<string>; addresses: boolean }): void {
  const host = header.replace(/:\d+$/, '').toLowerCase()
  if (allowed.known.has(host)) return
  if (allowed.addresses && isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0) return
  throw new AppError(
    'forbidden',
    `nobody has said that "${host.slice(0, 100)}" is a name of this machine: if it is, add it to the option panel.hosts (YOTO_STREAM_PANEL_HOSTS), or use an address`,
  )
}

function checkOrigin(ctx: Context): void {
  const changes = ctx.method !== 'GET' && ctx.method !== 'HEAD'
  const site = ctx.get('sec-fetch-site')
  // A reader who follows a link from elsewhere to the panel's page only looks.
  const looks = !changes && ctx.get('sec-fetch-mode') === 'navigate'
  const fromElsewhere = site !== '' && site !== 'same-origin' && !(site === 'none' && !changes) && !looks
  const origin = ctx.get('origin')
  // The browser knows best whose page it is: a proxy on the way may ask under another Host than it was asked.
  const foreignOrigin = site !== 'same-origin' && origin !== '' && !isOwnOrigin(origin, ctx.get('host'))
  if (fromElsewhere || foreignOrigin)
    throw new AppError('forbidden', 'requests from pages of another origin are not answered')
}

function isOwnOrigin(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host.toLowerCase() === host.toLowerCase()
}
