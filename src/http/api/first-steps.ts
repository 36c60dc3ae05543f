import type { AddressCheckView } from '../../core/address-check.ts'
import type { HeardSoFar } from '../../core/first-heard.ts'
import type { AccountHouse, AccountView } from './account.ts'
import type { AddressCheckHouse, AddressView } from './address-check.ts'
import type { CardsHouse } from './cards.ts'
import { type Route, route } from './route.ts'

/** What the call about the first steps needs of the house. */
export interface FirstStepsHouse
  extends AccountHouse,
    Pick<AddressCheckHouse, 'addressCheck'>,
    Pick<CardsHouse, 'cards'> {
  readonly firstSteps: {
    heard(): HeardSoFar
    readonly app: AppAtYoto
  }
}

/** What somebody enters who registers an app at Yoto. */
export interface AppAtYoto {
  /** The address that browsers are sent back to. */
  readonly redirect_uri: string
  readonly scopes: readonly string[]
}

/**
 * `now`: somebody can do it at once; `waiting`: something is under way, or another step comes first; `trouble`: something
 * has to be mended, and `problem` says what; `not_needed`: there is nothing to do in a simulated account.
 */
export type StepState = 'done' | 'not_needed' | 'now' | 'waiting' | 'trouble'

/** The way from a fresh start to a card that is heard. States come from what is there and what has happened. */
export interface FirstStepsView {
  /** Whether no step is open. */
  readonly done: boolean
  readonly sign_in: {
    readonly state: StepState
    readonly account: AccountView['state']
    /** For people; null where nothing is wrong. */
    readonly problem: string | null
    readonly app: AppAtYoto
  }
  readonly address: AddressView & {
    readonly state: StepState
    /** Why cards may not carry the address, or why nobody has fetched the test card, most likely; null: neither. */
    readonly problem: string | null
    readonly check: AddressCheckView | null
    readonly reached_at: HeardSoFar['reached_at']
  }
  readonly card: {
    readonly state: StepState
    /** The step that comes first; null where none does. */
    readonly waits_for: 'sign_in' | 'address' | null
    readonly cards: readonly { readonly card_id: string; readonly title: string }[]
    readonly heard: HeardSoFar['card']
  }
}

interface Facts {
  readonly account: Pick<AccountView, 'state' | 'reason' | 'simulated' | 'problem'>
  readonly address: AddressView
  /** The newest; null where there was none since the start. */
  readonly check: AddressCheckView | null
  readonly cards: FirstStepsView['card']['cards']
  readonly heard: HeardSoFar
  readonly app: AppAtYoto
}

export function firstStepRoutes(house: FirstStepsHouse): Route[] {
  return [
    route({
      method: 'get',
      path: '/first-steps',
      summary:
        'How far the household has come on its way to the first card that is heard: the sign-in, the address that players use, the card.',
      needs: 'admin',
      handle: async () =>
        firstSteps({
          account: house.account.view(),
          address: house.addressCheck.address(),
          check: house.addressCheck.latest(),
          cards: await house.cards(),
          heard: house.firstSteps.heard(),
          app: house.firstSteps.app,
        }),
    }),
  ]
}

/** What the facts mean for somebody who begins. */
export function firstSteps(facts: Facts): FirstStepsView {
  const { account, address, check, heard, app } = facts
  const isIn = account.state === 'signed_in'
  const signIn = signInState(account)
  const standing = addressStanding(facts, isIn)
  const isRefused = addressFault(address) !== null
  const waitsFor = !isIn ? 'sign_in' : isRefused ? 'address' : null
  const card = heard.card !== null ? 'done' : waitsFor === null ? 'now' : 'waiting'
  return {
    done: [signIn, standing.state, card].every((state) => state === 'done' || state === 'not_needed'),
    sign_in: { state: signIn, account: account.state, problem: account.problem, app },
    address: { ...address, ...standing, check, reached_at: heard.reached_at },
    card: {
      state: card,
      waits_for: card === 'waiting' ? waitsFor : null,
      cards: facts.cards.map(({ card_id, title }) => ({ card_id, title })),
      heard: heard.card,
    },
  }
}

function signInState({ state, reason, simulated }: Facts['account']): StepState {
  if (simulated) return 'not_needed'
  if (state === 'signed_in') return 'done'
  // An account that is signed out for no reason of Yoto's is one that somebody may sign in to.
  return state === 'sign_in_again' || (state === 'signed_out' && reason !== null) ? 'trouble' : 'now'
}

/** Why no card of a real account is to carry it; where none is set up yet, the one to come will be. */
function addressFault({ fault, publishable, account }: AddressView): string | null {
  return fault !== null && (!publishable || account === 'none') ? fault.words : null
}

function addressStanding(
  { address, check, heard }: Facts,
  isIn: boolean,
): Pick<FirstStepsView['address'], 'state' | 'problem'> {
  const fault = addressFault(address)
  if (fault !== null) return { state: 'trouble', problem: fault }
  if (heard.reached_at !== null) return { state: 'done', problem: null }
  if (check?.likely_cause != null) return { state: 'trouble', problem: check.likely_cause.words }
  const isUnderWay = check !== null && check.state !== 'fetched'
  return { state: isUnderWay || !isIn ? 'waiting' : 'now', problem: null }
}
