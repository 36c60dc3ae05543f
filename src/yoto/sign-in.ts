import { backoffMs } from '../core/backoff.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import {
  type BrowserOffer,
  type BrowserSignIn,
  exchangeCode,
  offerBrowserSignIn,
} from './authorization-code.ts'
import { readBrowserAnswer } from './authorization-code-answer.ts'
import { awaitApproval, type DeviceOffer, requestCode, type SignInPrompt } from './device-code.ts'
import { SignInRefused, type StoredTokens, type TokenServer } from './token.ts'

/** The ways in which a person may sign in now. */
export interface SignInOffers {
  readonly device: SignInPrompt | null
  readonly browser: BrowserOffer | null
}

interface SignInOptions {
  readonly server: TokenServer
  /** Where Yoto sends browsers back to, as registered for the client; null where that way is not offered. */
  readonly redirectUri: string | null
  readonly log: Log
  /** 0 to 1, for the jitter of retries. */
  readonly random: () => number
  /** Called when other ways are offered than before. */
  readonly changed: () => void
  /** Keeps the tokens; from then on nothing is offered. */
  readonly signedIn: (tokens: StoredTokens) => Promise<void>
  /** Called when somebody said no, or no way is left. */
  readonly refused: (refused: SignInRefused) => void
}

// An hour of codes that nobody used. Whoever comes later asks for a new one, or takes the way through a browser.
const mostCodes = 12

/**
 * One sign-in, by device code and through a browser at once: Yoto has deprecated device codes for new clients, and
 * a browser elsewhere in the house cannot always reach the address it is sent back to. The first way that ends well
 * ends the other.
 */
export class SignIn {
  readonly #options: SignInOptions
  readonly #over = new AbortController()
  #browser: BrowserSignIn | null = null
  #prompt: SignInPrompt | null = null
  #isAskingForCodes = false
  #exchange: Promise<void> | null = null

  constructor(options: SignInOptions) {
    this.#options = options
  }

  start(): void {
    this.#offerBrowser()
    this.askForCode()
  }

  /** Ends both ways. A code that is being exchanged is still exchanged, and its tokens are dropped. */
  end(): void {
    this.#over.abort(new AppError('unavailable', 'the sign-in is over'))
    this.#browser = null
    this.#prompt = null
  }

