import { createHash, randomBytes } from 'node:crypto'
import { audience, postForm, type StoredTokens, scope, type TokenServer, tokensFrom } from './token.ts'

/** What a person opens in a browser, and where Yoto sends that browser afterwards. */
export interface BrowserOffer {
  readonly url: string
  readonly redirectUri: string
}

/** An offer with what only we know of it. Good for one answer. */
export interface BrowserSignIn {
  readonly offer: BrowserOffer
  /** Shows that an answer belongs to this offer. */
  readonly state: string
  /** Shows that whoever exchanges the code is the one who made the offer; it leaves us with the exchange alone. */
  readonly verifier: string
}

const secretBytes = 32

/**
 * A sign-in by authorization code with PKCE (RFC 7636), with a state and a verifier of its own.
 * The address is asked for as yoto-protocol §1.3 says.
 */
export function offerBrowserSignIn(server: TokenServer, redirectUri: string): BrowserSignIn {
  const [state, verifier] = [secret(), secret()]
  server.hide(verifier)
  const url = new URL(`${server.authUrl.replace(/\/+$/, '')}/authorize`)
  url.search = new URLSearchParams({
    audience,
    scope,
    response_type: 'code',
    client_id: server.clientId,
    redirect_uri: redirectUri,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    state,
  }).toString()
  return { offer: { url: url.href, redirectUri }, state, verifier }
}

/**
 * The tokens for a code that came back to the redirect address.
 * @throws SignInRefused when Yoto no longer takes it, AppError `unavailable` when Yoto cannot be reached.
 */
export async function exchangeCode(
  server: TokenServer,
  { offer, verifier }: BrowserSignIn,
  code: string,
): Promise<StoredTokens> {
  const form = {
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: offer.redirectUri,
  }
  return tokensFrom(server, await postForm(server, '/oauth/token', { form }), null)
}

function secret(): string {
  return randomBytes(secretBytes).toString('base64url')
}
