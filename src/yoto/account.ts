import { backoffMs } from '../core/backoff.ts'
import type { Clock } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { type SignInPrompt, signInByDeviceCode } from './device-code.ts'
import { refreshTokens, SignInRefused, type StoredTokens, type TokenServer } from './token.ts'

export type AccountState = 'signed-out' | 'pending' | 'signed-in' | 'sign-in-again'

export interface AccountOptions {
  readonly authUrl: string
  readonly clientId: string
  readonly tokens: Collection<StoredTokens>
  readonly clock: Clock
  readonly log: Log
  /** Shows a person where to sign in; called again with each new code. */
  readonly signIn: (prompt: SignInPrompt) => void
  readonly fetch?: typeof fetch
  /** Told of every token, so that it is masked wherever it would be said. */
  readonly hide: (secret: string) => void
  /** 0 to 1, for the jitter of retries. */
  readonly random?: () => number
}

const storeKey = 'account'
// The share of its life a token must still have before it is handed out without asking for the next one.
const freshShare = 0.2
// On a machine whose clock is wrong every token looks old; it must not be renewed on every call for that.
const shortestUseMs = 60_000
// Yoto's words for a refresh token that will never work again (yoto-protocol §1.6).
const finalReasons: ReadonlySet<string> = new Set([
  'invalid_grant',
  'invalid_token',
  'expired_token',
  'token_expired',
  'refresh_token_expired',
])

/** The household's one sign-in at Yoto: keeps its tokens, and keeps them fresh. */
export class Account {
  readonly #options: AccountOptions
  readonly #server: TokenServer
  readonly #random: () => number
  readonly #listeners = new Set<(state: AccountState) => void>()
  #stopping = new AbortController()
  #state: AccountState = 'signed-out'
  #tokens: StoredTokens | null = null
  /** Tokens that Yoto has given out and the store does not have yet. */
  #unsaved: StoredTokens | null = null
  #signingIn = false
  #renewedAtMs = Number.NEGATIVE_INFINITY
  #attempt: Promise<void> | null = null
  #cancelRefresh = () => {}

  constructor(options: AccountOptions) {
    this.#options = options
    this.#server = options
    this.#random = options.random ?? Math.random
  }

