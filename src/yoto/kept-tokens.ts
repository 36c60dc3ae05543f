import type { Collection } from '../core/collection.ts'
import { AppError, messageOf } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { isFinal, RenewalRefusals } from './renewal-refusals.ts'
import { isJustRenewed, renewalDueMs, renewalRetryMs } from './renewal-times.ts'
import { refreshTokens, SignInRefused, type StoredTokens, type TokenServer } from './token.ts'
import { waitAtMost } from './wait-at-most.ts'

interface KeptTokensOptions {
  readonly server: TokenServer
  readonly tokens: Collection<StoredTokens>
  readonly log: Log
  /** 0 to 1, for the jitter of retries. */
  readonly random: () => number
  /** Called when the store has tokens of a new sign-in, and with the reason when they can never be renewed again. */
  readonly kept: () => void
  readonly lost: (refused: SignInRefused) => void
  /** Called with the refusal when Yoto goes on refusing to renew them for another reason, and with null when that is over. */
  readonly refusing: (refused: SignInRefused | null) => void
}

const storeKey = 'account'
// A renewal that is under way when the product stops is waited for, within the ten seconds that it has.
const longestFarewellMs = 5_000
// A login server that hangs holds nobody up for longer while there is a token that serves.
const longestPatienceMs = 2_000

/**
 * The household's tokens, in memory and in the store, always fresh.
 *
 * A refresh token works once, and Yoto forgets it as soon as it answers with the next one. So nothing uses a pair
 * before the store has it on disk, and whoever is killed from then on is signed in at the next start. Before the
 * request the store takes a note that the token is being spent: a store that cannot write costs no token, and a
 * process that is killed during the request knows at its next start that the old token has to be tried again at
 * once, which a server that lets the last token work for some more seconds accepts. What no client can close is the
 * moment between Yoto's decision and our commit: the answer travels, and then one write is synced. Whoever is killed
 * or loses power right then, once per token, has nothing but the old token; where Yoto no longer takes it, the access
 * token serves until it ends, and somebody has to sign in again.
 */
export class KeptTokens {
  readonly #options: KeptTokensOptions
  readonly #refusals: RenewalRefusals
  #stopping = new AbortController()
  #held: StoredTokens | null = null
  /** Tokens that Yoto has given out and the store does not have yet. */
  #unsaved: StoredTokens | null = null
  #renewedAtMs = Number.NEGATIVE_INFINITY
  /** Whether a sign-in brought what is held: Yoto may turn that down at once, and a renewal then helps. */
  #isOfSignIn = false
  #attempt: Promise<void> | null = null
  #attemptSinceMs = Number.NEGATIVE_INFINITY
  #saving: Promise<void> | null = null
  #cancelRefresh = () => {}
  /** Counts what was forgotten: an answer that was asked for before is not kept after it. */
  #forgotten = 0

  constructor(options: KeptTokensOptions) {
    this.#options = options
    this.#refusals = new RenewalRefusals(options.refusing)
  }

  /** Takes up what the store has. Resolves with whether that is anything. @throws when the store cannot be read. */
  async load(): Promise<boolean> {
    this.#stopping = new AbortController()
    const { tokens, server } = this.#options
    const stored = await tokens.get(storeKey)
    for (const token of [stored?.accessToken, stored?.refreshToken]) if (token) server.hide(token)
    if (stored === undefined || stored.clientId !== server.clientId) return false
    this.#hold(stored)
    return true
  }

