import type { Clock } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { AppError } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { type Caller, narrower, type Role, type Scope, scopeOf, widest } from '../core/role.ts'
import { Attempts } from './attempts.ts'
import { nameOfPassword, type PasswordCost, Passwords } from './passwords.ts'
import { newId } from './secret.ts'
import { Sessions } from './sessions.ts'
import { type Credentials, nameGuess, type SignedIn, SignIn } from './sign-in.ts'
import { Tokens, type TokenView } from './tokens.ts'
import { nameKey, type User, type UserView, viewOf } from './user.ts'
import { type UserChange, Users, type Ways } from './users.ts'

interface AccessOptions {
  readonly collection: (name: 'users' | 'sessions' | 'tokens') => Collection<unknown>
  readonly ways: Ways
  /** In place of the usual one. */
  readonly passwordCost?: PasswordCost
  /** Masks a secret wherever it would be said; only those that were used or made since the start are known. */
  readonly hide: (secret: string) => void
  readonly clock: Clock
  readonly log: Log
}

/** What a user is to be; `password` as they type it. */
export interface UserWish {
  readonly username?: string
  readonly role?: Role
  readonly password?: string
  readonly players?: readonly string[]
  readonly cards?: readonly string[]
}

/** Who may come in, and how far. */
export class Access {
  readonly #options: AccessOptions
  readonly #users: Users
  readonly #sessions: Sessions
  readonly #tokens: Tokens
  readonly #passwords: Passwords
  readonly #signIn: SignIn
  readonly #losses = new Set<() => void>()