  /** Takes up the stored sign-in, or begins a new one and returns while it is pending. @throws when the store cannot be read. */
  async start(): Promise<void> {
    this.#stopping = new AbortController()
    const stored = await this.#options.tokens.get(storeKey)
    for (const token of [stored?.accessToken, stored?.refreshToken]) if (token) this.#options.hide(token)
    if (stored === undefined || stored.clientId !== this.#options.clientId) return this.signInAgain()
    this.#accept(stored)
  }

  stop(): void {
    this.#cancelRefresh()
    this.#stopping.abort(new AppError('unavailable', 'the Yoto account is stopping'))
  }

  state(): AccountState {
    return this.#state
  }

  /** Calls `listener` after each change of state until the returned function is called. */
  onStateChange(listener: (state: AccountState) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Begins a sign-in where none is held or pending; for a household that refused one and thought better of it. */
  signInAgain(): void {
    if (this.#signingIn || this.#tokens !== null) return
    this.#signingIn = true
    void this.#signIn().finally(() => {
      this.#signingIn = false
    })
  }

  /**
   * A token that works now. `refused` is a token that Yoto turned down although it looked good: it is
   * replaced, unless that has happened already.
   * @throws AppError `unavailable` when nobody is signed in or a new token cannot be had now.
   */
  async accessToken(refused?: string): Promise<string> {
    const held = this.#heldTokens()
    const bad = held.accessToken === refused
    if (!bad && this.#refreshDueInMs(held) > 0) return held.accessToken
    try {
      await (this.#attempt ?? this.#beginRefresh())
    } catch (thrown) {
      const now = this.#heldTokens(thrown)
      if (now.accessToken !== refused && now.expiresAtMs > this.#nowMs()) return now.accessToken
      throw new AppError('unavailable', 'no new Yoto token could be had now', { cause: thrown })
    }
    return this.#heldTokens().accessToken
  }

  #heldTokens(cause?: unknown): StoredTokens {
    if (this.#tokens === null)
      throw new AppError('unavailable', 'not signed in to Yoto', cause === undefined ? {} : { cause })
    return this.#tokens
  }

  async #signIn(): Promise<void> {
    if (this.#state === 'signed-out') this.#enter('pending')
    const { log, signIn } = this.#options
    const { signal } = this.#stopping
    let said: string | undefined
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        this.#unsaved ??= await signInByDeviceCode({ server: this.#server, log, signIn, signal })
        await this.#save()
        log.info('signed in to Yoto')
        return
      } catch (thrown) {
        if (signal.aborted) return
        if (thrown instanceof SignInRefused) return this.#refusedSignIn(thrown)
        const reason = messageOf(thrown)
        if (reason !== said) log.warn('signing in to Yoto failed; tried again until it works', { reason })
        said = reason
        await this.#waitAfter(failures)
      }
    }
  }

  #refusedSignIn(refused: SignInRefused): void {
    this.#options.log.error('signing in to Yoto was refused; nothing more is tried until it is asked for', {
      reason: refused.reason,
    })
    this.#enter('signed-out')
  }

  /** Retries in the background until there are new tokens; the returned promise is the first attempt only. */
  #beginRefresh(): Promise<void> {
    this.#cancelRefresh()
    const first = this.#refreshOnce()
    this.#attempt = first
    void this.#goOnRefreshing(first)
    return first
  }

  async #goOnRefreshing(first: Promise<void>): Promise<void> {
    const { signal } = this.#stopping
    let attempt = first
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        await attempt
        break
      } catch (thrown) {
        if (signal.aborted) break
        if (isFinal(thrown)) {
          this.#loseSignIn(thrown)
          break
        }
        if (failures === 1)
          this.#options.log.warn('renewing the Yoto token failed; trying again', {
            reason: messageOf(thrown),
          })
        await this.#waitAfter(failures)
        if (signal.aborted) break
        attempt = this.#refreshOnce()
        this.#attempt = attempt
      }
    }
    this.#attempt = null
  }

  async #refreshOnce(): Promise<void> {
    const { refreshToken } = this.#heldTokens()
    // A refresh token works once: after a failed write the pair we already have is saved, not asked for again.
    if (this.#unsaved === null) {
      if (refreshToken === null) throw new SignInRefused('renewing the token', 'refresh_token_expired')
      this.#unsaved = await refreshTokens(this.#server, refreshToken, this.#stopping.signal)
    }
    await this.#save()
  }

  /** Yoto forgets the old refresh token as soon as it gives the next one, so the store comes before any use. */
  async #save(): Promise<void> {
    if (this.#unsaved === null) return
    await this.#options.tokens.set(storeKey, this.#unsaved)
    const saved = this.#unsaved
    this.#unsaved = null
    this.#renewedAtMs = this.#nowMs()
    this.#accept(saved)
  }

  #accept(tokens: StoredTokens): void {
    this.#tokens = tokens
    if (tokens.refreshToken === null)
      this.#options.log.warn('Yoto gave no refresh token (scope offline_access); this sign-in will end')
    this.#cancelRefresh()
    const due = new Date(this.#nowMs() + Math.max(0, this.#refreshDueInMs(tokens)))
    this.#cancelRefresh = this.#options.clock.at(due, () => {
      if (this.#attempt === null && this.#tokens === tokens) this.#beginRefresh().catch(() => {})
    })
    this.#enter('signed-in')
  }

  #loseSignIn(refused: SignInRefused): void {
    this.#tokens = null
    this.#options.log.error('Yoto no longer accepts this sign-in: sign in again', { reason: refused.reason })
    this.#enter('sign-in-again')
    this.signInAgain()
  }

  /** Milliseconds until the token should be replaced; negative when that is overdue. */
  #refreshDueInMs({ issuedAtMs, expiresAtMs }: StoredTokens): number {
    const dueMs = expiresAtMs - freshShare * (expiresAtMs - issuedAtMs)
    return Math.max(dueMs, this.#renewedAtMs + shortestUseMs) - this.#nowMs()
  }

  #nowMs(): number {
    return this.#options.clock.now().getTime()
  }

  #waitAfter(failures: number): Promise<void> {
    const ms = backoffMs(failures, { random: this.#random })
    return this.#options.clock.sleep(ms, this.#stopping.signal).catch(() => {})
  }

  #enter(state: AccountState): void {
    if (state === this.#state) return
    this.#state = state
    for (const listener of this.#listeners) {
      try {
        listener(state)
      } catch (thrown) {
        this.#options.log.error('a listener to the account failed', { state, reason: messageOf(thrown) })
      }
    }
  }
}

function isFinal(thrown: unknown): thrown is SignInRefused {
  return thrown instanceof SignInRefused && finalReasons.has(thrown.reason)
}
