import type { Account } from '../yoto/account.ts'
import type { SignInPrompt } from '../yoto/device-code.ts'
import type { LinkState } from './cloud-link.ts'

/** Said wherever something needs an account and there is none. */
export const noAccount = 'no Yoto account is set up'

export const howToSetUp = `${noAccount}: register an app at https://dashboard.yoto.dev and set the option yoto.client_id to its client id`

/** What to do so that somebody is signed in; null where somebody is and stays so. */
export function accountProblem(account: Pick<Account, 'state' | 'reason' | 'offers'>): string | null {
  const how = howToSignIn(account.offers()?.device ?? null)
  const reason = account.reason()
  switch (account.state()) {
    case 'signed_in':
      return reason === null
        ? null
        : `Yoto refuses to renew the sign-in of this household (${reason}): check the option yoto.client_id and the app's settings at Yoto, or sign out and in again under Yoto account in the panel`
    case 'pending':
      return `sign in to Yoto: ${how}`
    case 'sign_in_again':
      return `Yoto has ended the sign-in of this household (${reason}): sign in again: ${how}`
    case 'signed_out':
      return reason === null
        ? 'signed out of Yoto: sign in again under Yoto account in the panel'
        : `the sign-in at Yoto was refused (${reason}): try again under Yoto account in the panel`
  }
}

/** While nobody is signed in, the account has a problem of its own that says what to do. */
export function connectionProblem({ account, connected, reason }: LinkState): string | null {
  if (account !== 'signed_in' || connected) return null
  return `not connected to Yoto: ${reason ?? 'no reason given'}`
}

/** Without a connection that alone is said: both mostly have one cause. */
export function playersProblem({ account, connected, unlisted }: LinkState): string | null {
  if (account !== 'signed_in' || !connected || unlisted === null) return null
  return `the players of the Yoto account could not be read: ${unlisted}`
}

function howToSignIn(device: SignInPrompt | null): string {
  return device === null
    ? 'open Yoto account in the panel, or look into the log'
    : `open ${device.url} and enter the code ${device.code}, or open Yoto account in the panel`
}
