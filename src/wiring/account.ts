import encodeQR from 'qr'
import type { Clock } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { Turns } from '../core/turns.ts'
import type { AccountDesk } from '../http/api/account.ts'
import { isOnThisMachine, openRedirectDoor, type RedirectDoor } from '../http/redirect-door.ts'
import { Account } from '../yoto/account.ts'
import type { BrowserOffer } from '../yoto/authorization-code.ts'
import type { SignInPrompt } from '../yoto/device-code.ts'
import type { StoredTokens } from '../yoto/token.ts'
import type { Problems } from './problems.ts'
import { accountProblem, howToSetUp } from './yoto-problems.ts'

interface AccountInput {
  readonly cloud: { readonly authUrl: string; readonly clientId: string }
  /** Whether the cloud approves every sign-in by itself, so that there is nobody to ask. */
  readonly simulated: boolean
  /** Where Yoto sends browsers back to. */
  readonly redirectUri: string
  readonly tokens: Collection<StoredTokens>
  readonly problems: Problems
  /** Masks a secret wherever it would be said. */
  readonly hide: (secret: string) => void
  readonly random: () => number
  readonly clock: Clock
  readonly log: Log
}

export interface HouseholdAccount {
  readonly account: Account
  readonly desk: AccountDesk
  /** Closes the door that browsers come back to. */
  stop(): Promise<void>
}

/**
 * The account with all that tells people of its sign-in: the log, one problem while nobody is signed in, the panel,
 * and the door that a browser on this machine is sent back to.
 */
export function openAccount(input: AccountInput): HouseholdAccount {
  const { cloud, simulated, tokens, problems, hide, random, clock } = input
  const log = input.log.for('yoto')
  const redirectUri = simulated ? null : input.redirectUri
  const account = new Account({ ...cloud, redirectUri, tokens, hide, random, clock, log })
  const complete = (address: string) => account.complete(address)
  const door = new BrowsersDoor({ redirectUri, complete, log })
  const sayNew = offersTo(log, hide)
  const forget = account.onChange(() => {
    const offers = simulated ? null : account.offers()
    sayNew.device(offers?.device ?? null)
    sayNew.browser(offers?.browser ?? null)
    door.want(offers?.browser != null)
    problems.set('account', simulated && account.state() === 'pending' ? null : accountProblem(account))
  })
  return {
    account,
    desk: deskOf(account, { simulated }),
    async stop() {
      forget()
      await door.close()
    },
  }
}

/** In place of a desk where no account can be signed in to. */
export const deskWithoutAccount: AccountDesk = {
  view: () => ({
    state: 'not_set_up',
    reason: null,
    simulated: false,
    signedInAt: null,
    device: null,
    browser: null,
    problem: howToSetUp,
  }),
  signIn: refuseWithoutAccount,
  complete: async () => refuseWithoutAccount(),
  signOut: async () => undefined,
}

function refuseWithoutAccount(): never {
  throw new AppError('conflict', howToSetUp)
}

function deskOf(account: Account, { simulated }: { simulated: boolean }): AccountDesk {
  return {
    view: () => ({
      state: account.state(),
      reason: account.reason(),
      simulated,
      signedInAt: account.signedInAt(),
      device: account.offers()?.device ?? null,
      browser: account.offers()?.browser ?? null,
      problem: accountProblem(account),
    }),
    signIn: () => account.signInAgain(),
    complete: (address) => account.complete(address),
    signOut: () => account.signOut(),
  }
}

/** Says each offer once. */
function offersTo(log: Log, hide: (secret: string) => void) {
  let code: string | undefined
  let address: string | undefined
  return {
    device(prompt: SignInPrompt | null) {
      if (prompt !== null && prompt.code !== code) log.warn(wordsOfCode(prompt))
      code = prompt?.code
    },
    browser(offer: BrowserOffer | null) {
      if (offer !== null && offer.url !== address) {
        log.warn(wordsOfAddress(offer))
        // The address has to be readable here; wherever else its state turns up, nobody needs to read it.
        hide(new URL(offer.url).searchParams.get('state') ?? '')
      }
      address = offer?.url
    },
  }
}

function wordsOfCode({ url, code, completeUrl }: SignInPrompt): string {
  return [
    `Sign in to Yoto: open ${url} and enter the code ${code},`,
    `or open ${completeUrl}, which this leads to as well:`,
    encodeQR(completeUrl, 'ascii').trimEnd(),
  ].join('\n')
}

function wordsOfAddress({ url, redirectUri }: BrowserOffer): string {
  const end = isOnThisMachine(redirectUri)
    ? 'In a browser on this machine that is all. In another, it ends up at a page that cannot be shown:'
    : 'It ends up at the address that is registered for this app:'
  return [
    'Sign in to Yoto in a browser: open',
    url,
    `${end} copy the whole address of that page into the panel, under Yoto account.`,
  ].join('\n')
}

/** The door is open only while somebody may come. */
class BrowsersDoor {
  readonly #options: { redirectUri: string | null; complete: (address: string) => Promise<void>; log: Log }
  readonly #turns = new Turns<'door'>()
  #isWanted = false
  #door: RedirectDoor | null = null

  constructor(options: {
    redirectUri: string | null
    complete: (address: string) => Promise<void>
    log: Log
  }) {
    this.#options = options
  }

  want(isWanted: boolean): void {
    if (isWanted === this.#isWanted) return
    this.#isWanted = isWanted
    void this.#turns.take('door', () => this.#openOrClose())
  }

  async close(): Promise<void> {
    this.want(false)
    await this.#turns.settled('door')
  }

  async #openOrClose(): Promise<void> {
    const { redirectUri, complete, log } = this.#options
    if (!this.#isWanted) {
      await this.#door?.stop()
      this.#door = null
      return
    }
    if (this.#door !== null || redirectUri === null || !isOnThisMachine(redirectUri)) return
    try {
      this.#door = await openRedirectDoor({ redirectUri, complete, log })
    } catch (thrown) {
      log.info(
        'browsers on this machine cannot be taken back from Yoto; copying the address into the panel works',
        { reason: messageOf(thrown) },
      )
    }
  }
}
