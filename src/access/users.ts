import { type Clock, isoOf } from '../core/clock.ts'
import type { Collection } from '../core/collection.ts'
import { AppError } from '../core/error.ts'
import { isJsonObject } from '../core/json.ts'
import type { Log } from '../core/log.ts'
import type { Role } from '../core/role.ts'
import { Turns } from '../core/turns.ts'
import { byAge } from './age.ts'
import { nameOfPassword } from './passwords.ts'
import { checkUsername, nameKey, tidyName, type User, userIn } from './user.ts'

/** The ways in that are open at all. */
export interface Ways {
  readonly ingress: boolean
  readonly password: boolean
}

export interface UsersOptions {
  readonly records: Collection<unknown>
  readonly ways: Ways
  readonly newId: () => string
  readonly clock: Clock
  readonly log: Log
}

export type NewUser = Pick<User, 'username' | 'role' | 'password' | 'players' | 'cards'>
export type UserChange = Partial<NewUser>

const mostUsers = 500

/** Everybody who may come in, at hand and in the store. Changes happen one after the other, each in the store first. */
export class Users {
  readonly #options: UsersOptions
  readonly #byId = new Map<string, User>()
  /** Children from Home Assistant who were deleted, by who they are there, with the id of their record. */
  readonly #goneChildren = new Map<string, string>()
  readonly #turns = new Turns<'users'>()

  constructor(options: UsersOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const { records, log } = this.#options
    for (const [id, stored] of await records.entries()) {
      const user = userIn(id, stored)
      const gone = goneChildIn(stored)
      if (gone !== null) this.#goneChildren.set(gone, id)
      else if (user === null)
        log.warn('a stored user cannot be read; it stays as it is and cannot come in', { id })
      else this.#byId.set(id, user)
    }
  }

