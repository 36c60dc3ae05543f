import type { AccountView } from '../src/http/api/account.ts'
import type { Say } from './text.ts'

export type AccountState = AccountView['state']

/** How the household's account at Yoto stands. */
export interface Standing {
  /** Null where that is not known. */
  readonly state: AccountState | null
  /** Yoto's word for why it ended, refused or does not renew a sign-in. */
  readonly reason: string | null
  /** What somebody can enter, and where, to sign the household in. */
  readonly code: { readonly url: string; readonly code: string } | null
}

/** What is wrong with the account, and what to do about it; null where the panel has no words for it. */
export function accountProblem(standing: Standing, say: Say): string | null {
  const { state, code } = standing
  const fault = accountFault(standing, say)
  const enter = code === null ? null : say('problem.enter-code', code)
  if (fault !== null)
    return state === 'sign_in_again' ? `${fault} ${enter ?? say('problem.sign-in-again')}` : fault
  const isOut = state === 'pending' || state === 'signed_out'
  return isOut ? `${say('problem.nobody')} ${enter ?? say('problem.sign-in')}` : null
}

/** What Yoto said no to, for a reader who has the ways to sign in before them; null where it did not. */
export function accountFault({ state, reason }: Omit<Standing, 'code'>, say: Say): string | null {
  if (reason === null) return null
  switch (state) {
    case 'signed_in':
      return say('problem.renewals', { reason })
    case 'sign_in_again':
      return say('problem.ended', { reason })
    case 'signed_out':
      return say('problem.refused', { reason })
    default:
      return null
  }
}
