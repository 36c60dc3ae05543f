import type { Clock } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { KeptTokens } from './kept-tokens.ts'
import { SignIn, type SignInOffers } from './sign-in.ts'
import type { SignInRefused, StoredTokens, TokenServer } from './token.ts'

/**
 * `pending`: a first sign-in is offered. `sign_in_again`: Yoto no longer renews the one there was; while it is
 * offered again, the last access token serves until it ends.
 */
export type AccountState = 'signed_out' | 'pending' | 'signed_in' | 'sign_in_again'

export interface AccountOptions {
  readonly authUrl: string
  readonly clientId: string
  /** Where Yoto sends browsers back to, as registered for the client; null where that way is not offered. */
  readonly redirectUri: string | null
  readonly tokens: Collection<StoredTokens>
  readonly clock: Clock
  readonly log: Log
  readonly fetch?: typeof fetch
  /** Told of every secret, so that it is masked wherever it would be said. */
  readonly hide: (secret: string) => void
  /** 0 to 1, for the jitter of retries. */
  readonly random?: () => number
}

/** The household's one sign-in at Yoto: offers it, keeps its tokens, and keeps them fresh. */
export class Account {
  readonly #options: AccountOptions
  readonly #server: TokenServer
  readonly #random: () => number
  readonly #kept: KeptTokens
  readonly #listeners = new Set<(state: AccountState) => void>()
  #state: AccountState = 'signed_out'
  #signIn: SignIn | null = null
  /** See `reason`. */
  #reason: string | null = null

  constructor(options: AccountOptions) {
    this.#options = options
    this.#server = options
    this.#random = options.random ?? Math.random
    const { tokens, log } = options
    this.#kept = new KeptTokens({
      server: this.#server,
      tokens,
      log,
      random: this.#random,
      kept: () => this.#signedIn(),
      lost: (refused) => this.#lost(refused),
      refusing: (refused) => this.#refusing(refused),
    })
  }

  /** Takes up the stored sign-in, or offers a new one and returns while that is pending. @throws when the store cannot be read. */
  async start(): Promise<void> {
    const isKnown = await this.#kept.load()
    const ended = this.#kept.held?.endedReason
    if (isKnown && ended === undefined) return this.#enter('signed_in')
    if (isKnown) {
      this.#reason = ended ?? null
      this.#enter('sign_in_again')
    }
    this.signInAgain()
  }

  /** Resolves when a renewal that was under way has ended and is kept, or after five seconds. */
  async stop(): Promise<void> {
    this.#endSignIn()
    await this.#kept.stop()
  }

  state(): AccountState {
    return this.#state
  }

  /** The ways in which a person may sign in now; null when nothing is offered. */
  offers(): SignInOffers | null {
    return this.#signIn?.offers() ?? null
  }

  /**
   * Why nobody is signed in any more, or, while somebody is, why Yoto goes on refusing to renew that; in OAuth's
   * words, and null where nobody said no.
   */
  reason(): string | null {
    return this.#reason
  }

  /** When a person signed in; null when nobody is, and where that is not known. */
  signedInAt(): Date | null {
    const at = this.#state === 'signed_in' ? this.#kept.held?.signedInAtMs : undefined
    return at === undefined ? null : new Date(at)
  }

  /** Calls `listener` after each change of the state or of what is offered, until the returned function is called. */
  onChange(listener: (state: AccountState) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Offers a sign-in where nobody is signed in, and a new code where one is offered that has none. */
  signInAgain(): void {
    if (this.#state === 'signed_in') return
    if (this.#signIn !== null) {
      this.#signIn.askForCode()
      return
    }
    this.#reason = this.#kept.held?.endedReason ?? null
    const { redirectUri, log } = this.#options
    this.#signIn = new SignIn({
      server: this.#server,
      redirectUri,
      log,
      random: this.#random,
      changed: () => this.#tell(),
      signedIn: (tokens) => this.#kept.keep(tokens),
      refused: (refused) => this.#refused(refused),
    })
    if (this.#state === 'signed_out') this.#enter('pending')
    this.#signIn.start()
  }

  /**
   * Completes the sign-in through a browser. `address` is where Yoto sent the browser: the whole address, its query,
   * or code and state alone.
   * @throws AppError in words for whoever copied it: `unprocessable` where no code and state are in it, `conflict`
   * for another sign-in's and where none is offered, `refused` where Yoto said no (then a new one is offered),
   * `unavailable` where Yoto or the store cannot be reached.
   */
  async complete(address: string): Promise<void> {
    if (this.#state === 'signed_in')
      throw new AppError('conflict', 'this household is signed in to Yoto already')
    if (this.#signIn === null)
      throw new AppError(
        'conflict',
        'no sign-in is under way: begin one, and open the page that is offered then',
      )
    await this.#signIn.complete(address)
  }

  /**
   * Forgets the tokens for good and ends what is under way. No new sign-in begins until it is asked for, or at the
   * next start. @throws AppError `unavailable` when the store cannot delete them: they come back at the next start.
   */
  async signOut(): Promise<void> {
    this.#endSignIn()
    this.#reason = null
    const forgotten = this.#kept.forget()
    if (this.#state === 'signed_out') this.#tell()
    else this.#enter('signed_out')
    await forgotten
    this.#options.log.info('signed out of Yoto')
  }

  /**
   * A token that works now. `refused` is a token that Yoto turned down although it looked good: it is
   * replaced, unless that has happened already.
   * @throws AppError `unavailable` when nobody is signed in or a new token cannot be had now.
   */
  accessToken(refused?: string): Promise<string> {
    return this.#kept.accessToken(refused)
  }

  #signedIn(): void {
    this.#endSignIn()
    this.#reason = null
    this.#options.log.info('signed in to Yoto')
    this.#enter('signed_in')
  }

  #lost(refused: SignInRefused): void {
    this.#options.log.error('Yoto no longer accepts this sign-in: sign in again', { reason: refused.reason })
    this.#reason = refused.reason
    this.#enter('sign_in_again')
    this.signInAgain()
  }

  #refusing(refused: SignInRefused | null): void {
    const { log } = this.#options
    this.#reason = refused?.reason ?? null
    if (refused === null) log.info('Yoto renews this sign-in again')
    else
      log.error('Yoto goes on refusing to renew this sign-in; it is asked once an hour', {
        reason: refused.reason,
        words: refused.words,
      })
    this.#tell()
  }

  #refused(refused: SignInRefused): void {
    this.#options.log.error('signing in to Yoto was refused; nothing more is tried until it is asked for', {
      reason: refused.reason,
      words: refused.words,
    })
    this.#endSignIn()
    const said = refused.words ?? refused.reason
    const ended = this.#kept.held?.endedReason
    this.#reason = ended === undefined ? said : `${ended}, and a new sign-in was refused: ${said}`
    // The last access token may still serve, and is given out.
    if (ended !== undefined) this.#tell()
    else this.#enter('signed_out')
  }

  #endSignIn(): void {
    this.#signIn?.end()
    this.#signIn = null
  }

  #enter(state: AccountState): void {
    if (state === this.#state) return
    this.#state = state
    this.#tell()
  }

  #tell(): void {
    const state = this.#state
    for (const listener of this.#listeners) {
      try {
        listener(state)
      } catch (thrown) {
        this.#options.log.error('a listener to the account failed', { state, reason: messageOf(thrown) })
      }
    }
  }
}
