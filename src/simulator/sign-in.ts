import { randomBytes, randomInt } from 'node:crypto'
import type { Clock } from '../core/clock.ts'
import type { JsonObject } from '../core/json.ts'
import { type AccessTokens, audience } from './access-token.ts'

export interface Answer {
  readonly status: number
  readonly body: JsonObject
}

interface SignInParts {
  readonly clock: Clock
  readonly tokens: AccessTokens
  readonly clientId: string
  /** So many polls are answered with `authorization_pending`, then somebody has approved. */
  readonly approveAfterPolls: number
  /** Where people would approve. */
  readonly verificationUrl: string
}

// Yoto says 5; one second makes the product start quickly.
const intervalSeconds = 1
const deviceCodeLifeSeconds = 300
// A timer of a client may fire a little early.
const tooFastFraction = 0.8
const userCodeLetters = 'BCDFGHJKLMNPQRSTVWXZ'

const knownScopes = new Set([
  'offline_access',
  'openid',
  'profile',
  'family:devices:view',
  'family:devices:manage',
  'family:devices:control',
  'family:device-status:view',
  'family:library:view',
  'family:library:manage',
  'family:view',
  'user:content:view',
  'user:content:manage',
  'user:icons:manage',
])

/** The device-code and refresh-token grants (yoto-protocol §1.4 and §1.6). */
export class SignIn {
  readonly #parts: SignInParts
  readonly #deviceCodes = new Map<string, DeviceCode>()
  /** Refresh tokens that have not been used, and their scope. */
  readonly #refreshTokens = new Map<string, string>()

  constructor(parts: SignInParts) {
    this.#parts = parts
  }

  /** `POST /oauth/device/code` */
  deviceCode(form: URLSearchParams): Answer {
    const refusal = this.#refusal(form)
    if (refusal !== undefined) return refusal
    const scope = (form.get('scope') ?? '').split(/\s+/).filter((name) => knownScopes.has(name))
    const code = randomBytes(24).toString('base64url')
    this.#deviceCodes.set(code, {
      scope: scope.join(' '),
      expiresMs: this.#nowMs + deviceCodeLifeSeconds * 1000,
      polledMs: Number.NEGATIVE_INFINITY,
      polls: 0,
    })
    const userCode = `${letters(4)}-${letters(4)}`
    const uri = this.#parts.verificationUrl
    return ok({
      device_code: code,
      user_code: userCode,
      verification_uri: uri,
      verification_uri_complete: `${uri}?user_code=${userCode}`,
      expires_in: deviceCodeLifeSeconds,
      interval: intervalSeconds,
    })
  }

  /** `POST /oauth/token` */
  token(form: URLSearchParams): Answer {
    const refusal = this.#refusal(form)
    if (refusal !== undefined) return refusal
    switch (form.get('grant_type')) {
      case 'urn:ietf:params:oauth:grant-type:device_code':
        return this.#poll(form.get('device_code') ?? '')
      case 'refresh_token':
        return this.#refresh(form.get('refresh_token') ?? '')
      default:
        return refused('unsupported_grant_type', 400)
    }
  }

  #poll(code: string): Answer {
    const asked = this.#deviceCodes.get(code)
    if (asked === undefined) return refused('invalid_grant')
    if (this.#nowMs >= asked.expiresMs) return refused('expired_token')
    const sinceMs = this.#nowMs - asked.polledMs
    asked.polledMs = this.#nowMs
    if (sinceMs < intervalSeconds * 1000 * tooFastFraction) return refused('slow_down')
    asked.polls++
    if (asked.polls <= this.#parts.approveAfterPolls) return refused('authorization_pending')
    this.#deviceCodes.delete(code)
    return this.#grant(asked.scope)
  }

  #refresh(refreshToken: string): Answer {
    const scope = this.#refreshTokens.get(refreshToken)
    if (scope === undefined) return refused('invalid_grant')
    this.#refreshTokens.delete(refreshToken)
    return this.#grant(scope)
  }

  #grant(scope: string): Answer {
    const { tokens, clientId } = this.#parts
    const scopes = scope.split(' ')
    const refreshToken = randomBytes(32).toString('base64url')
    if (scopes.includes('offline_access')) this.#refreshTokens.set(refreshToken, scope)
    return ok({
      access_token: tokens.issue({ clientId, scope, aud: [audience] }),
      ...(scopes.includes('offline_access') ? { refresh_token: refreshToken } : {}),
      ...(scopes.includes('openid') ? { id_token: tokens.issue({ clientId, scope, aud: clientId }) } : {}),
      scope,
      expires_in: tokens.lifeSeconds,
      token_type: 'Bearer',
    })
  }

  #refusal(form: URLSearchParams): Answer | undefined {
    if (form.get('client_id') !== this.#parts.clientId) return refused('invalid_client', 401)
    return form.get('audience') === audience ? undefined : refused('access_denied')
  }

  get #nowMs(): number {
    return this.#parts.clock.now().getTime()
  }
}

interface DeviceCode {
  readonly scope: string
  readonly expiresMs: number
  polledMs: number
  polls: number
}

function ok(body: JsonObject): Answer {
  return { status: 200, body }
}

function refused(error: string, status = 403): Answer {
  return { status, body: { error } }
}

function letters(count: number): string {
  return Array.from({ length: count }, () => userCodeLetters[randomInt(userCodeLetters.length)]).join('')
}
