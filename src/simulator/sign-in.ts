import { createHash, randomBytes, randomInt } from 'node:crypto'
import type { Clock } from '../core/clock.ts'
import type { JsonObject } from '../core/json.ts'
import { type AccessTokens, audience } from './access-token.ts'
import { RefreshTokens } from './refresh-tokens.ts'

export interface Answer {
  readonly status: number
  readonly body: JsonObject
}

/** Where a browser is sent, or why it stays where it is. */
export type BrowserAnswer = { readonly location: string } | Answer

/** What the sign-in server and the person before it do. A test may change each while the cloud runs. */
export interface SignInTraps {
  /** What becomes of device codes; `unauthorized_client`: there are none for this client. */
  deviceCode: 'approved' | 'denied' | 'ignored' | 'unauthorized_client'
  browser: 'approved' | 'denied'
  /** How long a client has to wait between two polls. Yoto says 5; one second makes the product start quickly. */
  intervalSeconds: number
  /** A refresh ends the token that it used and brings the next (yoto-protocol §1.6); otherwise the same one works on and on. */
  singleUseRefreshTokens: boolean
  /** For so long the last refresh token works beside the newest one, which Auth0 calls leeway; 0 as Auth0 has it. */
  reuseSeconds: number
  /** Where the client may have browsers sent back to. */
  redirectUris: readonly string[]
}

interface SignInParts {
  readonly clock: Clock
  readonly tokens: AccessTokens
  readonly clientId: string
  /** So many polls are answered with `authorization_pending`, then somebody has approved. */
  readonly approveAfterPolls: number
  /** Where people would approve. */
  readonly verificationUrl: string
  readonly traps?: Partial<SignInTraps> | undefined
}

const usualSignInTraps: SignInTraps = {
  deviceCode: 'approved',
  browser: 'approved',
  intervalSeconds: 1,
  singleUseRefreshTokens: true,
  reuseSeconds: 0,
  redirectUris: ['http://127.0.0.1:8787/callback'],
}

const deviceCodeLifeSeconds = 300
const authorizationCodeLifeSeconds = 600
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

/** The sign-in server: device code, authorization code with PKCE, refresh token (yoto-protocol §1.3, §1.4 and §1.6). */
export class SignIn {
  readonly traps: SignInTraps
  readonly #parts: SignInParts
  readonly #deviceCodes = new Map<string, DeviceCode>()
  readonly #authorizationCodes = new Map<string, AuthorizationCode>()
  readonly #refreshTokens: RefreshTokens

