import { AppError, messageOf } from '../core/error.ts'
import type { JsonObject } from '../core/json.ts'
import type { Log } from '../core/log.ts'
import { webAddressOf } from './json.ts'
import {
  audience,
  postForm,
  SignInRefused,
  type StoredTokens,
  scope,
  shownWords,
  type TokenServer,
  tokensFrom,
} from './token.ts'

/** What a person must be shown: open the address, enter the code. `completeUrl` has the code in it already. */
export interface SignInPrompt {
  readonly url: string
  readonly completeUrl: string
  readonly code: string
  readonly expiresAt: Date
}

/** A code that a person may enter, as it was given to us. */
export interface DeviceOffer {
  readonly deviceCode: string
  readonly intervalSeconds: number
  readonly prompt: SignInPrompt
}

/**
 * Asks for a code to sign in with (RFC 8628): a person enters it in any browser while we ask whether it is done.
 * @throws SignInRefused when Yoto gives this client none, AppError `unavailable` when none could be had now.
 */
export async function requestCode(server: TokenServer, signal: AbortSignal): Promise<DeviceOffer> {
  const answer = await postForm(server, '/oauth/device/code', { form: { scope, audience }, signal })
  const { device_code: deviceCode, user_code: code } = answer
  const url = shortAddress(answer.verification_uri)
  if (typeof deviceCode !== 'string' || typeof code !== 'string' || url === undefined)
    throw new AppError('unavailable', 'Yoto answered the request for a sign-in code with something else')
  const lifeSeconds = secondsIn(answer, 'expires_in', { otherwise: 300, atMost: 3600 })
  return {
    deviceCode,
    intervalSeconds: secondsIn(answer, 'interval', { otherwise: 5, atMost: 60 }),
    prompt: {
      url,
      completeUrl: shortAddress(answer.verification_uri_complete) ?? url,
      code: shownWords(code),
      expiresAt: new Date(server.clock.now().getTime() + lifeSeconds * 1000),
    },
  }
}

// A QR code that a phone still reads from a screen.
const longestAddress = 500

function shortAddress(value: unknown): string | undefined {
  const address = webAddressOf(value)
  return address !== undefined && address.length <= longestAddress ? address : undefined
}

function secondsIn(answer: JsonObject, key: string, limits: { otherwise: number; atMost: number }): number {
  const value = answer[key]
  return typeof value === 'number' && value >= 1 ? Math.min(value, limits.atMost) : limits.otherwise
}

const deviceCodeGrant = 'urn:ietf:params:oauth:grant-type:device_code'
const slowDownSeconds = 5

/**
 * Asks at the pace that Yoto wants until somebody has entered the code.
 * @throws SignInRefused when the person or Yoto said no, the signal's reason when it is aborted.
 */
export async function awaitApproval(
  server: TokenServer,
  offer: DeviceOffer,
  { log, signal }: { log: Log; signal: AbortSignal },
): Promise<StoredTokens | 'expired'> {
  const form = { grant_type: deviceCodeGrant, device_code: offer.deviceCode, audience }
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
