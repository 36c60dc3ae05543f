import { AppError } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { Recent } from '../core/recent.ts'
import type { Attempts } from './attempts.ts'
import { nameOfPassword, type Passwords } from './passwords.ts'
import type { Sessions } from './sessions.ts'
import { isSetUpCode, newSetUpCode } from './set-up-code.ts'
import { nameKey, type User } from './user.ts'
import { alreadySetUp, type Users } from './users.ts'

export interface SignInOptions {
  readonly users: Users
  readonly sessions: Sessions
  readonly passwords: Passwords
  readonly attempts: Attempts
  readonly log: Log
}

export interface Credentials {
  readonly username: string
  readonly password: string
  /** Where they come from, as limits count it. */
  readonly network: string
}

/** Somebody who is in: `secret` is for their device alone. */
export interface SignedIn {
  readonly username: string
  readonly secret: string
}

const mostPlaces = 1000

/** Names and passwords, and the code of the first start. */
export class SignIn {
  readonly #options: SignInOptions
  /** Where users have signed in: guesses made elsewhere keep nobody out there. */
  readonly #places = new Recent<string, true>(mostPlaces)
  #code: string | null = null
  /** Whether the code is for a household that lost its passwords. */
  #again = false

  constructor(options: SignInOptions) {
    this.#options = options
  }

  /** Takes up the places of sessions that were opened in an earlier run. */
  start(): void {
    for (const session of this.#options.sessions.all()) this.#places.set(placeOf(session), true)
  }

  /**
   * A code for the first admin, where there is none yet, or `again` for a household that lost its passwords; it ends
   * with its use and with the process.
   */
  offerSetUp(again: boolean): string | null {
    this.#again = again
    this.#code = this.#options.users.hasAdminWithPassword() && !again ? null : newSetUpCode()
    return this.#code
  }

  /** @throws AppError `unauthorized` for a wrong name or password, `too_many` while one has to wait. */
  async signIn({ username, password, network }: Credentials): Promise<SignedIn> {
    const { users, log } = this.#options
    const user = users.named(username)
    if (!(await this.#isRight({ user, name: nameKey(username), password, network }))) {
      log.warn('somebody could not sign in', { username: user?.username ?? 'an unknown name', network })
      throw new AppError('unauthorized', 'there is no user of this name and password')
    }
    const signedIn = await this.#open(user, { password, network })
    log.info('somebody signed in', { username: signedIn.username, network })
    return signedIn
  }

  /** @throws AppError `forbidden` for a wrong code, `conflict` where there is an admin already, `too_many`. */
  async setUp({ code, username, password, network }: Credentials & { code: string }): Promise<SignedIn> {
    const { users, passwords, attempts, log } = this.#options
    if (this.#code === null && users.hasAdminWithPassword()) throw alreadySetUp()
    const keys = [`set-up at ${network}`]
    attempts.begin(keys)
    if (this.#code === null || !isSetUpCode(code, this.#code))
      throw new AppError('forbidden', 'this is not the code in the log; each start writes a new one there')
    attempts.succeeded(keys)
    const first = { username, password: await passwords.hash(password) }
    const user = await users.setUp(first, this.#again && this.#code !== null)
    this.#code = null
    log.info('an admin is set up', { username: user.username, network })
    return this.#open(user, { password, network })
  }

  /**
   * Whether this is the user's password, counted as an attempt to guess it.
   * @throws AppError `too_many` while guesses have to wait.
   */
  isPasswordOf(user: User, { password, network }: Omit<Credentials, 'username'>): Promise<boolean> {
    return this.#isRight({ user, name: nameKey(user.username), password, network })
  }

  async #isRight(guess: {
    user: User | undefined
    name: string
    password: string
    network: string
  }): Promise<boolean> {
    const { passwords, attempts } = this.#options
    const { user, name, password, network } = guess
    const place = placeOf({ user: user?.id ?? '', network })
    const elsewhere = this.#places.has(place) ? [] : [`network ${network}`, nameGuess(name)]
    const keys = [`name ${name} at ${network}`, ...elsewhere]
    const takeBack = attempts.begin(keys)
    const isRight = await passwords.verify(password, user?.password ?? null).catch((error) => {
      takeBack()
      throw error
    })
    if (!isRight) return false
    attempts.succeeded(keys)
    return true
  }

  /** The password is known to be right; another may have been set while it was checked. */
  async #open(
    user: User | undefined,
    { password, network }: Pick<Credentials, 'password' | 'network'>,
  ): Promise<SignedIn> {
    const { users, sessions, passwords } = this.#options
    const now = users.get(user?.id ?? '')
    const isStill = nameOfPassword(now?.password ?? '') === nameOfPassword(user?.password ?? '')
    if (now === undefined || now.password === null || !isStill)
      throw new AppError('unauthorized', 'this password has just been changed')
    const better = await passwords.renewed(password, now.password)
    if (better !== null) await users.rehash(now.id, { from: now.password, to: better })
    this.#places.set(placeOf({ user: now.id, network }), true)
    const secret = await sessions.open({ user: now.id, password: nameOfPassword(now.password), network })
    return { username: now.username, secret }
  }
}

/** The key under which guesses at a name are counted, wherever they come from. */
export function nameGuess(name: string): string {
  return `name ${name}`
}

function placeOf({ user, network }: { user: string; network: string }): string {
  return `${user} at ${network}`
}
