import type { Clock } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { AppError } from '../core/error.ts'
import type { Log } from '../core/log.ts'
import { type Caller, narrower, type Role, reaches, type Scope, scopeOf, widest } from '../core/role.ts'
import { Attempts } from './attempts.ts'
import { nameOfPassword, type PasswordCost, Passwords } from './passwords.ts'
import { newId } from './secret.ts'
import { Sessions } from './sessions.ts'
import { type Credentials, type SignedIn, SignIn } from './sign-in.ts'
import { type Token, Tokens } from './tokens.ts'
import { type User, type UserView, viewOf } from './user.ts'
import { type UserChange, Users, type Ways } from './users.ts'

interface AccessOptions {
  readonly collection: (name: 'users' | 'sessions' | 'tokens') => Collection<unknown>
  readonly ways: Ways
  /** In place of the usual one. */
  readonly passwordCost?: PasswordCost
  /** Masks a secret wherever it would be said; only those that were used or made since the start are known. */
  readonly hide?: (secret: string) => void
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

/** A token as people see it. */
export interface TokenView extends Pick<Token, 'id' | 'name' | 'scopes' | 'created_at' | 'last_used_at'> {
  readonly username: string
}

/** Who may come in, and how far. */
export class Access {
  readonly #options: AccessOptions
  readonly #users: Users
  readonly #sessions: Sessions
  readonly #tokens: Tokens
  readonly #passwords: Passwords
  readonly #signIn: SignIn

