import type Koa from 'koa'
import type { JsonObject } from '../core/json.ts'
import type { AccessTokens } from './access-token.ts'

/** What a request gets in place of what it asked for, in Yoto's form (yoto-protocol §2). */
export class Refusal extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export function give(ctx: Koa.Context, status: number, body: JsonObject): void {
  ctx.status = status
  ctx.body = body
}

/** JSON as it is spelt. */
export function giveText(ctx: Koa.Context, status: number, text: string): void {
  ctx.status = status
  ctx.body = text
  ctx.type = 'application/json'
}

/** Lets requests through whose token has one of the scopes. */
export function allow(tokens: AccessTokens, ...scopes: string[]) {
  return (ctx: Koa.Context, next: Koa.Next): Promise<void> => {
    const bearer = /^Bearer (\S+)$/i.exec(ctx.get('authorization'))?.[1]
    const access = bearer === undefined ? undefined : tokens.check(bearer)
    if (access === undefined) throw new Refusal(401, 'unauthorized', 'missing, wrong or expired token')
    if (!scopes.some((scope) => access.scopes.has(scope)))
      throw new Refusal(403, 'forbidden', `insufficient scope: ${scopes.join(' or ')} is needed`)
    return next()
  }
}

export function badRequest(message: string): Refusal {
  return new Refusal(400, 'bad-request', message)
}