  constructor(parts: SignInParts) {
    this.#parts = parts
    this.traps = { ...usualSignInTraps, ...parts.traps }
    this.#refreshTokens = new RefreshTokens({
      clock: parts.clock,
      rotate: () => this.traps.singleUseRefreshTokens,
      reuseMs: () => this.traps.reuseSeconds * 1000,
    })
  }

  /** The household's access is withdrawn: no refresh token that was given out works any more. */
  revokeAll(): void {
    this.#refreshTokens.revokeAll()
  }

  /** `POST /oauth/device/code` */
  deviceCode(form: URLSearchParams): Answer {
    const refusal = this.#refusal(form) ?? refusedAudience(form)
    if (refusal !== undefined) return refusal
    if (this.traps.deviceCode === 'unauthorized_client')
      return refused('unauthorized_client', 403, 'Grant type device_code not allowed for the client.')
    const code = randomBytes(24).toString('base64url')
    this.#deviceCodes.set(code, {
      scope: scopeIn(form),
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
      interval: this.traps.intervalSeconds,
    })
  }

  /** `GET /authorize`, with a person who decides at once. */
  authorize(query: URLSearchParams): BrowserAnswer {
    const redirectUri = query.get('redirect_uri') ?? ''
    const refusal = this.#refusal(query) ?? refusedAudience(query)
    if (refusal !== undefined) return refusal
    // An address that is not the client's own is never gone to.
    if (!this.traps.redirectUris.includes(redirectUri))
      return refused('unauthorized_client', 403, 'Callback URL mismatch.')
    const state = query.get('state')
    const back = (answer: Record<string, string>): BrowserAnswer => {
      const url = new URL(redirectUri)
      for (const [name, value] of Object.entries({ ...answer, ...(state === null ? {} : { state }) }))
        url.searchParams.set(name, value)
      return { location: url.href }
    }
    const challenge = query.get('code_challenge') ?? ''
    if (query.get('response_type') !== 'code') return back({ error: 'unsupported_response_type' })
    if (query.get('code_challenge_method') !== 'S256' || !/^[\w-]{43}$/.test(challenge))
      return back({ error: 'invalid_request', error_description: 'PKCE with S256 is needed' })
    if (this.traps.browser === 'denied')
      return back({ error: 'access_denied', error_description: 'User did not authorize the request' })
    const code = randomBytes(24).toString('base64url')
    this.#authorizationCodes.set(code, {
      scope: scopeIn(query),
      challenge,
      redirectUri,
      expiresMs: this.#nowMs + authorizationCodeLifeSeconds * 1000,
    })
    return back({ code })
  }

  /** `POST /oauth/token` */
  token(form: URLSearchParams): Answer {
    const grantType = form.get('grant_type')
    // The audience of an authorization code was settled when it was asked for.
    const refusal =
      this.#refusal(form) ?? (grantType === 'authorization_code' ? undefined : refusedAudience(form))
    if (refusal !== undefined) return refusal
    switch (grantType) {
      case 'urn:ietf:params:oauth:grant-type:device_code':
        return this.#poll(form.get('device_code') ?? '')
      case 'authorization_code':
        return this.#exchange(form)
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
    if (sinceMs < this.traps.intervalSeconds * 1000 * tooFastFraction) return refused('slow_down')
    asked.polls++
    if (this.traps.deviceCode === 'ignored' || asked.polls <= this.#parts.approveAfterPolls)
      return refused('authorization_pending')
    this.#deviceCodes.delete(code)
    if (this.traps.deviceCode === 'denied')
      return refused('access_denied', 403, 'The end-user denied the authorization request')
    return this.#grant(asked.scope)
  }

  /** A code works once, also for whoever has it wrong. */
  #exchange(form: URLSearchParams): Answer {
    const code = form.get('code') ?? ''
    const asked = this.#authorizationCodes.get(code)
    this.#authorizationCodes.delete(code)
    if (asked === undefined || this.#nowMs >= asked.expiresMs)
      return refused('invalid_grant', 403, 'Invalid authorization code')
    if (form.get('redirect_uri') !== asked.redirectUri)
      return refused('invalid_grant', 403, 'The redirect URI is wrong.')
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    if (challenge !== asked.challenge) return refused('invalid_grant', 403, 'Failed to verify code verifier')
    return this.#grant(asked.scope)
  }

  #refresh(refreshToken: string): Answer {
    const used = this.#refreshTokens.use(refreshToken)
    if (used === undefined) return refused('invalid_grant', 403, 'Unknown or invalid refresh token.')
    return this.#tokens(used.scope, used.next)
  }

  #grant(scope: string): Answer {
    const isLasting = scope.split(' ').includes('offline_access')
    return this.#tokens(scope, isLasting ? this.#refreshTokens.first(scope) : undefined)
  }

  #tokens(scope: string, refreshToken: string | undefined): Answer {
    const { tokens, clientId } = this.#parts
    return ok({
      access_token: tokens.issue({ clientId, scope, aud: [audience] }),
      ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
      ...(scope.split(' ').includes('openid')
        ? { id_token: tokens.issue({ clientId, scope, aud: clientId }) }
        : {}),
      scope,
      expires_in: tokens.lifeSeconds,
      token_type: 'Bearer',
    })
  }

  #refusal(form: URLSearchParams): Answer | undefined {
    return form.get('client_id') === this.#parts.clientId ? undefined : refused('invalid_client', 401)
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

interface AuthorizationCode {
  readonly scope: string
  readonly challenge: string
  readonly redirectUri: string
  readonly expiresMs: number
}

function scopeIn(asked: URLSearchParams): string {
  const names = (asked.get('scope') ?? '').split(/\s+/)
  return names.filter((name) => knownScopes.has(name)).join(' ')
}

function ok(body: JsonObject): Answer {
  return { status: 200, body }
}

function refusedAudience(form: URLSearchParams): Answer | undefined {
  return form.get('audience') === audience ? undefined : refused('access_denied')
}

function refused(error: string, status = 403, words?: string): Answer {
  return { status, body: { error, ...(words === undefined ? {} : { error_description: words }) } }
}

function letters(count: number): string {
  return Array.from({ length: count }, () => userCodeLetters[randomInt(userCodeLetters.length)]).join('')
}