  constructor(options: AccessOptions) {
    const { collection, ways, clock, log } = options
    this.#options = options
    this.#users = new Users({ records: collection('users'), ways, newId, clock, log })
    this.#sessions = new Sessions({ records: collection('sessions'), clock, log })
    this.#passwords = new Passwords(options.passwordCost)
    const [users, sessions, passwords] = [this.#users, this.#sessions, this.#passwords]
    const usernameOf = (id: string) => users.get(id)?.username ?? ''
    this.#tokens = new Tokens({ records: collection('tokens'), usernameOf, clock, log })
    const isKept = (key: string) => users.all().some(({ username }) => key === nameGuess(nameKey(username)))
    this.#signIn = new SignIn({ users, sessions, passwords, attempts: new Attempts({ clock, isKept }), log })
  }

  async start(): Promise<void> {
    await this.#users.start()
    await this.#sessions.start()
    await this.#tokens.start()
    this.#signIn.start()
    // Where the process ended between deleting a user and what was theirs.
    const isNobodys = ({ user }: { user: string }) => this.#users.get(user) === undefined
    for (const token of this.#tokens.all()) if (isNobodys(token)) await this.#tokens.revoke(token)
    for (const session of this.#sessions.all())
      if (isNobodys(session)) await this.#sessions.end(session.digest)
  }

  stop(): void {
    this.#sessions.stop()
  }

  /** Whether somebody can sign in with a password. */
  isSetUp(): boolean {
    return this.#users.hasPasswords()
  }

  /**
   * The code for the first admin with a password, where passwords are asked for and there is none yet; `again` gives
   * a household that lost its passwords another.
   */
  offerSetUp(again = false): string | null {
    return this.#options.ways.password ? this.#signIn.offerSetUp(again) : null
  }

  /** Calls `run` whenever somebody may do less than before, until the returned function is called. */
  onLoss(run: () => void): () => void {
    this.#losses.add(run)
    return () => this.#losses.delete(run)
  }

  bySession(secret: string): Caller | null {
    const session = this.#sessions.find(secret)
    const user = this.#users.get(session?.user ?? '')
    if (session === null || user === undefined || user.password === null) return null
    if (nameOfPassword(user.password) !== session.password) return null
    this.#options.hide(secret)
    return callerOf(user, { scope: scopeOf(user.role), via: 'session', session: session.digest })
  }

  /** Lets the session of a caller last longer; whether it now does. */
  extend({ session }: Caller): boolean {
    return session !== null && this.#sessions.extend(session)
  }

  byToken(text: string): Caller | null {
    const token = this.#tokens.find(text)
    const user = this.#users.get(token?.user ?? '')
    const granted = widest(token?.scopes ?? [])
    if (token === null || user === undefined || granted === null) return null
    this.#options.hide(text)
    this.#tokens.used(token)
    return callerOf(user, { scope: narrower(granted, scopeOf(user.role)), via: 'token', session: null })
  }

  /** Whoever Home Assistant says this is; somebody new becomes a user. */
  async byIngress(identity: { id: string; name: string }): Promise<Caller> {
    return callerByIngress(await this.#users.fromIngress(identity))
  }

  /** The same for somebody who came in before; null where they are a user no more. */
  knownByIngress(id: string): Caller | null {
    const user = this.#users.byIngress(id)
    return user === undefined ? null : callerByIngress(user)
  }

  /** @throws AppError `unauthorized`, `too_many` */
  async signIn(credentials: Credentials): Promise<SignedIn> {
    return this.#hiding(await this.#signIn.signIn(credentials))
  }

  /** Makes the first user, who may do everything. @throws AppError `forbidden`, `conflict`, `too_many` */
  async setUp(first: Credentials & { code: string }): Promise<SignedIn> {
    return this.#hiding(await this.#signIn.setUp(first))
  }

  async signOut({ session }: Caller): Promise<void> {
    if (session !== null) await this.#sessions.end(session)
    this.#tellOfLoss()
  }

  /**
   * Ends all other sessions of the user.
   * @throws AppError `forbidden` for a wrong current password, `unprocessable` for a new one that cannot be,
   * `conflict` where somebody else changed it meanwhile, `disabled` for a user without a password, `too_many`.
   */
  async changePassword(
    caller: Caller,
    change: { current: string; next: string; network: string },
  ): Promise<void> {
    const { session } = caller
    const user = this.#users.existing(caller.user.id)
    if (user.password === null)
      throw new AppError('disabled', 'you have no password here: Home Assistant says who you are')
    const { current, next, network } = change
    if (!(await this.#signIn.isPasswordOf(user, { password: current, network })))
      throw new AppError('forbidden', 'this is not your current password')
    const password = await this.#passwords.hash(next, 'new_password')
    this.#checkStillIn(caller)
    await this.#setPassword(user.id, { password, from: user.password, session })
    this.#tellOfLoss()
    this.#options.log.info('a password was changed', { username: user.username })
  }

  users(): UserView[] {
    return this.#users.all().map(viewOf)
  }

  /** @throws AppError `conflict` for a name that is taken, `unprocessable` for a name or password that cannot be. */
  async createUser(wish: UserWish & { username: string; password: string; by: Caller }): Promise<UserView> {
    const { username, role = 'member', players = [], cards = [], by } = wish
    const password = await this.#hashFor(by, wish.password)
    const user = await this.#users.create({ username, role, password, players, cards })
    this.#options.log.info('a user was made', { username: user.username, role })
    return viewOf(user)
  }

  /**
   * @throws AppError as `createUser` does, `not_found`, `conflict` for the last admin who can come in, and `forbidden`
   * for a password that a token would set, or an admin their own: that asks for the current one.
   */
  async changeUser(id: string, { by, password, ...change }: UserWish & { by: Caller }): Promise<UserView> {
    const known = this.#users.existing(id)
    if (password !== undefined) checkMaySetPassword(by, known)
    const user =
      password === undefined
        ? await this.#users.change(id, change)
        : await this.#setPassword(id, { ...change, password: await this.#hashFor(by, password) })
    this.#tellOfLoss()
    const changed = Object.keys({ ...change, ...(password === undefined ? {} : { password: null }) })
    this.#options.log.info('a user was changed', {
      username: user.username,
      role: user.role,
      changed: changed.join(', '),
      by: by.user.username,
    })
    return viewOf(user)
  }

  /** With all their sessions and tokens. @throws AppError `not_found`, and `conflict` for the last admin who can come in. */
  async deleteUser(id: string): Promise<UserView> {
    // Sessions and tokens of nobody open nothing, so an end of the process between these is no matter.
    const user = await this.#users.delete(id)
    await this.#sessions.endOthers(id, null)
    await this.#tokens.revokeAllOf(id)
    this.#tellOfLoss()
    this.#options.log.info('a user was deleted', { username: user.username })
    return viewOf(user)
  }

  /** The caller's own; with admin's scope those of everybody. */
  tokens(caller: Caller): TokenView[] {
    return this.#tokens.seenBy(caller)
  }

  /** @throws AppError as `Tokens.create` does, and `disabled` for a caller who is no user. */
  async createToken(
    caller: Caller,
    wish: { name: string; scopes: readonly Scope[] },
  ): Promise<{ token: TokenView; text: string }> {
    if (this.#users.get(caller.user.id) === undefined)
      throw new AppError('disabled', 'a token belongs to a user, and nobody signs in at this door')
    const made = await this.#tokens.create(caller, wish)
    this.#options.hide(made.text)
    return made
  }

  /** @throws AppError `not_found` for a token that is not, or is not the caller's. */
  async revokeToken(caller: Caller, id: string): Promise<TokenView> {
    const revoked = await this.#tokens.revokeBy(caller, id)
    this.#tellOfLoss()
    return revoked
  }

  /** `password` is a hash, and so is `from`, which it replaces. Ends the user's sessions, but for one that goes on. */
  async #setPassword(
    id: string,
    set: UserChange & { password: string; from?: string; session?: string | null },
  ): Promise<User> {
    const { from, session = null, ...change } = set
    const user = await this.#users.change(id, change, from)
    const kept = session === null ? null : { digest: session, password: nameOfPassword(change.password) }
    await this.#sessions.endOthers(id, kept)
    return user
  }

  async #hashFor(by: Caller, password: string): Promise<string> {
    const hash = await this.#passwords.hash(password)
    this.#checkStillIn(by)
    return hash
  }

  /** A password takes its time to hash, and meanwhile an admin may show somebody out. @throws AppError `unauthorized` */
  #checkStillIn({ via, user, session }: Caller): void {
    if (via === 'this machine') return
    const isSame = this.#users.get(user.id)?.role === user.role
    if (!isSame || (session !== null && !this.#sessions.has(session)))
      throw new AppError('unauthorized', 'sign in first: this session has just ended')
  }

  #tellOfLoss(): void {
    for (const run of this.#losses) run()
  }

  #hiding(signedIn: SignedIn): SignedIn {
    this.#options.hide(signedIn.secret)
    return signedIn
  }
}

function callerByIngress(user: User): Caller {
  return callerOf(user, { scope: scopeOf(user.role), via: 'ingress', session: null })
}

/** A token is for a program, and whoever only holds a device of an admin does not know the current password. */
function checkMaySetPassword({ via, user }: Caller, { id, password }: User): void {
  if (via === 'token') throw new AppError('forbidden', 'a token cannot set a password')
  if (user.id === id && password !== null)
    throw new AppError(
      'forbidden',
      'your own password is changed with the current one: PUT /api/user/password',
    )
}

/** Without the hash of the password, which leaves this folder for the store alone. */
function callerOf(
  { id, username, role, players, cards }: User,
  how: Pick<Caller, 'scope' | 'via' | 'session'>,
): Caller {
  return { user: { id, username, role, players, cards }, ...how }
}
