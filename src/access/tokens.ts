import { type Clock, isoOf } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { AppError, messageOf } from '../core/error.ts'
import { isJsonObject } from '../core/json.ts'
import type { Log } from '../core/log.ts'
import { type Caller, reaches, type Scope, scopes } from '../core/role.ts'
import { byAge } from './age.ts'
import { digestOf, newId, newSecret } from './secret.ts'

/** What lets a program in, in the name of a user. */
export interface Token {
  readonly id: string
  readonly user: string
  readonly name: string
  readonly scopes: readonly Scope[]
  /** Of the whole token, which is shown once and kept nowhere. */
  readonly digest: string
  readonly created_at: string
  /** At most an hour old while it is used. */
  readonly last_used_at: string | null
}

/** A token as people see it. */
export interface TokenView extends Pick<Token, 'id' | 'name' | 'scopes' | 'created_at' | 'last_used_at'> {
  readonly username: string
}

interface TokensOptions {
  /** By id. */
  readonly records: Collection<unknown>
  /** The name of a user; empty for one that is gone. */
  readonly usernameOf: (id: string) => string
  readonly clock: Clock
  readonly log: Log
}

const hourMs = 3_600_000
const mostOfUser = 100

/** The API tokens of all users, at hand and in the store. */
export class Tokens {
  readonly #options: TokensOptions
  readonly #byDigest = new Map<string, Token>()

  constructor(options: TokensOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const { records, log } = this.#options
    for (const [id, stored] of await records.entries()) {
      const token = tokenIn(id, stored)
      if (token === null) log.warn('a stored token cannot be read; it opens nothing', { id })
      else this.#byDigest.set(token.digest, token)
    }
  }

  /** The oldest first. */
  all(): Token[] {
    return [...this.#byDigest.values()].sort(byAge)
  }

  /** The caller's own; with admin's scope those of everybody. */
  seenBy(caller: Caller): TokenView[] {
    return this.all()
      .filter((token) => isSeenBy(caller, token))
      .map(this.#viewOf)
  }

  /** The token of a text that somebody sent. */
  find(text: string): Token | null {
    return this.#byDigest.get(digestOf(text)) ?? null
  }

  /** Notes that it was used, in the store once an hour. */
  used(token: Token): void {
    const { records, clock, log } = this.#options
    const now = clock.now()
    if (token.last_used_at !== null && now.getTime() - Date.parse(token.last_used_at) < hourMs) return
    const used = { ...token, last_used_at: isoOf(now) }
    this.#byDigest.set(token.digest, used)
    records
      .set(token.id, used)
      .catch((error) => log.warn('the use of a token is not noted', { error: messageOf(error) }))
  }

  /**
   * Makes a token; `text` is all of it.
   * @throws AppError `forbidden` for a scope the caller does not have, and for a token, which would outlive its own
   * revocation; `conflict` for a user who has very many.
   */
  async create(
    caller: Caller,
    { name, scopes }: Pick<Token, 'name' | 'scopes'>,
  ): Promise<{ token: TokenView; text: string }> {
    const { records, clock, log } = this.#options
    checkMayMake(caller, scopes)
    const user = caller.user.id
    if (this.all().filter((token) => token.user === user).length >= mostOfUser)
      throw new AppError('conflict', `you have ${mostOfUser} tokens already: revoke some first`)
    const id = newId()
    const text = `yss_${id}_${newSecret()}`
    const created_at = isoOf(clock.now())
    const token: Token = { user, name, scopes, id, digest: digestOf(text), created_at, last_used_at: null }
    await records.set(id, token)
    this.#byDigest.set(token.digest, token)
    log.info('an API token was made', { name, username: caller.user.username })
    return { token: this.#viewOf(token), text }
  }

  /** @throws AppError `not_found` for a token that is not, or is not the caller's. */
  async revokeBy(caller: Caller, id: string): Promise<TokenView> {
    const token = this.all().find((one) => one.id === id)
    if (token === undefined || !isSeenBy(caller, token))
      throw new AppError('not_found', `there is no token "${id.slice(0, 80)}"`)
    await this.revoke(token)
    const view = this.#viewOf(token)
    this.#options.log.info('an API token was revoked', { name: view.name, username: view.username })
    return view
  }

  async revoke({ id, digest }: Token): Promise<void> {
    this.#byDigest.delete(digest)
    await this.#options.records.delete(id)
  }

  async revokeAllOf(user: string): Promise<void> {
    for (const token of this.all()) if (token.user === user) await this.revoke(token)
  }

  readonly #viewOf = ({ id, user, name, scopes, created_at, last_used_at }: Token): TokenView => {
    const username = this.#options.usernameOf(user)
    return { id, name, scopes, username, created_at, last_used_at }
  }
}

function isSeenBy({ user, scope }: Caller, token: Token): boolean {
  return token.user === user.id || reaches(scope, 'admin')
}

function checkMayMake(caller: Caller, wished: readonly Scope[]): void {
  if (caller.via === 'token') throw new AppError('forbidden', 'a token cannot make tokens: sign in')
  const beyond = wished.find((scope) => !reaches(caller.scope, scope))
  if (beyond === undefined) return
  throw new AppError('forbidden', `you cannot give a token the scope ${beyond}: you do not have it yourself`)
}

function tokenIn(id: string, stored: unknown): Token | null {
  if (!isJsonObject(stored)) return null
  const { user, name, digest, created_at, last_used_at } = stored
  if (typeof user !== 'string' || typeof name !== 'string' || typeof digest !== 'string') return null
  const listed: readonly unknown[] = Array.isArray(stored.scopes) ? stored.scopes : []
  return {
    id,
    user,
    name,
    digest,
    scopes: scopes.filter((scope) => listed.includes(scope)),
    created_at: typeof created_at === 'string' ? created_at : '',
    last_used_at: typeof last_used_at === 'string' ? last_used_at : null,
  }
}
