import { type Clock, every, isoOf } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { messageOf } from '../core/error.ts'
import { isJsonObject } from '../core/json.ts'
import type { Log } from '../core/log.ts'
import { digestOf, newSecret } from './secret.ts'

/** Somebody who has signed in, on one device. */
export interface Session {
  /** Of the secret that only the device has. */
  readonly digest: string
  readonly user: string
  /** Names the password it was opened with; once the user has another, it is over. */
  readonly password: string
  /** Where it was opened, as limits count it; empty where that is not known. */
  readonly network: string
  readonly extended_at: string
  readonly expires_at: string
}

interface SessionsOptions {
  /** By digest. */
  readonly records: Collection<unknown>
  readonly clock: Clock
  readonly log: Log
}

const dayMs = 86_400_000
// How long a session lasts that nobody uses; the cookie's Max-Age says the same.
const sessionMs = 30 * dayMs
// More devices than anybody has; a program that signs in again and again must not fill the store.
const mostOfUser = 50

/** The sessions of all users, at hand and in the store. */
export class Sessions {
  readonly #options: SessionsOptions
  readonly #byDigest = new Map<string, Session>()
  #stop: () => void = () => undefined

  constructor(options: SessionsOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const { records, clock, log } = this.#options
    for (const [digest, stored] of await records.entries()) {
      const session = sessionIn(digest, stored)
      if (session !== null) this.#byDigest.set(digest, session)
      else await records.delete(digest)
    }
    const tidy = () =>
      this.#tidy().catch((error) => log.warn('old sessions are not cleared yet', { error: messageOf(error) }))
    this.#stop = every(clock, dayMs, () => void tidy())
    await tidy()
  }

  stop(): void {
    this.#stop()
  }

  all(): Session[] {
    return [...this.#byDigest.values()]
  }

  /** Opens a session; resolves with its secret when the store has it. */
  async open(opened: Pick<Session, 'user' | 'password' | 'network'>): Promise<string> {
    const { records } = this.#options
    const secret = newSecret()
    const digest = digestOf(secret)
    const session = { digest, ...opened, ...this.#times() }
    await records.set(digest, session)
    this.#byDigest.set(digest, session)
    const [oldest, ...others] = this.#ofUser(opened.user)
    if (oldest !== undefined && others.length >= mostOfUser) await this.end(oldest.digest)
    return secret
  }

  /** The session of a secret, while it lasts. */
  find(secret: string): Session | null {
    const session = this.#byDigest.get(digestOf(secret))
    return session !== undefined && this.#lasts(session) ? session : null
  }

  has(digest: string): boolean {
    return this.#byDigest.has(digest)
  }

  /** Lets it last from now on, where that was not done today; whether it was. */
  extend(digest: string): boolean {
    const session = this.#byDigest.get(digest)
    const now = this.#options.clock.now().getTime()
    if (session === undefined || now - Date.parse(session.extended_at) < dayMs) return false
    const { records, log } = this.#options
    const extended = { ...session, ...this.#times() }
    this.#byDigest.set(digest, extended)
    records
      .set(digest, extended)
      .catch((error) => log.warn('a session is not extended in the store', { error: messageOf(error) }))
    return true
  }

  async end(digest: string): Promise<void> {
    this.#byDigest.delete(digest)
    await this.#options.records.delete(digest)
  }

  /** Ends all of a user but one, which goes on with the password that they have now. */
  async endOthers(user: string, keep: { digest: string; password: string } | null): Promise<void> {
    const kept = keep === null ? undefined : this.#byDigest.get(keep.digest)
    if (kept !== undefined && keep !== null) {
      const session = { ...kept, password: keep.password }
      this.#byDigest.set(keep.digest, session)
      await this.#options.records.set(keep.digest, session)
    }
    for (const { digest } of this.#ofUser(user)) if (digest !== keep?.digest) await this.end(digest)
  }

  async #tidy(): Promise<void> {
    for (const session of this.all()) if (!this.#lasts(session)) await this.end(session.digest)
  }

  #lasts({ expires_at }: Session): boolean {
    return Date.parse(expires_at) > this.#options.clock.now().getTime()
  }

  #times() {
    const now = this.#options.clock.now()
    return { extended_at: isoOf(now), expires_at: isoOf(new Date(now.getTime() + sessionMs)) }
  }

  /** Those used longest ago first. */
  #ofUser(user: string): Session[] {
    return this.all()
      .filter((session) => session.user === user)
      .sort((one, other) => Date.parse(one.extended_at) - Date.parse(other.extended_at))
  }
}

function sessionIn(digest: string, stored: unknown): Session | null {
  if (!isJsonObject(stored)) return null
  const { user, password, network, extended_at, expires_at } = stored
  if (typeof user !== 'string' || typeof password !== 'string') return null
  if (typeof extended_at !== 'string' || typeof expires_at !== 'string') return null
  return {
    digest,
    user,
    password,
    network: typeof network === 'string' ? network : '',
    extended_at,
    expires_at,
  }
}
