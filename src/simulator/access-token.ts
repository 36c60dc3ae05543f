import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../core/clock.ts'
import { type JsonObject, parseJsonObject } from '../core/json.ts'

export const audience = 'https://api.yotoplay.com'

/** What an access token allows, and until when. */
export interface Access {
  readonly scopes: ReadonlySet<string>
  readonly expiresAt: Date
}

/** Signs and checks JSON web tokens with a key that lives as long as the cloud. */
export class AccessTokens {
  readonly #clock: Clock
  readonly #lifeSeconds: number
  readonly #key = randomBytes(32)

  constructor(parts: { clock: Clock; lifeSeconds: number }) {
    this.#clock = parts.clock
    this.#lifeSeconds = parts.lifeSeconds
  }

  get lifeSeconds(): number {
    return this.#lifeSeconds
  }

  issue(claims: { clientId: string; scope: string; aud: string | readonly string[] }): string {
    const issuedAt = this.#nowSeconds
    return this.#signed({
      iss: 'https://login.yotoplay.com/',
      sub: 'auth0|simulated-family',
      aud: claims.aud,
      scope: claims.scope,
      iat: issuedAt,
      exp: issuedAt + this.#lifeSeconds,
      azp: claims.clientId,
      jti: randomUUID(),
      'https://yotoplay.com/roles': [],
    })
  }

  /** Undefined for anything but a token of this cloud that is still good. */
  check(token: string): Access | undefined {
    const access = this.read(token)
    return access !== undefined && this.isOver(access) ? undefined : access
  }

  /** Undefined for anything but a token of this cloud, good or ended. */
  read(token: string): Access | undefined {
    const [header = '', payload = '', signature = ''] = token.split('.')
    const expected = Buffer.from(this.#signature(`${header}.${payload}`))
    const given = Buffer.from(signature)
    if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined
    const claims = parseJsonObject(Buffer.from(payload, 'base64url').toString())
    const { exp, scope, aud } = claims ?? {}
    if (typeof exp !== 'number' || typeof scope !== 'string') return undefined
    if (!Array.isArray(aud) || !aud.includes(audience)) return undefined
    return { scopes: new Set(scope.split(' ')), expiresAt: new Date(exp * 1000) }
  }

  isOver({ expiresAt }: Access): boolean {
    return expiresAt.getTime() <= this.#nowSeconds * 1000
  }

  get #nowSeconds(): number {
    return Math.floor(this.#clock.now().getTime() / 1000)
  }

  #signed(claims: JsonObject): string {
    const content = [{ alg: 'HS256', typ: 'JWT' }, claims].map(base64url).join('.')
    return `${content}.${this.#signature(content)}`
  }

  #signature(content: string): string {
    return createHmac('sha256', this.#key).update(content).digest('base64url')
  }
}

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
