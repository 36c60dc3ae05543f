import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/error.ts'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import { request } from './http.ts'
import { objectOf, textOf } from './json.ts'

/** What is kept between two starts. Tokens belong to one client id and are of no use to another. */
export interface StoredTokens {
  readonly clientId: string
  readonly accessToken: string
  /** Good for one use; null when Yoto gave none, and the sign-in then ends with the access token. */
  readonly refreshToken: string | null
  /** Milliseconds since 1970. */
  readonly issuedAtMs: number
  readonly expiresAtMs: number
  /** When a person signed in; absent where an older version did not note it. */
  readonly signedInAtMs?: number
  /** Set while the refresh token is being spent: whoever finds it at a start was stopped in the middle of that. */
  readonly renewingSinceMs?: number
  /** Yoto's word for why they can never be renewed; the access token serves until it ends. */
  readonly endedReason?: string
}

/** Yoto's sign-in server, as one client of it. */
export interface TokenServer {
  readonly authUrl: string
  readonly clientId: string
  readonly clock: Clock
  readonly fetch?: typeof fetch | undefined
  /** Told of every secret that the server gives out, before anything else is done with it. */
  readonly hide: (secret: string) => void
}

/** The sign-in server understood the request and said no. `reason` is OAuth's own word for it, `words` a sentence for people. */
export class SignInRefused extends Error {
  readonly reason: string
  readonly words: string | undefined

  constructor(what: string, reason: string, words?: string) {
    super(`${what} was refused by Yoto: ${reason}${words === undefined ? '' : ` (${words})`}`)
    this.name = 'SignInRefused'
    this.reason = reason
    this.words = words
  }
}

/** The audience of every Yoto token, whatever address the API is reached at. */
export const audience = 'https://api.yotoplay.com'

// What the product needs: players and their live control, the family's cards, its own cards and their icons.
export const scope = [
  'openid',
  'profile',
  'offline_access',
  'family:devices:view',
  'family:devices:manage',
  'family:devices:control',
  'family:library:view',
  'user:content:view',
  'user:content:manage',
  'user:icons:manage',
].join(' ')

const secretFields = ['access_token', 'refresh_token', 'id_token', 'device_code']

/** Sends a form to the sign-in server. @throws SignInRefused, or AppError `unavailable` when it cannot be reached. */
export async function postForm(
  server: TokenServer,
  path: string,
  options: { form: Readonly<Record<string, string>>; signal?: AbortSignal | undefined },
): Promise<JsonObject> {
  const what = `POST ${path}`
  const answer = await request({
    what,
    url: `${server.authUrl.replace(/\/+$/, '')}${path}`,
    init: {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'application/json' },
      body: new URLSearchParams({ client_id: server.clientId, ...options.form }).toString(),
    },
    clock: server.clock,
    fetch: server.fetch,
    signal: options.signal,
  })
  if (answer.ok && isJsonObject(answer.body)) {
    for (const name of secretFields) {
      const secret = answer.body[name]
      if (typeof secret === 'string') server.hide(secret)
    }
    return answer.body
  }
  const { error: reason, error_description: words } = objectOf(answer.body)
  // Only a clear no of the server itself counts: a proxy's error page must never sign the household out.
  const refused = answer.status >= 400 && answer.status < 500 && answer.status !== 429
  if (refused && typeof reason === 'string')
    throw new SignInRefused(what, shownWords(reason), textOf(words) && shownWords(String(words)))
  const found = answer.ok ? 'with something that is no JSON' : `with status ${answer.status}`
  throw new AppError('unavailable', `${what} at ${server.authUrl} was answered ${found}`)
}

const longestWords = 200

/** What the server, or an address that somebody was led to, says in its own words: short, and on one line. */
export function shownWords(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').slice(0, longestWords)
}

/** Spends the refresh token. Nothing takes this request back: Yoto may have acted on it before it is known here. */
export async function refreshTokens(server: TokenServer, refreshToken: string): Promise<StoredTokens> {
  const form = { grant_type: 'refresh_token', refresh_token: refreshToken, audience }
  return tokensFrom(server, await postForm(server, '/oauth/token', { form }), refreshToken)
}

/**
 * The tokens of a successful answer. `previous` is the refresh token that stays good when the answer brings no new one.
 * @throws AppError `unavailable` when the answer holds no access token.
 */
export function tokensFrom(server: TokenServer, answer: JsonObject, previous: string | null): StoredTokens {
  const accessToken = answer.access_token
  if (typeof accessToken !== 'string' || accessToken === '')
    throw new AppError('unavailable', 'Yoto answered a sign-in without an access token')
  const refreshToken = answer.refresh_token
  const nowMs = server.clock.now().getTime()
  return {
    clientId: server.clientId,
    accessToken,
    refreshToken: typeof refreshToken === 'string' && refreshToken !== '' ? refreshToken : previous,
    ...(lifeOfJwt(accessToken, nowMs) ?? lifeFromNow(answer.expires_in, nowMs)),
  }
}

type Life = Pick<StoredTokens, 'issuedAtMs' | 'expiresAtMs'>

/** Sources contradict each other about a token's life, so its own claims decide (yoto-protocol §1.6). */
function lifeOfJwt(token: string, nowMs: number): Life | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
    const { iat = nowMs / 1000, exp } = objectOf(claims)
    if (typeof iat !== 'number' || typeof exp !== 'number' || !(exp > iat)) return undefined
    return { issuedAtMs: iat * 1000, expiresAtMs: exp * 1000 }
  } catch {
    return undefined
  }
}

function lifeFromNow(expiresIn: unknown, nowMs: number): Life {
  const seconds = typeof expiresIn === 'number' && expiresIn > 0 ? expiresIn : 3600
  return { issuedAtMs: nowMs, expiresAtMs: nowMs + seconds * 1000 }
}
