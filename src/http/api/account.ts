import encodeQR from 'qr'
import { Type } from 'typebox'
import { isoOf } from '../../core/clock.ts'
import { type Route, route } from './route.ts'

/** The household's account at Yoto, as the panel shows it. */
export interface AccountView {
  /** `not_set_up`: no client id is set, so nobody can sign in; `sign_in_again`: Yoto no longer renews the sign-in there was. */
  readonly state: 'not_set_up' | 'signed_out' | 'pending' | 'signed_in' | 'sign_in_again'
  /** Yoto's word for why it ended the sign-in, refuses a new one or does not renew this one; null where it said no such thing. */
  readonly reason: string | null
  readonly simulated: boolean
  readonly signedInAt: Date | null
  /** A code to enter at an address; the complete address has it in it. */
  readonly device: {
    readonly url: string
    readonly completeUrl: string
    readonly code: string
    readonly expiresAt: Date
  } | null
  /** An address to open; where the browser ends up then completes the sign-in. */
  readonly browser: { readonly url: string; readonly redirectUri: string } | null
  /** What is wrong with it, and what to do; null where nothing is. */
  readonly problem: string | null
}

/** Each throws AppError in words for whoever asked. */
export interface AccountDesk {
  view(): AccountView
  signIn(): void
  /** `address`: where a browser ended up. */
  complete(address: string): Promise<void>
  signOut(): Promise<void>
}

/** What the calls about the account at Yoto need of the house. */
export interface AccountHouse {
  readonly account: AccountDesk
}

const longestAddress = 8192

const closed = { additionalProperties: false }

export function accountRoutes({ account }: AccountHouse): Route[] {
  return [
    route({
      method: 'get',
      path: '/account',
      summary: 'Whether the household is signed in to Yoto, and the ways in which it can be.',
      needs: 'admin',
      handle: () => answerOf(account.view()),
    }),
    ...signInRoutes(account),
    route({
      method: 'post',
      path: '/account/sign-out',
      summary: 'Forgets the sign-in at Yoto, and ends one that is under way.',
      needs: 'admin',
      body: Type.Object({}, closed),
      async handle() {
        await account.signOut()
        return answerOf(account.view())
      },
    }),
  ]
}

function signInRoutes(account: AccountDesk): Route[] {
  return [
    route({
      method: 'post',
      path: '/account/sign-in',
      summary: 'Offers a sign-in at Yoto where nobody is signed in; the offers follow within seconds.',
      needs: 'admin',
      body: Type.Object({}, closed),
      handle() {
        account.signIn()
        return answerOf(account.view())
      },
    }),
    route({
      method: 'post',
      path: '/account/complete',
      summary: 'Completes a sign-in through a browser with the address that the browser ended up at.',
      needs: 'admin',
      body: Type.Object({ address: Type.String({ minLength: 1, maxLength: longestAddress }) }, closed),
      async handle({ body }) {
        await account.complete(body.address)
        return answerOf(account.view())
      },
    }),
  ]
}

function answerOf({ state, reason, simulated, signedInAt, device, browser, problem }: AccountView) {
  return {
    state,
    reason,
    simulated,
    signed_in_at: signedInAt === null ? null : isoOf(signedInAt),
    device: device === null ? null : deviceAnswer(device),
    browser: browser === null ? null : { url: browser.url, redirect_uri: browser.redirectUri },
    problem,
  }
}

function deviceAnswer({ url, completeUrl, code, expiresAt }: NonNullable<AccountView['device']>) {
  return {
    url,
    complete_url: completeUrl,
    code,
    expires_at: isoOf(expiresAt),
    qr_svg: encodeQR(completeUrl, 'svg'),
  }
}