  constructor(options: AccessOptions) {
    const { collection, ways, clock, log } = options
    this.#options = options
    this.#users = new Users({ records: collection('users'), ways, newId, clock, log })
    this.#sessions = new Sessions({ records: collection('sessions'), clock, log })
    this.#tokens = new Tokens({ records: collection('tokens'), clock, log })
    this.#passwords = new Passwords(options.passwordCost)
    const [users, sessions, passwords] = [this.#users, this.#sessions, this.#passwords]
    this.#signIn = new SignIn({ users, sessions, passwords, attempts: new Attempts({ clock }), log })
  }

  async start(): Promise<void> {
    await this.#users.start()
    await this.#sessions.start()
    await this.#tokens.start()
    // Where the process ended between deleting a user and their tokens.
    for (const token of this.#tokens.all())
      if (this.#users.get(token.user) === undefined) await this.#tokens.revoke(token)
  }

  stop(): void {
    this.#sessions.stop()
  }

  /** Whether somebody can sign in with a password who may do everything then. */
  isSetUp(): boolean {
    return this.#users.hasAdminWithPassword()
  }

  /** The code for the first user, where passwords are asked for and there is no such user yet. */
  offerSetUp(): string | null {
    return this.#options.ways.password ? this.#signIn.offerSetUp() : null
  }

  bySession(secret: string): Caller | null {
    const session = this.#sessions.find(secret)
    const user = this.#users.get(session?.user ?? '')
    if (session === null || user === undefined || user.password === null) return null
    if (nameOfPassword(user.password) !== session.password) return null
    this.#hide(secret)
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
    this.#hide(text)
    this.#tokens.used(token)
    return callerOf(user, { scope: narrower(granted, scopeOf(user.role)), via: 'token', session: null })
  }

  /** Whoever Home Assistant says this is; somebody new becomes a user. */
  async byIngress(identity: { id: string; name: string }): Promise<Caller> {
    const user = await this.#users.fromIngress(identity)
    return callerOf(user, { scope: scopeOf(user.role), via: 'ingress', session: null })
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
  }

  /** Ends all other sessions of the user. @throws AppError `forbidden` for a wrong current password, `too_many`. */
  async changePassword(
    { user: { id }, session }: Caller,
    change: { current: string; next: string; network: string },
  ): Promise<void> {
    const user = this.#users.existing(id)
    if (user.password === null)
      throw new AppError('disabled', 'you have no password here: Home Assistant says who you are')
    const { current, next, network } = change
    if (!(await this.#signIn.isPasswordOf(user, { password: current, network })))
      throw new AppError('forbidden', 'this is not your current password')
    const password = await this.#passwords.hash(next, 'new_password')
    await this.#setPassword(id, { password, session, change: {} })
    this.#options.log.info('a password was changed', { username: user.username })
  }

  users(): UserView[] {
    return this.#users.all().map(viewOf)
  }

  /** @throws AppError `conflict` for a name that is taken, `unprocessable` for a name or password that cannot be. */
  async createUser(wish: UserWish & { username: string; password: string }): Promise<UserView> {
    const { username, role = 'member', players = [], cards = [] } = wish
    const password = await this.#passwords.hash(wish.password)
    const user = await this.#users.create({ username, role, password, players, cards })
    this.#options.log.info('a user was made', { username: user.username, role })
    return viewOf(user)
  }

  /** @throws AppError as `createUser` does, `not_found`, and `conflict` for the last admin who can come in. */
  async changeUser(id: string, { by, password, ...change }: UserWish & { by: Caller }): Promise<UserView> {
    this.#users.existing(id)
    const session = by.user.id === id ? by.session : null
    const user =
      password === undefined
        ? await this.#users.change(id, change)
        : await this.#setPassword(id, { password: await this.#passwords.hash(password), session, change })
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
    this.#options.log.info('a user was deleted', { username: user.username })
    return viewOf(user)
  }

  /** The caller's own; with admin's scope those of everybody. */
  tokens(caller: Caller): TokenView[] {
    const isShown = (token: Token) => token.user === caller.user.id || reaches(caller.scope, 'admin')
    return this.#tokens.all().filter(isShown).map(this.#tokenView)
  }

  /** @throws AppError `forbidden` for a scope the caller does not have, `disabled` for a caller who is no user. */
  async createToken(
    caller: Caller,
    wish: { name: string; scopes: readonly Scope[] },
  ): Promise<{ token: TokenView; text: string }> {
    const beyond = wish.scopes.find((scope) => !reaches(caller.scope, scope))
    if (beyond !== undefined)
      throw new AppError(
        'forbidden',
        `you cannot give a token the scope ${beyond}: you do not have it yourself`,
      )
    const user = this.#users.get(caller.user.id)
    if (user === undefined)
      throw new AppError('disabled', 'a token belongs to a user, and nobody signs in at this door')
    const { token, text } = await this.#tokens.create({ ...wish, user: user.id })
    this.#hide(text)
    this.#options.log.info('an API token was made', { name: token.name, username: user.username })
    return { token: this.#tokenView(token), text }
  }

  /** @throws AppError `not_found` for a token that is not, or is not the caller's. */
  async revokeToken(caller: Caller, id: string): Promise<TokenView> {
    const shown = this.tokens(caller).find((view) => view.id === id)
    const token = this.#tokens.get(id)
    if (shown === undefined || token === undefined)
      throw new AppError('not_found', `there is no token "${id.slice(0, 80)}"`)
    await this.#tokens.revoke(token)
    this.#options.log.info('an API token was revoked', { name: token.name, username: shown.username })
    return shown
  }

  /** `password` is a hash. Ends the user's sessions, but for one that goes on. */
  async #setPassword(
    id: string,
    set: { password: string; session: string | null; change: UserChange },
  ): Promise<User> {
    const { password, session, change } = set
    const user = await this.#users.change(id, { ...change, password })
    const kept = session === null ? null : { digest: session, password: nameOfPassword(password) }
    await this.#sessions.endOthers(id, kept)
    return user
  }

  readonly #tokenView = ({ id, user, name, scopes, created_at, last_used_at }: Token): TokenView => {
    const username = this.#users.get(user)?.username ?? ''
    return { id, name, scopes, username, created_at, last_used_at }
  }

  #hiding(signedIn: SignedIn): SignedIn {
    this.#hide(signedIn.secret)
    return signedIn
  }

  #hide(secret: string): void {
    this.#options.hide?.(secret)
  }
}

/** Without the hash of the password, which leaves this folder for the store alone. */
function callerOf(
  { id, username, role, players, cards }: User,
  how: Pick<Caller, 'scope' | 'via' | 'session'>,
): Caller {
  return { user: { id, username, role, players, cards }, ...how }
}
