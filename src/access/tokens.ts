import { type Clock, isoOf } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { AppError, messageOf } from '../core/error.ts'
import { isJsonObject } from '../core/json.ts'
import type { Log } from '../core/log.ts'
import { type Scope, scopes } from '../core/role.ts'
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

interface TokensOptions {
  /** By id. */
  readonly records: Collection<unknown>
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

  get(id: string): Token | undefined {
    return this.all().find((token) => token.id === id)
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

  /** Makes a token; `text` is all of it. @throws AppError `conflict` for a user who has very many. */
  async create(wish: Pick<Token, 'user' | 'name' | 'scopes'>): Promise<{ token: Token; text: string }> {
    const { records, clock } = this.#options
    if (this.all().filter(({ user }) => user === wish.user).length >= mostOfUser)
      throw new AppError('conflict', `you have ${mostOfUser} tokens already: revoke some first`)
    const id = newId()
    const text = `yss_${id}_${newSecret()}`
    const created_at = isoOf(clock.now())
    const token: Token = { ...wish, id, digest: digestOf(text), created_at, last_used_at: null }
    await records.set(id, token)
    this.#byDigest.set(token.digest, token)
    return { token, text }
  }

  async revoke({ id, digest }: Token): Promise<void> {
    this.#byDigest.delete(digest)
    await this.#options.records.delete(id)
  }

  async revokeAllOf(user: string): Promise<void> {
    for (const token of this.all()) if (token.user === user) await this.revoke(token)
  }
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