  /** Lets a renewal that is under way come to its end, for some seconds. From then on no refresh token is spent. */
  async stop(): Promise<void> {
    this.#cancelRefresh()
    this.#stopping.abort(new AppError('unavailable', 'the Yoto account is stopping'))
    const underWay = this.#attempt?.catch(() => undefined)
    if (underWay !== undefined) await waitAtMost(this.#options.server.clock, underWay, longestFarewellMs)
    await this.#save().catch((thrown: unknown) => {
      this.#options.log.error('the Yoto tokens could not be kept; somebody will have to sign in again', {
        reason: messageOf(thrown),
      })
    })
  }

  /** What there is to use; null when nobody is signed in. */
  get held(): StoredTokens | null {
    return this.#held
  }

  /**
   * Resolves when the store has the tokens of a new sign-in; what failed is tried again until it has.
   * @throws AppError `unavailable`, with `tried_again` in its details, when the first try failed.
   */
  async keep(tokens: StoredTokens): Promise<void> {
    if (tokens.refreshToken === null)
      this.#options.log.warn('Yoto gave no refresh token (scope offline_access); this sign-in will end')
    const unsaved = { ...tokens, signedInAtMs: this.#nowMs() }
    this.#unsaved = unsaved
    try {
      await this.#beginRefresh()
    } catch (thrown) {
      if (this.#unsaved !== unsaved) throw thrown
      const words = `Yoto has signed this household in, but that could not be stored (${messageOf(thrown)})`
      const details = { tried_again: true }
      throw new AppError('unavailable', `${words}; it is tried again by itself`, { cause: thrown, details })
    }
  }

  /** @throws when the store cannot delete them: then they are gone until the next start alone. */
  async forget(): Promise<void> {
    this.#forgotten++
    this.#cancelRefresh()
    this.#stopping.abort(new AppError('unavailable', 'signed out'))
    this.#stopping = new AbortController()
    this.#held = null
    this.#unsaved = null
    this.#attempt = null
    this.#saving = null
    this.#refusals.clear()
    await this.#options.tokens.delete(storeKey)
  }

  /** See `Account.accessToken`. */
  async accessToken(refused?: string): Promise<string> {
    const held = this.#mustHold()
    const isRefused = held.accessToken === refused
    const hasEnded = held.endedReason !== undefined
    const stillServes = (tokens: StoredTokens) =>
      tokens.accessToken !== refused && tokens.expiresAtMs > this.#nowMs()
    if (!isRefused && !hasEnded && this.#refreshDueInMs(held) > 0) return held.accessToken
    const { signal } = this.#stopping
    if ((hasEnded || signal.aborted) && stillServes(held)) return held.accessToken
    signal.throwIfAborted()
    if (hasEnded && this.#attempt === null) throw notSignedIn()
    const wasJustRenewed = !this.#isOfSignIn && isJustRenewed(this.#renewedAtMs, this.#nowMs())
    if (isRefused && wasJustRenewed && this.#attempt === null)
      throw new AppError('unavailable', 'Yoto refuses a token that it gave out less than a minute ago')
    try {
      const attempt = this.#attempt ?? this.#beginRefresh()
      const leftMs = this.#attemptSinceMs + longestPatienceMs - this.#nowMs()
      if (stillServes(held)) await waitAtMost(this.#options.server.clock, attempt, leftMs)
      if (!stillServes(this.#mustHold())) await attempt
    } catch (thrown) {
      const now = this.#mustHold(thrown)
      if (stillServes(now)) return now.accessToken
      throw new AppError('unavailable', 'no new Yoto token could be had now', { cause: thrown })
    }
    return this.#mustHold().accessToken
  }

  #mustHold(cause?: unknown): StoredTokens {
    if (this.#held === null) throw notSignedIn(cause)
    return this.#held
  }

  /** Retries in the background until the store has new tokens; the returned promise is the first attempt only. */
  #beginRefresh(): Promise<void> {
    this.#cancelRefresh()
    const first = this.#try()
    void this.#goOnRefreshing(first)
    return first
  }

  #try(): Promise<void> {
    this.#attemptSinceMs = this.#nowMs()
    const attempt = this.#refreshOnce()
    this.#attempt = attempt
    return attempt
  }

  async #goOnRefreshing(first: Promise<void>): Promise<void> {
    const { signal } = this.#stopping
    let attempt = first
    let said: string | undefined
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        await attempt
        break
      } catch (thrown) {
        if (signal.aborted) return
        if (isFinal(thrown)) {
          await this.#lose(thrown)
          break
        }
        const what =
          this.#unsaved === null ? 'renewing the Yoto token failed' : 'storing the Yoto tokens failed'
        if (what !== said) this.#options.log.warn(`${what}; trying again`, { reason: messageOf(thrown) })
        said = what
        await this.#waitAfter(failures, thrown)
        if (signal.aborted) return
        attempt = this.#try()
      }
    }
    if (this.#attempt === attempt) this.#attempt = null
  }

  async #refreshOnce(): Promise<void> {
    // After a failed write the pair we already have is kept: nobody would give us a third.
    if (this.#unsaved === null) {
      const forgotten = this.#forgotten
      const { signal } = this.#stopping
      signal.throwIfAborted()
      const held = this.#mustHold()
      const { refreshToken } = held
      if (refreshToken === null) throw new SignInRefused('renewing the token', 'refresh_token_expired')
      const { tokens, server } = this.#options
      await tokens.set(storeKey, { ...held, renewingSinceMs: this.#nowMs() })
      signal.throwIfAborted()
      const next = await refreshTokens(server, refreshToken)
      if (forgotten !== this.#forgotten) throw notSignedIn()
      this.#unsaved = signedInAt(next, held.signedInAtMs)
    }
    await this.#save()
  }

  /** Whoever comes while the store is writing waits for that. */
  #save(): Promise<void> {
    if (this.#saving !== null) return this.#saving
    const saving = this.#store().finally(() => {
      if (this.#saving === saving) this.#saving = null
    })
    this.#saving = saving
    return saving
  }

  /** The store comes before any use. */
  async #store(): Promise<void> {
    const pair = this.#unsaved
    if (pair === null) return
    await this.#options.tokens.set(storeKey, pair)
    if (this.#unsaved !== pair) throw notSignedIn()
    this.#unsaved = null
    this.#renewedAtMs = this.#nowMs()
    const isOfNewSignIn = this.#held === null || this.#held.endedReason !== undefined
    this.#isOfSignIn = isOfNewSignIn
    this.#hold(pair)
    if (isOfNewSignIn) this.#options.kept()
    this.#refusals.over()
  }

  #hold(tokens: StoredTokens): void {
    this.#held = tokens
    this.#cancelRefresh()
    if (tokens.endedReason !== undefined || this.#stopping.signal.aborted) return
    if (tokens.renewingSinceMs !== undefined)
      this.#options.log.info('the last run ended while the Yoto token was being renewed; trying it again')
    const dueInMs = tokens.renewingSinceMs === undefined ? Math.max(0, this.#refreshDueInMs(tokens)) : 0
    this.#cancelRefresh = this.#options.server.clock.at(new Date(this.#nowMs() + dueInMs), () => {
      if (this.#attempt === null && this.#held === tokens) this.#beginRefresh().catch(() => {})
    })
  }

  async #lose(refused: SignInRefused): Promise<void> {
    if (this.#held === null) return
    this.#cancelRefresh()
    const ended = { ...this.#held, refreshToken: null, endedReason: refused.reason }
    this.#held = ended
    this.#refusals.clear()
    this.#options.lost(refused)
    // Where this fails, the next start asks once more and hears the same.
    await this.#options.tokens.set(storeKey, ended).catch((thrown: unknown) => {
      this.#options.log.warn('the end of the sign-in at Yoto could not be noted', {
        reason: messageOf(thrown),
      })
    })
  }

  /** Milliseconds until the token should be replaced; negative when that is overdue. */
  #refreshDueInMs(tokens: StoredTokens): number {
    return renewalDueMs(tokens, this.#renewedAtMs) - this.#nowMs()
  }

  #nowMs(): number {
    return this.#options.server.clock.now().getTime()
  }

  #waitAfter(failures: number, thrown: unknown): Promise<void> {
    const { server, random } = this.#options
    const leftMs = (this.#held?.expiresAtMs ?? 0) - this.#nowMs()
    const refused = this.#refusals.count(thrown)
    const ms = renewalRetryMs(failures, { leftMs, refused, random })
    return server.clock.sleep(ms, this.#stopping.signal).catch(() => {})
  }
}

function notSignedIn(cause?: unknown): AppError {
  return new AppError('unavailable', 'not signed in to Yoto', cause === undefined ? {} : { cause })
}

function signedInAt(tokens: StoredTokens, signedInAtMs: number | undefined): StoredTokens {
  return signedInAtMs === undefined ? tokens : { ...tokens, signedInAtMs }
}