  /** The oldest first. */
  all(): User[] {
    return [...this.#byId.values()].sort(byAge)
  }

  get(id: string): User | undefined {
    return this.#byId.get(id)
  }

  /** @throws AppError `not_found` */
  existing(id: string): User {
    const user = this.#byId.get(id)
    if (user === undefined) throw new AppError('not_found', `there is no user "${id.slice(0, 80)}"`)
    return user
  }

  named(username: string): User | undefined {
    const key = nameKey(username)
    return this.#find((user) => nameKey(user.username) === key)
  }

  /** Who that is at Home Assistant, where they have come in before. */
  byIngress(id: string): User | undefined {
    return this.#find((user) => user.ingress_id === id)
  }

  /** Whether somebody can sign in with a password. */
  hasPasswords(): boolean {
    return this.#find((user) => user.password !== null) !== undefined
  }

  /** Whether one of them may do everything then. */
  hasAdminWithPassword(): boolean {
    return this.#find((user) => user.role === 'admin' && user.password !== null) !== undefined
  }

  /** @throws AppError `conflict` for a name that is taken, `unprocessable` for one that cannot be. */
  create(wish: NewUser): Promise<User> {
    return this.#turns.take('users', () => this.#add(wish, null))
  }

  /**
   * An admin who can sign in, where there is none yet. `again` is for a household that lost its passwords: whoever
   * has that name is the admin then, under the new one.
   * @throws AppError `conflict` where an admin has a password already.
   */
  setUp({ username, password }: Pick<NewUser, 'username' | 'password'>, again: boolean): Promise<User> {
    return this.#turns.take('users', async () => {
      if (this.hasAdminWithPassword() && !again) throw alreadySetUp()
      const known = again ? this.named(username) : undefined
      if (known !== undefined) return this.#keep({ ...known, password, role: 'admin' })
      return this.#add({ username, password, role: 'admin', players: [], cards: [] }, null)
    })
  }

  /**
   * Whoever Home Assistant says this is. Somebody new is a member; while no admin can come in, they are one: that
   * is the first of a household, or it would have nobody who may change anything. A child is made nothing else.
   */
  async fromIngress({ id, name }: { id: string; name: string }): Promise<User> {
    const known = this.byIngress(id)
    if (known !== undefined && (known.role === 'child' || this.#adminsWhoCanComeIn().length > 0)) return known
    return this.#turns.take('users', async () => {
      const user = this.byIngress(id)
      if (user !== undefined) return this.#isHeadless(user.role) ? this.#promote(user) : user
      return this.#addFromIngress({ id, name })
    })
  }

  /**
   * `from` is the hash of the password that a new one takes the place of.
   * @throws AppError as `create` does, and `conflict` where no admin could come in any more, or `from` is no longer
   * the password.
   */
  change(id: string, change: UserChange, from?: string): Promise<User> {
    return this.#turns.take('users', async () => {
      const user = this.existing(id)
      if (from !== undefined && nameOfPassword(user.password ?? '') !== nameOfPassword(from))
        throw new AppError('conflict', 'this password has just been changed by somebody else')
      const next = { ...user, ...change, username: checkUsername(change.username ?? user.username) }
      this.#checkFree(next.username, id)
      if (next.role !== 'admin') this.#checkNotLast(user, 'made anything else')
      return this.#keep(next)
    })
  }

  /** A better hash of the same password, unless that has been changed meanwhile. */
  rehash(id: string, { from, to }: { from: string; to: string }): Promise<void> {
    return this.#turns.take('users', async () => {
      const user = this.#byId.get(id)
      if (user?.password === from) await this.#keep({ ...user, password: to })
    })
  }

  /**
   * A child whom Home Assistant lets in again is a child still: being deleted must not make more of them.
   * @throws AppError `not_found`, and `conflict` for the last admin who can come in.
   */
  delete(id: string): Promise<User> {
    return this.#turns.take('users', async () => {
      const user = this.existing(id)
      this.#checkNotLast(user, 'deleted')
      const { ingress_id } = user
      if (user.role === 'child' && ingress_id !== null) {
        await this.#options.records.set(id, { gone_child: ingress_id })
        this.#goneChildren.set(ingress_id, id)
      } else await this.#options.records.delete(id)
      this.#byId.delete(id)
      return user
    })
  }

  async #add(wish: NewUser, ingress_id: string | null): Promise<User> {
    if (this.#byId.size >= mostUsers)
      throw new AppError('conflict', `there are ${mostUsers} users already: delete some first`)
    const username = checkUsername(wish.username)
    this.#checkFree(username, null)
    const { newId, clock } = this.#options
    return this.#keep({ ...wish, id: newId(), username, ingress_id, created_at: isoOf(clock.now()) })
  }

  async #addFromIngress({ id, name }: { id: string; name: string }): Promise<User> {
    const gone = this.#goneChildren.get(id)
    const role = gone !== undefined ? 'child' : this.#isHeadless('member') ? 'admin' : 'member'
    const added = await this.#add({ username: this.#freeName(name), role, ...nothing }, id)
    this.#options.log.info('somebody new came in from Home Assistant', { username: added.username, role })
    if (gone !== undefined) {
      await this.#options.records.delete(gone)
      this.#goneChildren.delete(id)
    }
    return added
  }

  /** Whether nobody who can come in may do everything, and whoever has this role is to. */
  #isHeadless(role: Role): boolean {
    return role !== 'child' && this.#adminsWhoCanComeIn().length === 0
  }

  #promote(user: User): Promise<User> {
    this.#options.log.warn('no admin can come in any more, so whoever came from Home Assistant is one now', {
      username: user.username,
    })
    return this.#keep({ ...user, role: 'admin' })
  }

  async #keep(user: User): Promise<User> {
    await this.#options.records.set(user.id, user)
    this.#byId.set(user.id, user)
    return user
  }

  #find(fits: (user: User) => boolean): User | undefined {
    for (const user of this.#byId.values()) if (fits(user)) return user
    return undefined
  }

  #checkFree(username: string, own: string | null): void {
    const other = this.named(username)
    if (other === undefined || other.id === own) return
    throw new AppError('conflict', `there is a user "${other.username}" already: choose another name`, {
      details: { fields: [{ field: 'username', message: 'is taken' }] },
    })
  }

  #freeName(wished: string): string {
    const name = tidyName(wished) || 'Home Assistant user'
    for (let number = 2, free = name; ; number++) {
      if (this.named(free) === undefined) return free
      free = `${name} ${number}`
    }
  }

  #adminsWhoCanComeIn(): User[] {
    const { ways } = this.#options
    return [...this.#byId.values()].filter(
      ({ role, password, ingress_id }) =>
        role === 'admin' && ((ways.password && password !== null) || (ways.ingress && ingress_id !== null)),
    )
  }

  #checkNotLast(user: User, what: string): void {
    const [admin, ...others] = this.#adminsWhoCanComeIn()
    if (admin?.id !== user.id || others.length > 0) return
    throw new AppError(
      'conflict',
      `"${user.username}" is the last admin who can come in and cannot be ${what}: make somebody else an admin first`,
    )
  }
}

const nothing = { password: null, players: [], cards: [] }

function goneChildIn(stored: unknown): string | null {
  return isJsonObject(stored) && typeof stored.gone_child === 'string' ? stored.gone_child : null
}

export function alreadySetUp(): AppError {
  return new AppError('conflict', 'the first user has been set up already: sign in, or ask an admin')
}