  offers(): SignInOffers {
    return { device: this.#prompt, browser: this.#browser?.offer ?? null }
  }

  /** Asks for a code to enter, where none is offered. */
  askForCode(): void {
    if (this.#isAskingForCodes) return
    this.#isAskingForCodes = true
    void this.#offerCodes()
      .catch((thrown: unknown) => this.#codesEnded(thrown))
      .finally(() => {
        this.#isAskingForCodes = false
      })
  }

  /** @throws AppError that says what to do about it; see `Account.complete`. */
  async complete(address: string): Promise<void> {
    if (this.#exchange !== null)
      throw new AppError(
        'conflict',
        'a sign-in is being completed: wait a moment, and look whether it is done',
      )
    const { server } = this.#options
    const offered = this.#browser
    if (offered === null) throw new AppError('conflict', 'no sign-in through a browser is offered here')
    const answer = readBrowserAnswer(address, offered.state)
    if ('refused' in answer) {
      this.#offerBrowser()
      throw new AppError('refused', wordsOfDenial(answer))
    }
    server.hide(answer.code)
    this.#exchange = this.#exchangeFor(offered, answer.code)
    try {
      await this.#exchange
    } finally {
      this.#exchange = null
    }
  }

  async #exchangeFor(offered: BrowserSignIn, code: string): Promise<void> {
    let tokens: StoredTokens
    try {
      tokens = await exchangeCode(this.#options.server, offered, code)
    } catch (thrown) {
      if (!(thrown instanceof SignInRefused))
        throw new AppError(
          'unavailable',
          'Yoto could not be reached: send the same address again in a moment',
          {
            cause: thrown,
          },
        )
      if (!this.#over.signal.aborted) this.#offerBrowser()
      throw new AppError('refused', wordsOfRefusal(thrown), { cause: thrown })
    }
    await this.#finish(tokens)
  }

  async #finish(tokens: StoredTokens): Promise<void> {
    if (this.#over.signal.aborted) throw new AppError('conflict', 'this sign-in is over: begin a new one')
    this.end()
    this.#options.changed()
    await this.#options.signedIn(tokens)
  }

  /** Each answer, good or bad, uses up state and verifier. */
  #offerBrowser(): void {
    const { server, redirectUri, changed } = this.#options
    if (redirectUri === null) return
    this.#browser = offerBrowserSignIn(server, redirectUri)
    changed()
  }

  async #offerCodes(): Promise<void> {
    const { server, log } = this.#options
    const { signal } = this.#over
    for (let unused = 0; unused < mostCodes; unused++) {
      const offer = await this.#codeInTheEnd()
      this.#show(offer.prompt)
      const tokens = await awaitApproval(server, offer, { log, signal })
      if (tokens !== 'expired') return this.#finish(tokens)
      log.info('the sign-in code was not used in time', { code: offer.prompt.code })
    }
    this.#show(null)
    log.warn('nobody has used a sign-in code for long: ask for a new one in the panel when you are there', {
      codes: mostCodes,
    })
  }

  /** However long Yoto cannot be reached. @throws SignInRefused, or the signal's reason when the sign-in is over. */
  async #codeInTheEnd(): Promise<DeviceOffer> {
    const { server, log, random } = this.#options
    const { signal } = this.#over
    let said: string | undefined
    for (let failures = 1; ; failures++) {
      try {
        return await requestCode(server, signal)
      } catch (thrown) {
        signal.throwIfAborted()
        this.#show(null)
        if (thrown instanceof SignInRefused) throw thrown
        const reason = messageOf(thrown)
        if (reason !== said)
          log.warn('Yoto gave no code to sign in with; tried again until it works', { reason })
        said = reason
        await server.clock.sleep(backoffMs(failures, { random }), signal)
      }
    }
  }

  #codesEnded(thrown: unknown): void {
    if (this.#over.signal.aborted) return
    const { log, refused } = this.#options
    if (!(thrown instanceof SignInRefused)) {
      log.error('asking for sign-in codes failed by a fault of ours', { reason: messageOf(thrown) })
      this.#show(null)
      return
    }
    const wasOffered = this.#prompt !== null
    const isDenied = thrown.reason === 'access_denied' && wasOffered
    if (isDenied || this.#browser === null) {
      this.end()
      refused(thrown)
      return
    }
    const what = wasOffered
      ? 'Yoto no longer takes the sign-in code'
      : 'Yoto gives this client no code to sign in with'
    log.info(`${what}; the way through a browser remains`, { reason: thrown.reason })
    this.#show(null)
  }

  #show(prompt: SignInPrompt | null): void {
    if (prompt === this.#prompt) return
    this.#prompt = prompt
    this.#options.changed()
  }
}

function wordsOfDenial({ refused, words }: { refused: string; words: string }): string {
  const said = words === '' ? refused : `${refused}: ${words}`
  return refused === 'access_denied'
    ? `Yoto did not let this product in (${said}). Open the sign-in page again, and allow it`
    : `Yoto could not sign you in (${said}). Open the sign-in page again; if it says the same, look at the app's settings at Yoto`
}

function wordsOfRefusal({ reason, words }: SignInRefused): string {
  if (reason === 'invalid_grant')
    return 'Yoto no longer takes this address: it works once, and only for a few minutes. Open the sign-in page that is offered now, and begin again'
  const said = words === undefined ? reason : `${reason}: ${words}`
  return `Yoto refused the sign-in (${said}). Open the sign-in page again; if it says the same, look at the app's settings at Yoto`
}
