import type { AccountState } from './account-fault.ts'
import { ask } from './request.ts'

/** The household's account at Yoto, and the ways in which somebody can sign in to it now. Times are ISO 8601. */
export interface HouseholdAccountView {
  readonly state: AccountState
  /** Yoto's word for why it ended, refused or does not renew a sign-in. */
  readonly reason: string | null
  readonly simulated: boolean
  readonly signed_in_at: string | null
  /** The complete address has the code in it. */
  readonly device: Readonly<Record<'url' | 'complete_url' | 'code' | 'expires_at' | 'qr_svg', string>> | null
  readonly browser: Readonly<Record<'url' | 'redirect_uri', string>> | null
}

export function fetchAccount(): Promise<HouseholdAccountView> {
  return ask('GET', 'account')
}

/** Offers a sign-in, and a new code where one is offered without. */
export function offerSignIn(): Promise<HouseholdAccountView> {
  return ask('POST', 'account/sign-in', {})
}

/** @throws RequestError 409 or 422 where the address is none that Yoto led to, 502 where Yoto refuses. */
export function completeSignIn(address: string): Promise<HouseholdAccountView> {
  return ask('POST', 'account/complete', { address })
}

export function signOutOfYoto(): Promise<HouseholdAccountView> {
  return ask('POST', 'account/sign-out', {})
}
