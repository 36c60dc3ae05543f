import type { Context } from 'koa'
import { askedByHttps } from './client-address.ts'

/** Where a browser keeps the secret of its session. No script can read it, and no other site can send it. */
export interface SessionCookie {
  read(ctx: Context): string | null
  set(ctx: Context, secret: string): void
  clear(ctx: Context): void
}

// Cookies are shared by all ports of a host, so the name must be nobody else's there.
export const sessionCookieName = 'yoto_stream_session'
const lastsS = 30 * 86_400

/** `trustedProxies` are believed when they say that a browser asked by https. */
export function sessionCookie(trustedProxies: readonly string[]): SessionCookie {
  const isHttps = askedByHttps(trustedProxies)
  const write = (ctx: Context, { value, maxAgeS }: { value: string; maxAgeS: number }) => {
    const secure = isHttps(ctx.req) ? '; Secure' : ''
    const cookie = `${sessionCookieName}=${value}; Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict${secure}`
    // One answer sets it once: signing in replaces what was extended on the way.
    ctx.set('Set-Cookie', cookie)
  }
  return {
    read: (ctx) => ctx.cookies.get(sessionCookieName) ?? null,
    set: (ctx, secret) => write(ctx, { value: secret, maxAgeS: lastsS }),
    clear: (ctx) => write(ctx, { value: '', maxAgeS: 0 }),
  }
}
