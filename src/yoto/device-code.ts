import { AppError, messageOf } from '../core/error.ts'
import type { JsonObject } from '../core/json.ts'
import type { Log } from '../core/log.ts'
import { webAddressOf } from './json.ts'
import { postForm, SignInRefused, type StoredTokens, type TokenServer, tokensFrom } from './token.ts'

/** What a person must be shown: open the address, enter the code. `completeUrl` has the code in it already. */
export interface SignInPrompt {
  readonly url: string
  readonly completeUrl: string
  readonly code: string
  readonly expiresAt: Date
}

/** What a way of signing in needs; every grant takes this and gives tokens. */
export interface GrantOptions {
  readonly server: TokenServer
  readonly log: Log
  readonly signIn: (prompt: SignInPrompt) => void
  readonly signal: AbortSignal
}

// What the product needs: players and their live control, the family's cards, its own cards and their icons.
const scope = [
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

/**
 * Signs in by device code (RFC 8628): a person enters a code in any browser while we ask whether it is done.
 * A code nobody used in time is replaced by a new one, for as long as it takes.
 * @throws SignInRefused when the person or Yoto said no, AppError `unavailable` when no code could be had.
 */
export async function signInByDeviceCode(options: GrantOptions): Promise<StoredTokens> {
  for (;;) {
    const offer = await requestCode(options)
    options.signIn(offer.prompt)
    const tokens = await awaitApproval(options, offer)
    if (tokens !== 'expired') return tokens
    options.log.info('the sign-in code was not used in time; asking for a new one')
  }
}

interface Offer {
  readonly deviceCode: string
  readonly intervalSeconds: number
  readonly prompt: SignInPrompt
}

async function requestCode({ server, signal }: GrantOptions): Promise<Offer> {
  const answer = await postForm(server, '/oauth/device/code', { form: { scope }, signal })
  const { device_code: deviceCode, user_code: code } = answer
  const url = webAddressOf(answer.verification_uri)
  if (typeof deviceCode !== 'string' || typeof code !== 'string' || url === undefined)
    throw new AppError('unavailable', 'Yoto answered the request for a sign-in code with something else')
  const lifeSeconds = secondsIn(answer, 'expires_in', { otherwise: 300, atMost: 3600 })
  return {
    deviceCode,
    intervalSeconds: secondsIn(answer, 'interval', { otherwise: 5, atMost: 60 }),
    prompt: {
      url,
      completeUrl: webAddressOf(answer.verification_uri_complete) ?? url,
      code,
      expiresAt: new Date(server.clock.now().getTime() + lifeSeconds * 1000),
    },
  }
}

function secondsIn(answer: JsonObject, key: string, limits: { otherwise: number; atMost: number }): number {
  const value = answer[key]
  return typeof value === 'number' && value >= 1 ? Math.min(value, limits.atMost) : limits.otherwise
}

const deviceCodeGrant = 'urn:ietf:params:oauth:grant-type:device_code'
const slowDownSeconds = 5

async function awaitApproval(options: GrantOptions, offer: Offer): Promise<StoredTokens | 'expired'> {
  const { server, signal, log } = options
  const form = { grant_type: deviceCodeGrant, device_code: offer.deviceCode }
  let intervalSeconds = offer.intervalSeconds
  while (server.clock.now() < offer.prompt.expiresAt) {
    await server.clock.sleep(intervalSeconds * 1000, signal)
    try {
      return tokensFrom(server, await postForm(server, '/oauth/token', { form, signal }), null)
    } catch (thrown) {
      signal.throwIfAborted()
      if (thrown instanceof SignInRefused) {
        if (thrown.reason === 'expired_token') return 'expired'
        if (thrown.reason === 'slow_down') intervalSeconds += slowDownSeconds
        else if (thrown.reason !== 'authorization_pending') throw thrown
      } else {
        log.debug('asking whether the sign-in is done failed; asking again', { reason: messageOf(thrown) })
      }
    }
  }
  return 'expired'
}
